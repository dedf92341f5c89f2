import Datasets
import Tensor

/// Pseudo-labels from one producer: what FixMatch, CMPL and temporal gradient share.
///
/// The producer is whose logits go into `labels`: a network's own, another's, the mean of several. The consumer is whose logits
/// go into `lossTerms`.
///
/// ```swift
/// let labels = pseudoLabeling.labels(of: unlabeled, from: producer.weak, labeled: producer.labeled, at: step)
/// return supervised + pseudoLabeling.lossTerms("unlabeled", consumer.strong, labels, at: step)
/// ```
public final class PseudoLabeling: Stateful {
    /// What it was made from.
    public let options: PseudoLabelOptions
    /// Turns probabilities into labels and weights.
    public let labeler: PseudoLabeler

    /// Pseudo-labels as the configuration describes them.
    public init(_ setup: MethodSetup) {
        options = setup.configuration[PseudoLabelOptions.self]
        labeler = options.labeler(setup)
    }

    /// The labels of the samples of `stream` from the producer's `logits` `[N, classes]`; learned thresholds and means move on.
    ///
    /// `labeled`: the producer's logits of labelled clips, for alignment to them.
    public func labels(of stream: StreamBatch, from logits: Tensor, labeled: Tensor? = nil, at step: StepContext) -> PseudoLabels
    {
        let samples = Tensor(stream.sampleIndices.map(Int64.init))
        step.willMove(labeler, by: [logits, samples] + (labeled.map { [$0] } ?? [])) { [labeler] all in
            _ = labeler(
                logits: all[0], labeledLogits: all.count > 2 ? all[2] : nil,
                sampleIndices: all[1].values(as: Int64.self).map(Int.init))
        }
        return labeler(logits: logits, labeledLogits: labeled, sampleIndices: stream.sampleIndices)
    }

    /// The loss of a consumer's `logits` `[N, classes]` against `labels`, and FreeMatch's fairness; none while the weight is 0.
    ///
    /// `factor` multiplies the weight of the options.
    public func lossTerms(
        _ name: String, _ logits: Tensor, _ labels: PseudoLabels, factor: Double = 1, at step: StepContext
    ) -> [LossTerm] {
        let weight = options.unlabeledWeight(at: step) * factor
        guard weight > 0 else { return [] }
        let consistency = options.consistency == .crossEntropy ? pseudoLabelCrossEntropy : pseudoLabelSquaredError
        return [LossTerm(name, consistency(logits, labels), weight: weight)] + fairness(name, logits, labels)
    }

    private func fairness(_ name: String, _ logits: Tensor, _ labels: PseudoLabels) -> [LossTerm] {
        guard let adaptive = labeler.weighting as? AdaptiveThreshold, options.fairnessWeight > 0 else { return [] }
        let loss = adaptive.fairnessLoss(strongLogits: logits, weights: labels.weights)
        return [LossTerm("\(name).fairness", loss, weight: options.fairnessWeight)]
    }

    public var state: StateTree { labeler.state }
    public func restore(_ state: StateTree) throws(StateError) { try labeler.restore(state) }
}
