import Files
import Foundation
import Training

/// What is in the folder of a run, read for its report. What cannot be read is told beside what can.
struct RunContents {
    /// What was looked for: there, or why not.
    enum Found<Value> {
        case value(Value)
        case missing(reason: String)

        /// What `read` returns, or why it throws.
        init(_ read: () throws -> Value) {
            do { self = .value(try read()) } catch let error as FileError where error.exitCode == .inputMissing {
                self = .missing(reason: "")
            } catch { self = .missing(reason: "\(error)") }
        }

        var value: Value? { if case .value(let value) = self { value } else { nil } }
        /// Why it is not there; nil where it is, or was never made.
        var problem: String? { if case .missing(let reason) = self, !reason.isEmpty { reason } else { nil } }
    }

    let folder: String
    let record: RunRecord
    let metrics: StepLog, timings: StepLog
    /// Every test video with its scores.
    let scores: Found<ScoreTable>

    /// Reads the folder of a run. Throws `RunError` where it is none.
    init(folder: String) throws(RunError) {
        self.folder = folder
        record = try RunRecord(ofRun: folder)
        metrics = StepLog(path: folder + "/metrics.jsonl")
        timings = StepLog(path: folder + "/timings.jsonl")
        scores = Found { try ScoreTable(contentsOf: folder + "/test-scores.tsv") }
    }

    /// The steps that have been done, by what is measured of them.
    var stepCount: Int { max(metrics.stepCount, timings.stepCount) }

    // MARK: Configuration

    var method: String { text("method") }
    var labels: String { record.configuration["split"]?.stringValue.map(Self.lastName) ?? text("labels") }

    /// The name of the data set, or of the folder or the file that it came from.
    var dataName: String { Self.lastName(text("data")) }

    private static func lastName(_ path: String) -> String {
        URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }

    private func text(_ option: String) -> String { record.configuration[option]?.stringValue ?? "?" }
}
