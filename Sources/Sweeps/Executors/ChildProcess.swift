import Files
import Foundation

/// The executable of this process once more, with other arguments: started by `posix_spawn`, since a process that computes must not be
/// forked.
final class ChildProcess {
    /// How a process ended.
    enum End: Sendable, Equatable {
        case exited(Int32)
        case signalled(Int32)
        /// It was not ours, and how it ended is not known.
        case unknown
        /// Somebody told the scheduler to drop it.
        case cancelled
    }

    /// Its number.
    let number: pid_t
    private var end: End?

    static let executable =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]

    /// Starts `semisup` with `arguments`, its output at the end of the file `output`, in a process group of its own: what a terminal sends
    /// goes to the parent, which stops its children in order.
    ///
    /// - Parameters:
    ///   - launch: A program and its arguments that start it; none: it is started itself.
    ///   - errors: Where messages go; nil: where the output goes.
    ///   - descriptor: An open file that the child inherits.
    /// Throws `notStarted`, `noLauncher`.
    init(
        _ arguments: [String], launch: [String] = [], output: String, errors: String? = nil, inheriting descriptor: Int32? = nil
    ) throws(SweepError) {
        var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        let appending = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, appending, 0o644)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, appending, 0o644)
        } else {
            posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        }
        // Any number that is free in the child will do; its own would keep the mark that closes it.
        if let descriptor { posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor + 1) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var child = pid_t()
        let command = launch + [Self.executable] + arguments
        var words = command.map { strdup($0) } + [nil]
        var environment = ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + environment).forEach { free($0) } }
        let code = posix_spawnp(&child, command[0], &actions, &attributes, &words, &environment)
        guard code == 0 else {
            throw code == ENOENT && !launch.isEmpty ? .noLauncher(program: command[0]) : .notStarted(path: command[0], code: code)
        }
        number = child
    }

    /// How the process ended; nil while it is at work.
    func poll() -> End? {
        guard end == nil else { return end }
        var status: Int32 = 0
        guard waitpid(number, &status, WNOHANG) == number else { return nil }
        // The macros of <sys/wait.h>: the lower seven bits are the signal, the next byte is the exit code.
        let signal = status & 0x7F
        end = signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
        return end
    }

    /// Asks the process to save and to end, by the one signal that launchers hand on and nothing else.
    func stop() { if end == nil { kill(number, SIGUSR1) } }
}
