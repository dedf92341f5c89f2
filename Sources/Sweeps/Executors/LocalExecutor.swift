import Files

/// Trains cells on this machine, so many at once, each in a process of its own.
///
/// Children outlive a driver that is killed: the next driver finds them by their locks and waits for them.
final class LocalExecutor: SweepExecutor {
    private let folder: SweepFolder
    private let jobs: Int
    private let ranks: CellRanks
    private var processes: [CellProcess] = []
    /// Cells at which somebody else works, left by an earlier driver.
    private var orphans: [SweepCell]

    let endsWithDriver = true

    /// An executor with `jobs` cells at once, each of so many ranks.
    init(_ folder: SweepFolder, jobs: Int, ranks: Int) {
        self.folder = folder
        self.jobs = jobs
        self.ranks = CellRanks(count: ranks, launcher: .mpirun)
        orphans = folder.record.cells.filter { ProcessLock.isHeld(folder.lockPath($0)) }
    }

    var pending: [SweepCell] { processes.map(\.cell) + orphans }

    var hasRoom: Bool { processes.count + orphans.count < jobs }

    func start(_ queued: [SweepCell]) throws -> [SweepCell] {
        var taken: [SweepCell] = []
        for cell in queued where hasRoom {
            if let process = try CellProcess(cell, in: folder, ranks) { processes.append(process) } else { orphans.append(cell) }
            taken.append(cell)
        }
        return taken
    }

    func ended() -> [(cell: SweepCell, end: ChildProcess.End)] {
        var ended: [(cell: SweepCell, end: ChildProcess.End)] = []
        processes.removeAll { process in
            guard let end = process.poll() else { return false }
            ended.append((process.cell, end))
            return true
        }
        orphans.removeAll { cell in
            guard !ProcessLock.isHeld(folder.lockPath(cell)) else { return false }
            ended.append((cell, .unknown))
            return true
        }
        return ended
    }

    func stop() {
        processes.forEach { $0.stop() }
        for cell in orphans { ProcessLock.stopHolder(folder.lockPath(cell)) }
    }
}
