import Datasets
import Files

// What a run tells: lines of metrics, which are the truth, and the same as events for TensorBoard.

extension TrainingRun {
    /// Writes a line of metrics, one of what the clock says where there is such, and the numbers of both as an event.
    func tell(step: Int, _ values: [(String, JSON)], clock: [(String, JSON)] = []) throws {
        let tagged = values.map { (EventTag.ofMetric($0.0), $0.1) } + clock.map { (EventTag.ofTiming($0.0), $0.1) }
        try files.append(
            step: step, values, clock: clock, tagged.compactMap { tag, value in value.realValue.map { (tag, $0) } })
    }

    /// Shows some clips of a stage's first batch.
    func showViews(of batch: Batch, in stage: TrainingStage) throws {
        try files.append(
            step: state.step, tag: EventTag.views,
            picture: BatchSheet.picture(of: batch, state.method.views(in: stage), names: clipNames(of: batch)))
    }

    /// Tells the scores at the end, beside those of the last step.
    func tell(_ test: ClassificationReport?, _ scores: [(name: String, value: Double)]) throws {
        let step = max(0, state.step - 1)
        let accuracies = [
            ("accuracyTop1", test?.accuracy(top: 1)), ("accuracyTop5", test?.accuracy(top: 5)),
            ("meanClassAccuracy", test?.meanClassAccuracy),
        ].compactMap { name, value in value.map { (EventTag.ofMetric("test.\(name)"), $0) } }
        try files.append(step: step, scalars: accuracies + scores.map { (EventTag.ofScore($0.name), $0.value) })
        if let test { try files.append(step: step, tag: EventTag.confusion, picture: test.confusionPicture) }
        try files.closeEvents()
    }
}

/// The names under which TensorBoard shows what a run tells; what stands before the slash is a group.
enum EventTag {
    static let views = "views/clips", confusion = "test/confusion"

    /// `loss/total`, `loss/TERM`, `validation/NAME`, `test/NAME`, or `train/NAME` for what the method watches.
    static func ofMetric(_ name: String) -> String {
        if name == "loss" { return "loss/total" }
        let parts = name.split(separator: ".", maxSplits: 1)
        // A term that is called total is not the sum.
        guard parts.count == 2, ["loss", "validation", "test"].contains(parts[0]), name != "loss.total" else {
            return "train/\(name)"
        }
        return parts.joined(separator: "/")
    }

    static func ofTiming(_ name: String) -> String { "time/\(name)" }

    /// Of what an evaluator of the method says.
    static func ofScore(_ name: String) -> String { "scores/\(name)" }
}
