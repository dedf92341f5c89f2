import Files
import Foundation
import Training

/// How one cell of a sweep stands.
public struct CellStatus: Sendable, Equatable {
    /// As `status --json` calls it.
    public enum State: String, Sendable, CaseIterable { case queued, running, done, failed }

    /// The cell.
    public let cell: SweepCell
    /// How it stands.
    public let state: State
    /// The top-1 accuracy as a fraction: of a finished run on the test part, of one at work the newest on the way, if there is one.
    public internal(set) var accuracy: Double?
    /// Steps done and to be done, where they are known.
    public internal(set) var step: Int?, plannedSteps: Int?
    /// The seconds that a finished run took.
    public let seconds: Double?
    /// Why it failed.
    public let failure: CellFailure?
    /// What a finished run reported.
    public let result: JSON?
    /// What trained it, to tell cells of different makes apart.
    let code: String?
    /// Its run directory and its log.
    public let run: String, log: String

    init(_ cell: SweepCell, in folder: SweepFolder, _ facts: SweepIndex.Facts?) {
        self.cell = cell
        run = folder.runPath(cell)
        log = folder.logPath(cell)
        plannedSteps = facts?.plannedSteps
        code = facts?.code
        var failure: CellFailure?
        let isDone = facts?.state == RunRecord.State.finished.rawValue
        if !isDone {
            failure =
                facts?.problem.map { CellFailure(code: Int(ExitCode.badData.rawValue), reason: $0, log: folder.logPath(cell)) }
                ?? CellFailure(contentsOf: folder.failurePath(cell))
        }
        self.failure = failure
        let isAtWork = !isDone && failure == nil && ProcessLock.isHeld(folder.lockPath(cell))
        state = isDone ? .done : failure != nil ? .failed : isAtWork ? .running : .queued
        result = isDone ? facts?.result.flatMap { try? JSON(parsing: Array($0.utf8)) } : nil
        accuracy = result?["accuracyTop1"]?.realValue
        seconds = result?["seconds"]?.realValue
        step = result?["steps"]?.integerValue
        if !isDone, facts != nil { look(folder) }
    }

    /// Looks how far the run has come.
    mutating func look(_ folder: SweepFolder) {
        guard state != .done else { return }
        let progress = RunProgress(run: run)
        (step, accuracy) = (progress.step, progress.accuracy)
    }

    /// The object of `sweep status --json`.
    public var json: JSON {
        func count(_ value: Int?) -> JSON { value.map { .integer($0) } ?? .null }
        return .object([
            ("event", .string("cell")), ("cell", .string(cell.name)), ("state", .string(state.rawValue)),
            ("values", .object(cell.values.map { ($0.name, .string($0.text)) })), ("accuracyTop1", .number(accuracy)),
            ("steps", count(step)), ("plannedSteps", count(plannedSteps)), ("seconds", .number(seconds)),
            ("failure", failure?.json ?? .null), ("run", .string(run)), ("log", .string(log)),
        ])
    }
}
