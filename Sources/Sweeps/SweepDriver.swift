import Files
import Foundation
import Training

/// Somebody who is told how a sweep goes.
public protocol SweepObserver: AnyObject {
    /// Something that a user should know.
    func note(_ text: String)
    /// A cell has come to its end, or will be tried again.
    func didEnd(_ status: CellStatus)
    /// How the sweep stands; called often.
    func progress(_ status: SweepStatus)
}

/// Has the cells of a sweep trained until each is done or has failed.
///
/// All that it knows is on the disk: a driver that is killed loses nothing, and the next one goes on.
public final class SweepDriver {
    private let folder: SweepFolder
    private let executor: any SweepExecutor
    private let settlement: CellSettlement
    private let index: SweepIndex
    private let observer: any SweepObserver
    private let lock: ProcessLock
    /// Cells that are neither done nor failed nor taken by the executor.
    private var queued: [SweepCell] = []
    private var trouble: String?
    private var status: SweepStatus
    private var lastLook = ContinuousClock.now

    private static let pause = 0.02
    /// Between two looks at cells at work, whose files are read for it.
    private static let lookInterval = Duration.milliseconds(500)

    /// How cells are trained.
    public enum Execution: Sendable, Equatable {
        /// On this machine, so many at once, each by so many processes.
        case local(jobs: Int, ranks: Int = 1)
        /// By a Slurm cluster.
        case slurm(SlurmSettings)

        /// The processes that train a cell together.
        var ranks: Int {
            switch self {
            case .local(_, let ranks): ranks
            case .slurm(let settings): settings.ranks
            }
        }
    }

    /// A driver of the sweep in `folder`, whose lock it takes over.
    init(_ folder: SweepFolder, _ execution: Execution, lock: ProcessLock, observer: any SweepObserver) throws {
        self.folder = folder
        self.lock = lock
        self.observer = observer
        settlement = CellSettlement(folder)
        index = try SweepIndex(folder)
        executor =
            switch execution {
            case .local(let jobs, let ranks): LocalExecutor(folder, jobs: jobs, ranks: ranks)
            case .slurm(let settings): try SlurmExecutor(folder, settings)
            }
        status = try SweepStatus(folder, index)
    }

    /// Trains what is to be trained; returns how the sweep stands when each cell is done or has failed.
    ///
    /// Throws `SweepError.stopped` after a signal, once the children have saved, and `diskTrouble`.
    public func run() throws -> SweepStatus {
        let taken = executor.pending
        queued = status.cells.filter { $0.state == .queued }.map(\.cell).filter { !taken.contains($0) }
        if !taken.isEmpty { observer.note("\(taken.count) cells are at work already; waiting for them") }
        var isStopping = false
        while !executor.pending.isEmpty || (!queued.isEmpty && trouble == nil && !isStopping) {
            if Interruption.request != nil, !isStopping {
                isStopping = true
                executor.stop()
                if !executor.endsWithDriver { break }
            }
            if !isStopping, trouble == nil, executor.hasRoom { try startSome() }
            for (cell, end) in try executor.ended() { try settle(cell, end) }
            try look()
            Thread.sleep(forTimeInterval: Self.pause)
        }
        status = try SweepStatus(folder, index)
        if let trouble { throw SweepError.diskTrouble(sweep: folder.path, reason: trouble) }
        guard status.isComplete else {
            throw SweepError.stopped(sweep: folder.path, done: status.count(.done), of: status.cells.count)
        }
        return status
    }

    /// Hands cells over, those that will take longest first: then none is left alone at the end.
    private func startSome() throws {
        guard !queued.isEmpty else { return }
        let seconds = status.expectedSeconds
        let order = queued.enumerated().sorted { left, right in
            let (a, b) = (seconds[left.element.condition] ?? .infinity, seconds[right.element.condition] ?? .infinity)
            return a != b ? a > b : left.offset < right.offset
        }
        let taken = Set(try executor.start(order.map(\.element)).map(\.name))
        queued.removeAll { taken.contains($0.name) }
    }

    private func settle(_ cell: SweepCell, _ end: ChildProcess.End) throws {
        switch try settlement.settle(cell, end) {
        case .done, .failed: break
        case .cancelled: observer.note("\(cell.title) was cancelled, and is left until the sweep is run again")
        case .queued: queued.append(cell)
        case .diskTrouble(let reason): trouble = trouble ?? reason
        }
        status = try SweepStatus(folder, index)
        if let now = status.cells.first(where: { $0.cell == cell }) { observer.didEnd(now) }
    }

    private func look() throws {
        guard lastLook.duration(to: .now) > Self.lookInterval else { return }
        lastLook = .now
        observer.progress(status.refreshed(folder))
    }
}
