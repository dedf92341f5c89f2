import Files
import Foundation
import Training

/// What is to become of a cell whose process has ended.
enum CellVerdict: Equatable {
    case done
    /// It was stopped or killed and goes on where it was.
    case queued
    /// Somebody has had it dropped: it is left until the sweep is run again.
    case cancelled
    case failed(CellFailure)
    /// The disk was at fault, not the cell.
    case diskTrouble(String)
}

/// Judges the ends of a sweep's processes, and notes failures.
final class CellSettlement {
    private let folder: SweepFolder
    /// How often in a row a cell was stopped or killed without having come farther, and how far it had come.
    private var standstills: [String: (count: Int, step: Int)] = [:]

    /// A cell that is stopped so often without progress has failed: something kills it.
    static let standstillLimit = 5
    /// Ends that come from the cell itself and would come again.
    private static let crashes = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS]

    init(_ folder: SweepFolder) { self.folder = folder }

    /// What is to become of `cell`; a failure has its file by then. Throws `SweepError.file`.
    func settle(_ cell: SweepCell, _ end: ChildProcess.End) throws(SweepError) -> CellVerdict {
        let record = try? RunRecord(ofRun: folder.runPath(cell))
        if record?.state == .finished { return .done }
        // A task of a scheduler has judged itself.
        if let failure = CellFailure(contentsOf: folder.failurePath(cell)) { return .failed(failure) }
        switch end {
        case .unknown: return try interrupted(cell, nil)
        case .cancelled: return .cancelled
        case .exited(ExitCode.inputOutput.rawValue):
            return .diskTrouble(CellFailure(code: Int(ExitCode.inputOutput.rawValue), log: folder.logPath(cell)).reason)
        case .exited(ExitCode.preempted.rawValue): return try interrupted(cell, Int(ExitCode.preempted.rawValue))
        case .signalled(let signal) where !Self.crashes.contains(signal): return try interrupted(cell, -Int(signal))
        case .signalled(let signal): return try failed(cell, CellFailure(code: -Int(signal), log: folder.logPath(cell)))
        case .exited(let code): return try failed(cell, CellFailure(code: Int(code), log: folder.logPath(cell)))
        }
    }

    /// - Parameter code: Of the process; nil where it is not known.
    private func interrupted(_ cell: SweepCell, _ code: Int?) throws(SweepError) -> CellVerdict {
        let step = RunProgress(run: folder.runPath(cell)).step ?? 0
        let before = standstills[cell.name] ?? (0, -1)
        let count = step > before.step ? 1 : before.count + 1
        standstills[cell.name] = (count, max(step, before.step))
        guard count >= Self.standstillLimit else { return .queued }
        let code = code ?? -Int(SIGKILL), end = CellFailure(code: code, log: folder.logPath(cell)).reason
        return try failed(
            cell,
            CellFailure(
                code: code > 0 ? Int(ExitCode.internalError.rawValue) : code,
                reason: "\(end) (\(count) times without coming farther than step \(step); is the memory enough?)",
                log: folder.logPath(cell)))
    }

    private func failed(_ cell: SweepCell, _ failure: CellFailure) throws(SweepError) -> CellVerdict {
        try asSweepError { () throws(FileError) in
            try AtomicFile.write(failure.json.serialized(indented: true) + "\n", to: folder.failurePath(cell))
        }
        return .failed(failure)
    }
}

/// How far a run at work has come, read from the end of its metrics.
struct RunProgress: Equatable {
    /// The steps done; nil before the first.
    private(set) var step: Int?
    /// The newest top-1 accuracy on the validation part, or on the test part where there is none.
    private(set) var accuracy: Double?

    /// Reads the end of the metrics of the run in `folder`.
    init(run folder: String) {
        let lines = FileReader.end(of: folder + "/metrics.jsonl", bytes: 1 << 16).split(separator: "\n")
        for line in lines.reversed() {
            let isScore = line.contains("accuracyTop1\"")
            guard step == nil || isScore, let json = try? JSON(parsing: Array(line.utf8)) else { continue }
            if step == nil { step = json["step"]?.integerValue.map { $0 + 1 } }
            accuracy = json["validation.accuracyTop1"]?.realValue ?? json["test.accuracyTop1"]?.realValue
            if accuracy != nil { break }
        }
    }
}
