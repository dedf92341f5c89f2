import Files
import Glibc

/// A sweep that cannot be planned, opened or gone on with.
public enum SweepError: ReportedError, Equatable {
    case file(FileError)
    case tooManyCells(file: String, count: Int)
    case alikeCells(file: String, titles: [String])
    case noCells(file: String)
    case undividedParts(title: String, parts: Int, ranks: Int)
    case exists(path: String)
    case belongsToAnother(path: String, file: String)
    case notASweep(path: String)
    case malformedRecord(path: String, field: String, expected: String)
    case locked(path: String, owner: String?)
    case unknownCell(path: String, name: String)
    case indexDamaged(path: String, reason: String)
    case indexTooNew(path: String, found: Int, known: Int)
    case indexLocked(path: String)
    case notStarted(path: String, code: Int32)
    case diskTrouble(sweep: String, reason: String)
    case scheduler(program: String, reason: String)
    case noScheduler(program: String)
    case noLauncher(program: String)
    case stopped(sweep: String, done: Int, of: Int)
    case estimateStopped

    public var exitCode: ExitCode {
        switch self {
        case .file(let error): error.exitCode
        case .tooManyCells: .usage
        case .alikeCells, .noCells, .undividedParts: .configuration
        case .exists, .belongsToAnother, .locked, .indexLocked: .cannotCreate
        case .notASweep, .malformedRecord, .indexDamaged, .indexTooNew: .badData
        case .unknownCell: .inputMissing
        case .notStarted, .diskTrouble: .inputOutput
        case .scheduler, .noScheduler, .noLauncher: .unavailable
        case .stopped, .estimateStopped: .preempted
        }
    }

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .tooManyCells(let file, let count):
            "\(file): describes \(count == .max ? "more cells than can be counted" : "\(count) cells"); "
                + (count > SweepPlan.largestCount
                    ? "a sweep has \(SweepPlan.largestCount) at most: divide it" : "if so many are meant, add --yes")
        case .alikeCells(let file, let titles):
            "\(file): two cells are alike, \(titles.map { "(\($0))" }.joined(separator: " and ")): they would give the same results; "
                + "take one away"
        case .noCells(let file): "\(file): everything in the grid is excluded; no cell is left"
        case .undividedParts(let title, let parts, let ranks):
            "cell (\(title)): batch.microbatches=\(parts), which --ranks \(ranks) does not divide; set batch.microbatches to a multiple of it"
        case .exists(let path):
            "\(path): exists already and is no sweep, and is never overwritten; name another place by --out"
        case .belongsToAnother(let path, let file):
            "\(path): is the sweep of \(file); name another place by --out, or run that file"
        case .notASweep(let path): "\(path): is no sweep, expected a folder with sweep.json in it"
        case .malformedRecord(let path, let field, let expected): "\(path): \(field): expected \(expected)"
        case .locked(let path, let owner):
            "\(path): another process works on this sweep (\(owner ?? "it did not leave its number")); wait for it or stop it"
        case .unknownCell(let path, let name): "\(path): there is no cell \(name); semisup sweep status \(path) lists them"
        case .indexDamaged(let path, let reason):
            "\(path): the index is damaged (\(reason)); no result depends on it: make it anew by semisup sweep collect"
        case .indexTooNew(let path, let found, let known):
            "\(path): the index has version \(found), and this semisup knows \(known) at most; use the newer one, or make the index anew "
                + "by semisup sweep collect"
        case .indexLocked(let path): "\(path): another process holds the index; try again when it is done"
        case .notStarted(let path, let code): "\(path): could not be started: \(String(cString: strerror(code)))"
        case .diskTrouble(let sweep, let reason):
            "\(reason)\nno further cell is started; what is finished is kept. Make room and go on with the same command (\(sweep))"
        case .scheduler(let program, let reason):
            "\(program) failed: \(reason.isEmpty ? "it did not say why" : reason); tasks that were submitted go on, and the same command "
                + "finds them again"
        case .noScheduler(let program):
            "there is no \(program) here; run this where Slurm's programs are, or with --executor local"
        case .noLauncher(let program):
            "there is no \(program) here, which starts a cell's ranks; install it (Debian: openmpi-bin), or leave --ranks away"
        case .estimateStopped: "stopped before all conditions were measured; nothing was trained"
        case .stopped(let sweep, let done, let count):
            "stopped with \(done) of \(count) cells done; the same command goes on (\(sweep))"
        }
    }
}

/// Runs `body`; a `FileError` becomes a `SweepError`.
func asSweepError<Result>(_ body: () throws(FileError) -> Result) throws(SweepError) -> Result {
    do throws(FileError) {
        return try body()
    } catch {
        throw .file(error)
    }
}
