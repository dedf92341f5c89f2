import Files

/// A video that could not be written.
public enum VideoWriterError: ReportedError, Equatable {
    /// libavcodec has no encoder of this name ("libx264", "aac").
    case encoderMissing(name: String)
    /// A setting out of range.
    case invalid(field: String, found: Int, expected: String)
    /// There is a file already.
    case exists(path: String)
    /// libavcodec, libavformat or the disk refused.
    case failed(path: String, operation: String, reason: String)

    public var exitCode: ExitCode {
        switch self {
        case .encoderMissing: .unavailable
        case .invalid: .configuration
        case .exists: .cannotCreate
        case .failed: .inputOutput
        }
    }

    public var description: String {
        switch self {
        case .encoderMissing(let name):
            "libavcodec was built without the encoder \(name), which writing video needs; install a build that has it "
                + "(Debian's libavcodec59 does)"
        case .invalid(let field, let found, let expected): "video settings: \(field) is \(found), expected \(expected)"
        case .exists(let path): "\(path): exists already and is never overwritten; name another place"
        case .failed(let path, let operation, let reason): "\(path): could not \(operation): \(reason)"
        }
    }
}
