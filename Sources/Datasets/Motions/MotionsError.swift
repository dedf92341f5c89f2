import Files
import Media

extension Motions {
    /// Why the set could not be made or used.
    public enum Failure: ReportedError, Equatable {
        /// The folder exists and is not a set of `motions`.
        case notMotions(folder: String)
        /// The folder holds a set of another size or version.
        case anotherSet(folder: String, found: String, expected: String)
        /// A file of the set is gone or has another size than when it was made.
        case damaged(folder: String, file: String)
        /// A clip does not decode to what was encoded.
        case differs(file: String, reason: String)
        /// The home folder is unknown, so there is no default place.
        case noHome
        /// The disk refused.
        case file(FileError)
        /// The encoder refused.
        case video(VideoWriterError)

        public var exitCode: ExitCode {
            switch self {
            case .notMotions, .anotherSet: .cannotCreate
            case .damaged, .differs: .badData
            case .noHome: .configuration
            case .file(let error): error.exitCode
            case .video(let error): error.exitCode
            }
        }

        public var description: String {
            switch self {
            case .notMotions(let folder):
                "\(folder): exists and is not a finished set of motions; it is left alone: name another folder"
            case .anotherSet(let folder, let found, let expected):
                "\(folder): holds \(found), expected \(expected); name another folder, or remove this one to have it made anew"
            case .damaged(let folder, let file):
                "\(folder): \(file) is missing or has changed since the set was made; remove the folder to have it made anew"
            case .differs(let file, let reason): "\(file): \(reason)"
            case .noHome: "neither XDG_CACHE_HOME nor HOME is set, so there is no place for the data set motions; name a folder"
            case .file(let error): error.description
            case .video(let error): error.description
            }
        }
    }
}
