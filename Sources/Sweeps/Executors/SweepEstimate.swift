import Files
import Foundation
import Training

/// How long a sweep would take, from a short measurement of its conditions, each by `train --dry-run` in a process of its own.
public struct SweepEstimate: Sendable, Equatable {
    /// What was measured of one condition, or follows from what was.
    public struct Row: Sendable, Equatable {
        /// The condition in words, and how many cells it has.
        public let title: String, cells: Int
        /// Steps of a run; nil where it was not measured.
        public let steps: Int?
        /// Seconds of a run, without the loader's waits and the evaluation; nil where nothing is known.
        public let seconds: Double?
        /// Why it could not be measured; such a cell would fail.
        public let problem: String?
    }

    /// In the order of the file.
    public let rows: [Row]

    /// So many conditions are measured; the others are taken to be as long as these on average.
    public static let measuredCount = 20

    /// Seconds of all cells one after the other; nil where nothing could be measured.
    public var seconds: Double? {
        let known = rows.compactMap { row in row.seconds.map { $0 * Double(row.cells) } }
        return known.isEmpty ? nil : known.reduce(0, +)
    }

    /// Measures the conditions of `plan`. Throws `SweepError`.
    public init(_ plan: SweepPlan, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws {
        let folder = NSTemporaryDirectory() + "semisup-estimate-\(getpid())"
        try asSweepError { () throws(FileError) in try Folder.create(at: folder) }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let groups = plan.cells.grouped(by: \.condition)
        // Spread evenly, so that slow and fast ones are among them.
        let stride = max(1, (groups.count + Self.measuredCount - 1) / Self.measuredCount)
        var measured: [Row] = []
        for (place, group) in groups.enumerated() where place % stride == 0 {
            measured.append(try Self.measure(group.elements, plan, folder))
            if Interruption.request != nil { throw SweepError.estimateStopped }
            progress(measured.count, (groups.count + stride - 1) / stride)
        }
        let mean = SeedSummary(measured.compactMap(\.seconds)).mean
        rows = groups.enumerated().map { place, group in
            if place % stride == 0, place / stride < measured.count { return measured[place / stride] }
            return Row(
                title: SweepCell.title(group.key), cells: group.elements.count, steps: nil, seconds: mean, problem: nil)
        }
    }

    private static func measure(_ cells: [SweepCell], _ plan: SweepPlan, _ folder: String) throws -> Row {
        let cell = cells[0], base = "\(folder)/\(cell.name)"
        let text = try plan.configuration(of: cell).writtenYAML
        try AtomicFile.write(Array(text.utf8), to: base + ".yaml", isDurable: false)
        let child = try ChildProcess(
            ["train", "--config", base + ".yaml", "--dry-run", "--json"], output: base + ".out", errors: base + ".log")
        var end = child.poll()
        while end == nil {
            if Interruption.request != nil { child.stop() }
            Thread.sleep(forTimeInterval: 0.02)
            end = child.poll()
        }
        let output = FileReader.end(of: base + ".out", bytes: 1 << 16)
        let estimate = output.split(separator: "\n").last.flatMap { try? JSON(parsing: Array($0.utf8)) }
        let code: Int =
            switch end {
            case .exited(let code): Int(code)
            case .signalled(let signal): -Int(signal)
            default: Int(ExitCode.internalError.rawValue)
            }
        let problem = code == 0 ? nil : CellFailure(code: code, log: base + ".log").reason
        return Row(
            title: SweepCell.title(cell.condition), cells: cells.count, steps: estimate?["steps"]?.integerValue,
            seconds: estimate?["seconds"]?.realValue, problem: problem)
    }

    /// The object of `sweep run --dry-run --json`.
    public func json(jobs: Int) -> JSON {
        return .object([
            ("event", .string("estimate")), ("cells", .integer(rows.reduce(0) { $0 + $1.cells })), ("jobs", .integer(jobs)),
            ("seconds", .number(seconds.map { $0 / Double(jobs) })),
            (
                "conditions",
                .array(
                    rows.map { row in
                        .object([
                            ("condition", .string(row.title)), ("cells", .integer(row.cells)),
                            ("steps", row.steps.map { .integer($0) } ?? .null), ("secondsOfOne", .number(row.seconds)),
                            ("problem", row.problem.map { .string($0) } ?? .null),
                        ])
                    })
            ),
        ])
    }
}
