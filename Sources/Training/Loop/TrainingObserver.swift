import Backends
import Datasets

/// What a step came to.
public struct StepReport: Sendable {
    /// The step, from 0, and the number of all steps.
    public let step: Int, totalSteps: Int
    /// The weighted sum of the loss terms.
    public let loss: Double
    /// The loss terms before their weights, and the method's monitors, by name.
    public let values: [(name: String, value: Double)]
    /// Seconds of the step, and of those the time in which the loop waited for the loader.
    public let seconds: Double, waitSeconds: Double
}

/// What a finished run reports.
public struct TrainingOutcome: Sendable {
    /// The scores on the test list: of the classifier that is evaluated, or where a backbone alone was trained of a linear probe
    /// upon it; nil where there are none.
    public let test: ClassificationReport?
    /// What a linear probe upon the backbone came to; nil where none was asked for.
    public var probe: ProbeReport?
    /// What the nearest training clips of test clips are; nil where that was not asked for.
    public var retrieval: Retrieval?
    /// The best top-1 accuracy on the validation part; nil where there is none, or it was not scored.
    public let bestValidationAccuracy: Double?
    /// What the method's own evaluators gave.
    public let scores: [(name: String, value: Double)]
    /// The steps done, and the seconds since this process began to train.
    public let steps: Int, seconds: Double
    /// The run's folder, and the SHA-256 of the evaluated weights.
    public let run: String, weightsDigest: String
    /// The share of the training time in which the loop waited for the loader.
    public let waitShare: Double
    /// What was found of the clips that were read, and which videos are damaged.
    public let damage: DamageLedger.Record
}

/// Somebody who is told how a run goes.
public protocol TrainingObserver: AnyObject {
    /// Something that a user should know.
    func note(_ text: String)
    /// A step was done.
    func didStep(_ report: StepReport)
    /// So many of the videos of an evaluation have been scored.
    func didScore(_ done: Int, of total: Int)
    /// Some steps were measured; the trace is at `path`.
    func didProfile(_ profile: Profile, path: String)
}

extension TrainingObserver {
    public func didStep(_ report: StepReport) {}
    public func didScore(_ done: Int, of total: Int) {}
    public func didProfile(_ profile: Profile, path: String) {}
}
