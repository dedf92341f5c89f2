import Datasets
import Tensor

/// What scores the samples of a run that has no classifier of clips, such as the candidate answers of questions.
public protocol SampleScorer {
    /// What it sees of each sample.
    var views: [ViewRequest] { get }
    /// The scores of the classes of each sample, `[N, classes]`, the highest for what it takes for right; finite.
    func scores(of batch: StreamBatch) -> Tensor
}
