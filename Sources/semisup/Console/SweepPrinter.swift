import ArgumentParser
import Files
import Sweeps
import Training

/// Tells a user how a sweep goes: a line for each cell that ends and progress on standard error, the table on standard output.
final class SweepPrinter: SweepObserver {
    private let json: Bool
    private let jobs: Int

    /// With `json` the table is one object, and so is each cell that ends.
    init(json: Bool, jobs: Int) {
        self.json = json
        self.jobs = jobs
    }

    /// Runs the sweep and prints its table. Throws the exit code of the first failed cell.
    func run(_ request: Sweep.Request) throws {
        let status = try finished(request)
        let table = try SweepTable(sweep: status.path)
        try Terminal.standard.print(json ? table.json.serialized() : SweepText.table(table))
        guard let failed = status.cells.first(where: { $0.state == .failed }) else { return }
        let code = failed.failure?.code ?? 0
        throw ArgumentParser.ExitCode(code > 0 ? Int32(code) : Files.ExitCode.internalError.rawValue)
    }

    private func finished(_ request: Sweep.Request) throws -> SweepStatus {
        defer { if Terminal.standard.redraws { Terminal.standard.redraw("") } }
        return try Sweep.run(request, methods: .standard, observer: self)
    }

    func note(_ text: String) { logger.notice("\(text)") }

    func didEnd(_ cell: CellStatus) {
        if json, cell.state == .done || cell.state == .failed { try? Terminal.standard.print(cell.json) }
        Terminal.standard.message(SweepText.end(of: cell))
    }

    /// Elsewhere than on a terminal the ends of cells say enough.
    func progress(_ status: SweepStatus) {
        guard Terminal.standard.redraws else { return }
        let done = status.count(.done) + status.count(.failed), running = status.cells.filter { $0.state == .running }
        let steps = running.prefix(2).map { cell in
            "\(cell.cell.title): step \(cell.step ?? 0)" + (cell.plannedSteps.map { "/\($0)" } ?? "")
        }
        let left = status.secondsLeft(jobs: jobs).map { "\(Text.time($0)) left" }
        Terminal.standard.redraw(
            ["sweep \(done)/\(status.cells.count) cells, \(running.count) running", left].compactMap(\.self).joined(
                separator: ", ")
                + (steps.isEmpty ? "" : "  " + steps.joined(separator: "; ")))
    }
}
