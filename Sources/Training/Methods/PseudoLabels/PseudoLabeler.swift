import Networks
import Tensor

/// What unlabelled samples are trained on: a target and a weight each. Constants.
public struct PseudoLabels: Sendable {
    /// Distributions over the classes; one-hot where labels are hard.
    public let targets: ClassProbabilities
    /// How much each sample counts, in [0, 1].
    public let weights: [Double]
    /// The most probable class of each target, for metrics.
    public var labels: [Int] { targets.labels }
}

/// Turns the predictions of a producer (a network, or a mean of several) into pseudo-labels:
/// probabilities -> alignment -> weights -> targets. Who consumes them is the method's choice.
public final class PseudoLabeler: Stateful {
    /// What becomes of the probabilities.
    public enum Targets: Sendable, Equatable {
        /// The most probable class; of equals the lowest.
        case hard
        /// softmax(logits / temperature), not aligned (UDA).
        case sharpened(temperature: Double)
        /// The probabilities as they are (Mean Teacher).
        case soft
    }

    /// The parts, in the order in which they act.
    public let alignment: DistributionAlignment?, weighting: any ConfidenceWeighting, targets: Targets
    /// Whether hard targets are taken from the aligned probabilities; SoftMatch aligns only what it weighs.
    private let targetsAreAligned: Bool

    /// A labeller of these parts.
    public init(
        alignment: DistributionAlignment? = nil, weighting: any ConfidenceWeighting, targets: Targets = .hard,
        targetsAreAligned: Bool = true
    ) {
        self.alignment = alignment
        self.weighting = weighting
        self.targets = targets
        self.targetsAreAligned = targetsAreAligned
    }

    /// The pseudo-labels of `logits` `[N, classes]`; learned thresholds and means move on.
    public func callAsFunction(logits: Tensor, labeledLogits: Tensor? = nil, sampleIndices: [Int]) -> PseudoLabels {
        let plain = ClassProbabilities(logits: logits)
        let aligned = alignment?(plain, labeled: labeledLogits.map { ClassProbabilities(logits: $0) }) ?? plain
        let weights = weighting.weights(aligned, sampleIndices: sampleIndices)
        let basis = targetsAreAligned ? aligned : plain
        switch targets {
        case .hard:
            let classes = logits.shape[1]
            let rows = basis.labels.map { label in (0..<classes).map { $0 == label ? 1.0 : 0 } }
            return PseudoLabels(targets: ClassProbabilities(rows: rows), weights: weights)
        case .sharpened(let temperature):
            return PseudoLabels(targets: ClassProbabilities(logits: logits, temperature: temperature), weights: weights)
        case .soft:
            return PseudoLabels(targets: basis, weights: weights)
        }
    }

    public var state: StateTree {
        var tree = StateTree()
        if let alignment { tree.add(alignment.state, under: "alignment") }
        tree.add(weighting.state, under: "weighting")
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        try alignment?.restore(state.below("alignment"))
        try weighting.restore(state.below("weighting"))
    }
}

/// (1 / N) sum_b w_b CE(logits_b, target_b): divided by all samples, not by those kept (fixmatch card).
public func pseudoLabelCrossEntropy(logits: Tensor, _ labels: PseudoLabels) -> Tensor {
    let type = logits.elementType
    let weights = Tensor(labels.weights).converted(to: type)
    return (weights * crossEntropy(logits: logits, targets: labels.targets.tensor(type))).mean()
}

/// (1 / N) sum_b w_b mean_c (softmax(logits_b)_c - target_bc)² (Mean Teacher).
public func pseudoLabelSquaredError(logits: Tensor, _ labels: PseudoLabels) -> Tensor {
    let type = logits.elementType
    let weights = Tensor(labels.weights).converted(to: type)
    return (weights * meanSquaredError(probabilities: logits.softmax(), targets: labels.targets.tensor(type))).mean()
}
