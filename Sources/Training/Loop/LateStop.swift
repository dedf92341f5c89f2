import Files
import Foundation

/// Ends a run that a signal has asked to stop and whose step takes too long: the state that the step began with is saved.
///
/// A thread of its own listens. What it reads is guarded by a lock that the loop holds while weights move.
final class LateStop: @unchecked Sendable {
    /// What the loop is at.
    enum Activity {
        /// Waits for a batch; nothing moves. `before` is as below; nil: the method is asked.
        case waiting(RunPosition, before: StateTree?)
        /// Computes losses and gradients; `before` is what those move, as it was, where it is kept.
        case computing(RunPosition, before: StateTree?)
        /// Does what looks for signals by itself, or takes a moment.
        case elsewhere
    }

    private let grace: Double
    private let save: (RunPosition, StateTree?) throws -> Void
    private let end: ((any Error)?) -> Never
    private let lock = NSLock()
    private var activity = Activity.elsewhere
    private var isOver = false

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - grace: Seconds that the loop has after a signal, to come to the end of its step.
    ///   - save: Saves the state that a step began with.
    ///   - end: Ends the process, with what `save` threw.
    init(
        grace: Double, save: @escaping (RunPosition, StateTree?) throws -> Void, end: @escaping ((any Error)?) -> Never
    ) {
        (self.grace, self.save, self.end) = (grace, save, end)
        let thread = Thread { [self] in listen() }
        thread.name = "late stop"
        thread.start()
    }

    /// Tells what the loop is at.
    func now(_ activity: Activity) { lock.withLock { self.activity = activity } }

    /// Runs `body`, which moves the state; then the loop is elsewhere.
    func whileMoving<Result>(_ body: () throws -> Result) rethrows -> Result {
        try lock.withLock {
            activity = .elsewhere
            return try body()
        }
    }

    /// Listens no more. Waits where the run is being ended.
    func finish() { lock.withLock { isOver = true } }

    private func listen() {
        while Interruption.request == nil {
            Thread.sleep(forTimeInterval: 0.1)
            if lock.withLock({ isOver }) { return }
        }
        let begin = ContinuousClock.now
        // What looks for signals by itself has longer, and the process still ends within ten seconds.
        for patience in [grace, max(grace, min(2 * grace, 8))] {
            while begin.duration(to: .now).seconds < patience {
                Thread.sleep(forTimeInterval: 0.02)
                if lock.withLock({ isOver }) { return }
            }
            lock.withLock {
                guard !isOver else { return }
                switch activity {
                case .waiting(let position, let before): endSaving(position, before)
                case .computing(let position, let before):
                    guard let before else { end(nil) }
                    endSaving(position, before)
                case .elsewhere: break
                }
            }
        }
        lock.withLock {
            guard isOver else { end(nil) }
        }
    }

    private func endSaving(_ position: RunPosition, _ before: StateTree?) -> Never {
        do {
            try save(position, before)
            end(nil)
        } catch {
            end(error)
        }
    }
}
