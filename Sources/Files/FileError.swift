#if canImport(Glibc)
    import Glibc
#endif

/// What can go wrong with a file or folder, with its path.
public enum FileError: ReportedError, Equatable {
    case missing(path: String)
    case notAFile(path: String)
    case notAFolder(path: String)
    case exists(path: String)
    /// The folder in which a file should be made is not there.
    case noFolder(path: String)
    case system(path: String, operation: String, code: Int32)
    case malformed(path: String, reason: String)

    public var exitCode: ExitCode {
        switch self {
        case .missing: .inputMissing
        case .notAFile, .notAFolder, .malformed: .badData
        case .exists, .noFolder: .cannotCreate
        case .system: .inputOutput
        }
    }

    public var description: String {
        switch self {
        case .missing(let path): "\(path): there is no such file or folder"
        case .notAFile(let path): "\(path): expected a file, found something else"
        case .notAFolder(let path): "\(path): expected a folder, found something else"
        case .exists(let path): "\(path): exists already and is never overwritten; name another place"
        case .noFolder(let path): "there is no folder \(path); make it, or name another place"
        case .system(let path, let operation, let code): "\(path): could not \(operation): \(String(cString: strerror(code)))"
        case .malformed(let path, let reason): "\(path): \(reason)"
        }
    }
}
