import Networks
import Tensor

// What a backbone's features are worth, for evaluators.

extension EpochContext {
    /// The features of a list by `backbone` in evaluation mode, over the views of `evaluation.views`.
    ///
    /// - Parameter progress: Told of the videos that are done.
    /// Throws what `progress` throws, `TestListInTraining`, `ScoresNotFinite`, and `PassInterrupted` after a signal.
    public func features(
        of backbone: any Backbone, over list: List, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> FeatureTable {
        try data.evaluator.features(of: backbone, on: samples(of: list)) { done, total in
            try progress(done, total)
            if Interruption.request != nil { throw PassInterrupted() }
        }
    }

    /// A linear probe upon `backbone`, trained on the labelled clips and scored on the test clips: for evaluators alone.
    ///
    /// Throws as `features` does, and `NothingReadable`.
    public func linearProbe(
        of backbone: any Backbone, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> ProbeReport {
        let test = try features(of: backbone, over: .test, progress: progress)
        let labeled = try features(of: backbone, over: .labeled, progress: progress)
        return try ProbeReport(labeled: labeled, test: test, classCount: data.lists.labelled.classes.count, seed: data.seed)
    }
}
