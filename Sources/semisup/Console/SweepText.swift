import Files
import Sweeps
import Training

/// Sweeps for a person.
enum SweepText {
    /// The cells that a file describes, and how long they would take.
    static func plan(_ plan: SweepPlan, _ estimate: SweepEstimate, jobs: Int) -> String {
        let cells = plan.cells.map { [$0.name, $0.title] }
        let rows = estimate.rows.map { row in
            [
                row.title, "\(row.cells)", row.steps.map { "\($0)" } ?? "-",
                row.problem ?? row.seconds.map { Text.time($0) + (row.steps == nil ? " (as the measured ones)" : "") } ?? "-",
            ]
        }
        let whole = estimate.seconds.map { "about \(Text.time($0 / Double(jobs))) with \(jobs) at once" } ?? "unknown"
        return Text.table([["cell", ""]] + cells) + "\n\n"
            + Text.table([["condition", "cells", "steps", "training of one"]] + rows, rightAligned: [1, 2])
            + "\n\n\(plan.cells.count) cells: \(whole), without evaluation and waits for the loader"
    }

    /// One line about a cell that has ended.
    static func end(of cell: CellStatus) -> String {
        switch cell.state {
        case .done:
            "\(cell.cell.title): \(Text.percent(cell.accuracy)) in \(cell.seconds.map { Text.time($0) } ?? "?")"
        case .failed: "\(cell.cell.title): failed: \(cell.failure?.reason ?? "")"
        case .queued, .running: "\(cell.cell.title): stopped at step \(cell.step ?? 0), will go on"
        }
    }

    /// The counts of all states.
    static func counts(_ status: SweepStatus) -> String {
        let counts = CellStatus.State.allCases.reversed().map { "\(status.count($0)) \($0.rawValue)" }.joined(separator: ", ")
        let left = status.secondsLeft(jobs: max(1, status.count(.running)))
        let isLeft = !status.isComplete
        return "\(status.cells.count) cells: \(counts)" + (isLeft ? left.map { "; about \(Text.time($0)) left" } ?? "" : "")
    }

    /// A row a cell; with `rows` only so many, those at work and failed first.
    static func status(_ status: SweepStatus, rows limit: Int? = nil) -> String {
        var cells = status.cells
        if let limit, cells.count > limit {
            let order: [CellStatus.State] = [.running, .failed, .queued, .done]
            cells = Array(order.flatMap { state in cells.filter { $0.state == state } }.prefix(max(1, limit)))
        }
        let rows = cells.map { cell in
            [
                cell.cell.name, cell.cell.title, cell.state.rawValue,
                cell.step.map { "\($0)" + (cell.plannedSteps.map { "/\($0)" } ?? "") } ?? "-", Text.percent(cell.accuracy),
                cell.seconds.map { Text.time($0) } ?? "-", cell.failure?.reason ?? "",
            ]
        }
        let hidden = status.cells.count - cells.count
        return Text.table([["cell", "", "state", "step", "top-1", "time", ""]] + rows, rightAligned: [3, 4, 5])
            + (hidden > 0 ? "\n... and \(hidden) more" : "") + "\n" + counts(status)
            + (status.lost.isEmpty ? "" : "\nthe run directories of \(status.lost.count) finished cells are gone")
            + (status.strangers.isEmpty ? "" : "\n\(status.strangers.count) runs belong to no cell of the file any more")
    }

    /// What a sweep came to. It says nothing of the time, so that equal results are equal texts.
    static func table(_ table: SweepTable) -> String {
        let hasPublished = table.conditions.contains { !$0.published.isEmpty }
        let head = ["", "seeds", "top-1", "95 % over videos", "each seed"] + (hasPublished ? ["published"] : [])
        let rows = table.conditions.map { condition in
            [
                condition.title + (condition.isBest ? " (best on validation)" : ""), seeds(condition),
                mean(condition.accuracies),
                condition.interval.map { "\(Text.percent($0.low)) to \(Text.percent($0.high))" } ?? "-",
                condition.accuracies.values.map { number($0) }.joined(separator: " "),
            ] + (hasPublished ? [condition.published.map(published).joined(separator: "; ")] : [])
        }
        let comparisons = table.comparisons.map { comparison in
            [
                "\(comparison.first) - \(comparison.second)" + (comparison.common.isEmpty ? "" : " (\(comparison.common))"),
                points(comparison.difference), "\(points(comparison.interval.low)) to \(points(comparison.interval.high))",
                comparison.probabilities.map { Text.number($0.p, digits: 2) }.joined(separator: " "),
            ]
        }
        var parts = [Text.table([head] + rows, rightAligned: [1, 2])]
        if !comparisons.isEmpty {
            parts.append(
                Text.table(
                    [["difference in points", "", "95 % over videos", "McNemar's p, each seed"]] + comparisons, rightAligned: [1])
            )
        }
        if !table.notes.isEmpty { parts.append(table.notes.joined(separator: "\n")) }
        return parts.joined(separator: "\n\n")
    }

    private static func seeds(_ condition: SweepTable.Condition) -> String {
        let failed = condition.count(.failed), done = condition.count(.done)
        return failed + done == condition.cells.count && failed == 0
            ? "\(done)" : "\(done) of \(condition.cells.count)" + (failed > 0 ? ", \(failed) failed" : "")
    }

    private static func mean(_ summary: SeedSummary) -> String {
        guard let mean = summary.mean else { return "-" }
        return number(mean) + (summary.standardDeviation.map { " +- \(number($0))" } ?? "") + " %"
    }

    private static func published(_ number: PublishedNumber) -> String {
        "\(Text.number(number.percent, digits: 3))" + (number.deviation.map { " +- \(Text.number($0, digits: 2))" } ?? "")
            + " % (\(number.source))"
    }

    private static func number(_ fraction: Double) -> String { String((fraction * 1000).rounded() / 10) }
    private static func points(_ fraction: Double) -> String { (fraction > 0 ? "+" : "") + number(fraction) }
}
