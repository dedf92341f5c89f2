import Files
import Foundation

/// What a process must set right before it opens any file.
enum ProcessSetup {
    /// Gives standard streams that are closed a place to go: the next file opened would get their number, and messages with it.
    /// Writing to a pipe that nobody reads is an error of that write, not the end of a training run.
    static func begin() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", O_RDWR)
        }
        signal(SIGPIPE, SIG_IGN)
    }

    /// The arguments after the first, or the number of the first one that is no UTF-8: a repaired one would name another file.
    static func arguments() throws(ArgumentNotUTF8) -> [String] {
        var arguments: [String] = []
        for number in 1..<max(1, Int(CommandLine.argc)) {
            guard let bytes = CommandLine.unsafeArgv[number], let text = String(validatingCString: bytes) else {
                throw ArgumentNotUTF8(number: number)
            }
            arguments.append(text)
        }
        return arguments
    }
}

/// An argument that is not UTF-8.
struct ArgumentNotUTF8: ReportedError, Equatable {
    let number: Int
    var exitCode: Files.ExitCode { .usage }
    var description: String { "argument \(number) is not UTF-8; rename the file or folder that it names" }
}
