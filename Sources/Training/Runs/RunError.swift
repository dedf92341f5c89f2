import Files
import Networks

/// A run directory that cannot be created, opened, written or read.
public enum RunError: ReportedError, Equatable {
    case file(FileError)
    case weights(WeightsError)
    case exists(path: String)
    case locked(path: String, owner: String?)
    case notARun(path: String)
    case finished(path: String)
    case malformedRecord(path: String, field: String, expected: String)
    case metricsTooShort(path: String, found: Int, expected: Int)
    case metricsMisaligned(path: String, position: Int)
    case noUsableCheckpoint(folder: String, reasons: [String])
    case checkpointsLost(folder: String)

    public var exitCode: ExitCode {
        switch self {
        case .file(let error): error.exitCode
        case .weights(let error): error.exitCode
        case .exists, .locked, .finished: .cannotCreate
        case .notARun, .malformedRecord, .metricsTooShort, .metricsMisaligned, .noUsableCheckpoint, .checkpointsLost:
            .badData
        }
    }

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .weights(let error): error.description
        case .exists(let path):
            "\(path): exists already and is never overwritten; go on with it by --resume, or name another place by --out"
        case .locked(let path, let owner):
            "\(path): another process works on this run (\(owner ?? "it did not leave its number")); wait for it or stop it"
        case .notARun(let path): "\(path): is no run directory, expected a folder with run.json in it"
        case .finished(let path):
            "\(path): is finished, there is nothing to go on with; look at it by semisup evaluate, or begin a new run from its weights "
                + "by --init \(path)"
        case .malformedRecord(let path, let field, let expected): "\(path): \(field): expected \(expected)"
        case .metricsTooShort(let path, let found, let expected):
            "\(path): \(found) bytes, but the checkpoint was made after \(expected); "
                + "restore the file, or start a new run"
        case .metricsMisaligned(let path, let position):
            "\(path): expected the end of a line at byte \(position), where the checkpoint was made; the file was changed since"
        case .noUsableCheckpoint(let folder, let reasons):
            "\(folder): none of the checkpoints can be used:\n" + reasons.map { "  \($0)" }.joined(separator: "\n")
        case .checkpointsLost(let folder):
            "\(folder): run.json says that checkpoints were saved, and there is none with its manifest step-*.json; "
                + "restore them, or start a new run"
        }
    }
}

/// Runs `body`; a `FileError` becomes a `RunError`.
func asRunError<Result>(_ body: () throws(FileError) -> Result) throws(RunError) -> Result {
    do throws(FileError) {
        return try body()
    } catch {
        throw .file(error)
    }
}

/// Runs `body`; a `WeightsError` becomes a `RunError`.
func asRunError<Result>(_ body: () throws(WeightsError) -> Result) throws(RunError) -> Result {
    do throws(WeightsError) {
        return try body()
    } catch {
        throw .weights(error)
    }
}
