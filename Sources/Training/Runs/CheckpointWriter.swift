import Files
import Foundation

/// Saves checkpoints beside training, one after the other, on a thread of its own.
///
/// What fails is thrown by the next call; nothing is saved after that.
public final class CheckpointWriter: @unchecked Sendable {
    private let store: CheckpointStore
    /// Logs whose lines a checkpoint refers to: they reach the disk before it.
    private let logs: [String]
    /// Throws where nothing may be written any more.
    private let permission: @Sendable () throws(RunError) -> Void
    // Guarded by the condition.
    private let condition = NSCondition()
    private var isBusy = false
    private var failure: RunError?
    private var wholeStep: Int?

    /// A writer into `store`; `wholeStep` is the newest step that is there already.
    public init(
        _ store: CheckpointStore, logs: [String], wholeStep: Int? = nil,
        permission: @escaping @Sendable () throws(RunError) -> Void = { () throws(RunError) in }
    ) {
        self.permission = permission
        self.store = store
        self.logs = logs
        self.wholeStep = wholeStep
    }

    /// The step of the newest checkpoint that is on the disk.
    public var savedStep: Int? { condition.withLock { wholeStep } }

    /// Begins to save `checkpoint`, when the one before is on the disk. Throws why that is not.
    public func begin(_ checkpoint: Checkpoint, isBest: Bool = false) throws(RunError) {
        let failure = condition.withLock {
            while isBusy { condition.wait() }
            isBusy = self.failure == nil
            return self.failure
        }
        if let failure { throw failure }
        let thread = Thread { self.save(checkpoint, isBest) }
        thread.name = "checkpoint writer"
        thread.start()
    }

    /// Throws why a checkpoint could not be saved, if that is known by now.
    public func check() throws(RunError) {
        if let failure = condition.withLock({ failure }) { throw failure }
    }

    /// Waits until everything is on the disk. Throws why that is not.
    public func finish() throws(RunError) {
        condition.withLock {
            while isBusy { condition.wait() }
        }
        try check()
    }

    private func save(_ checkpoint: Checkpoint, _ isBest: Bool) {
        var failure: RunError?
        do throws(RunError) {
            try permission()
            for log in logs { try asRunError { () throws(FileError) in try AtomicFile.synchronize(log) } }
            try store.save(checkpoint, isBest: isBest)
        } catch {
            failure = error
        }
        condition.withLock {
            isBusy = false
            self.failure = failure
            if failure == nil { wholeStep = checkpoint.step }
            condition.broadcast()
        }
    }
}
