import Datasets
import Tensor

/// What scores the samples of a run that has no classifier of clips, such as the candidate answers of questions.
public protocol SampleScorer {
    /// What it sees of each sample.
    var views: [ViewRequest] { get }
    /// What it makes of each sample of a batch.
    func judgements(of batch: StreamBatch) -> [Judgement]
}

/// What a scorer makes of a sample.
public struct Judgement: Sendable, Equatable {
    /// The scores of the classes, the highest for what it takes for right; finite.
    public let scores: [Double]
    /// The part of the clip that it rests upon, in seconds from the beginning of the clip; nil where it cannot say.
    public let span: ClosedRange<Double>?

    /// A judgement; see the properties.
    public init(scores: [Double], span: ClosedRange<Double>? = nil) {
        self.scores = scores
        self.span = span
    }
}
