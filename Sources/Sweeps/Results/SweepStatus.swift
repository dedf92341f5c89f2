import Files
import Foundation
import Training

/// How the cells of a sweep stand, from their run directories.
public struct SweepStatus: Sendable, Equatable {
    /// The sweep's folder.
    public let path: String
    /// All cells in the order of the file.
    public private(set) var cells: [CellStatus]
    /// Cells that were done and whose run directories are gone.
    public let lost: [String]
    /// Run directories that belong to no cell of the file any more.
    public let strangers: [String]

    /// Looks at the cells of `folder`; reads only what has changed since `index` was written.
    init(_ folder: SweepFolder, _ index: SweepIndex) throws {
        path = folder.path
        let known = try index.facts()
        var changed: [String: SweepIndex.Facts] = [:], gone: [String] = [], lost: [String] = []
        cells = folder.record.cells.map { cell in
            let path = folder.runPath(cell) + "/run.json"
            guard let stamp = FileStamp(path)?.text else {
                if let before = known[cell.name] {
                    // What was finished is remembered, so that its loss is told until it is done again.
                    let wasDone = before.state == RunRecord.State.finished.rawValue
                    if wasDone { lost.append(cell.name) } else { gone.append(cell.name) }
                }
                return CellStatus(cell, in: folder, nil)
            }
            if let facts = known[cell.name], facts.stamp == stamp { return CellStatus(cell, in: folder, facts) }
            let facts = SweepIndex.Facts(of: cell, run: folder.runPath(cell), stamp: stamp)
            changed[cell.name] = facts
            return CellStatus(cell, in: folder, facts)
        }
        try index.update(changed, gone: gone)
        self.lost = lost
        strangers = folder.strangers
    }

    /// Opens the sweep in `path` and looks. Throws `SweepError`.
    public init(sweep path: String) throws {
        let folder = try SweepFolder(path)
        try self.init(folder, SweepIndex(folder))
    }

    /// Makes the index of the sweep in `path` anew from the run directories. Throws `SweepError`.
    public static func collecting(sweep path: String) throws -> SweepStatus {
        let folder = try SweepFolder(path)
        try SweepIndex.remove(folder)
        let index = try SweepIndex(folder), status = try SweepStatus(folder, index)
        _ = try SweepScores(folder, status, index)
        return status
    }

    /// The same, with what cells at work have done since.
    func refreshed(_ folder: SweepFolder) -> SweepStatus {
        var status = self
        for place in status.cells.indices {
            let cell = status.cells[place].cell
            if status.cells[place].state == .queued, ProcessLock.isHeld(folder.lockPath(cell)) {
                status.cells[place] = CellStatus(
                    cell, in: folder, SweepIndex.Facts(of: cell, run: folder.runPath(cell), stamp: ""))
            } else if status.cells[place].state == .running {
                status.cells[place].look(folder)
            }
        }
        return status
    }

    /// How many cells are in `state`.
    public func count(_ state: CellStatus.State) -> Int { cells.count { $0.state == state } }

    /// Whether each cell is done or has failed.
    public var isComplete: Bool { cells.allSatisfy { $0.state == .done || $0.state == .failed } }

    /// The mean seconds of the finished runs of each condition.
    var expectedSeconds: [[SweepCell.Value]: Double] {
        Dictionary(grouping: cells.filter { $0.seconds != nil }, by: \.cell.condition).compactMapValues { cells in
            SeedSummary(cells.compactMap(\.seconds)).mean
        }
    }

    /// The seconds that are left with `jobs` cells at once, from those that are done; nil before the first.
    public func secondsLeft(jobs: Int) -> Double? {
        let expected = expectedSeconds
        guard let usual = SeedSummary(Array(expected.values)).mean else { return nil }
        let left = cells.filter { $0.state == .queued || $0.state == .running }.map { cell in
            let share = zip(cell.step, cell.plannedSteps).map { Double($0) / Double(max(1, $1)) } ?? 0
            return (expected[cell.cell.condition] ?? usual) * (1 - min(1, share))
        }
        return max(left.reduce(0, +) / Double(max(1, jobs)), left.max() ?? 0)
    }
}

/// Both, or nil.
private func zip<A, B>(_ first: A?, _ second: B?) -> (A, B)? {
    if let first, let second { (first, second) } else { nil }
}

extension SweepIndex.Facts {
    private static let advice = "; semisup sweep retry --from-start puts it aside and begins anew"

    /// Reads the `run.json` of the run of `cell` in `folder`; what is wrong with it becomes the problem.
    init(of cell: SweepCell, run folder: String, stamp: String) {
        do throws(RunError) {
            let record = try RunRecord(ofRun: folder)
            if let other = cell.values.first(where: { value in record.text(of: value.name).map { $0 != value.text } ?? false }) {
                let found = record.text(of: other.name) ?? ""
                let problem = "\(folder): expected the run of \(other.name)=\(other.text), found that of \(found)" + Self.advice
                self.init(stamp: stamp, state: nil, problem: problem, result: nil, plannedSteps: nil, code: nil)
                return
            }
            self.init(
                stamp: stamp, state: record.state.rawValue, problem: nil, result: record.result?.serialized(),
                plannedSteps: record.plannedSteps,
                code: "\(record.versions["kit"] ?? "unknown"), kernels \(record.kernelSet), \(record.precision)")
        } catch {
            let isGone = if case .file(.missing) = error { true } else { false }
            self.init(
                stamp: stamp, state: nil, problem: isGone ? nil : error.description + Self.advice, result: nil, plannedSteps: nil,
                code: nil)
        }
    }
}

/// What tells whether a file is still the one that was read.
struct FileStamp {
    let text: String

    /// nil where there is no file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        text = "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
}
