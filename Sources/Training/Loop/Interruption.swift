import Files
import Glibc
import Synchronization

/// A wish to stop, made by a signal: the loop finishes its step, saves and ends.
public enum Interruption {
    private static let signalNumber = Atomic<Int32>(0)
    private static let hasBegun = Atomic(false)

    /// From now on SIGINT, SIGTERM, SIGUSR1 and SIGHUP ask to stop: before `begin` the process ends at once with 75, since there is
    /// nothing to save; after that the loop is asked.
    ///
    /// A second SIGINT ends the process at once. The others may come twice by themselves (`timeout` signals a process and its
    /// group) and are not heard again. What `nohup` has had ignored stays so.
    public static func listen() {
        var wanted = sigset_t()
        sigemptyset(&wanted)
        for number in [SIGINT, SIGTERM, SIGUSR1, SIGHUP] where number != SIGHUP || !isIgnored(number) {
            sigaddset(&wanted, number)
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                guard Interruption.hasBegun.load(ordering: .relaxed) else { Interruption.leave() }
                Interruption.signalNumber.store(number, ordering: .relaxed)
            }
            action.sa_flags = number == SIGINT ? Int32(bitPattern: UInt32(SA_RESETHAND)) : SA_RESTART
            sigaction(number, &action, nil)
        }
        // A process inherits what its parent has blocked; Foundation's `Process` starts children so.
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    }

    /// In a signal's handler, so without anything that allocates.
    private static func leave() -> Never {
        let message: StaticString = "error: stopped before the run went on; the same command begins again\n"
        // A pipe that nobody reads would hold the process.
        var state = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        if poll(&state, 1, 0) > 0 { _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount) }
        _exit(ExitCode.preempted.rawValue)
    }

    /// A run begins, which looks at `request`.
    public static func begin() { hasBegun.store(true, ordering: .relaxed) }

    private static func isIgnored(_ number: Int32) -> Bool {
        var now = sigaction()
        sigaction(number, nil, &now)
        return unsafeBitCast(now.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// The signal that asked to stop, or nil.
    public static var request: Int32? {
        let number = signalNumber.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }
}

/// A run that was asked to stop and can be resumed.
public struct Interrupted: ReportedError, Equatable {
    /// The steps that were done and saved, and the run's folder.
    public let step: Int, run: String
    public var exitCode: ExitCode { .preempted }
    public var description: String { "stopped after step \(step); go on with: semisup train --resume --out \(run)" }
}

/// Training that has left all bounds: a loss, a gradient or a weight that is no number.
public struct TrainingDiverged: ReportedError, Equatable {
    /// What is not finite, such as `the loss supervised`, and the step.
    public let quantity: String, step: Int
    /// The step's clips by stream.
    public let clips: [String]
    /// The step of the newest checkpoint; nil before the first.
    public let savedStep: Int?
    public var exitCode: ExitCode { .badData }
    /// What was found, without what follows from it.
    var finding: String {
        "\(quantity) is not finite at step \(step)" + (clips.isEmpty ? "" : " (\(clips.joined(separator: "; ")))")
    }
    public var description: String {
        let saved = savedStep.map { "the checkpoint after step \($0) is kept" } ?? "no checkpoint had been saved yet"
        return "\(finding); \(saved). Start a new run with a lower optimizer.learningRate or with optimizer.clipNorm, "
            + "or go on by --resume with nonFinite.policy=skip-step where single clips are at fault"
    }
}
