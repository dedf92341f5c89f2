/// The exit codes of the command line (the table in `README.md`).
public enum ExitCode: Int32, Sendable {
    case done = 0
    case usage = 64
    case badData = 65
    case inputMissing = 66
    case unavailable = 69
    case internalError = 70
    case cannotCreate = 73
    case inputOutput = 74
    case preempted = 75
    case configuration = 78
}

/// An error that a user can act on.
///
/// Its cases carry the facts (file, field, found, expected); `description` turns them into one or two sentences that
/// say what was found, what was expected and what to do.
public protocol ReportedError: Error, CustomStringConvertible {
    /// The code with which the process ends.
    var exitCode: ExitCode { get }
}
