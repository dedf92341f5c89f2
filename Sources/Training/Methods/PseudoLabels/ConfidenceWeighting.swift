import Foundation
import Tensor

/// How much each unlabelled sample counts: a rule of confidence, with the state that it learns (fixmatch card, options).
public protocol ConfidenceWeighting: Stateful {
    /// A weight in [0, 1] for each sample, given its probabilities (aligned where the method aligns) and its stable index.
    func weights(_ probabilities: ClassProbabilities, sampleIndices: [Int]) -> [Double]
}

/// FixMatch: 1 where the largest probability is at least the threshold, else 0.
public final class FixedThreshold: ConfidenceWeighting {
    private let threshold: Double

    /// A rule with this threshold; 0 keeps everything.
    public init(_ threshold: Double) { self.threshold = threshold }

    public func weights(_ probabilities: ClassProbabilities, sampleIndices: [Int]) -> [Double] {
        probabilities.confidences.map { $0 >= threshold ? 1 : 0 }
    }

    public var state: StateTree { StateTree() }
    public func restore(_ state: StateTree) throws(StateError) {}
}

/// FlexMatch: a threshold for each class by how many samples it has learnt (Zhang et al. 2021).
///
/// The mask uses the status before the batch; then samples above the fixed threshold set their status.
public final class CurriculumThreshold: ConfidenceWeighting {
    /// How the status a in [0, 1] of a class scales the threshold.
    public enum Mapping: String, ConfigurationChoice {
        /// a / (2 - a), the published choice.
        case convex
        /// (a + 1) / 2
        case linear
        /// 1 / (2 - a)
        case lowLimit
        /// (ln(a + 1) + 1/2) / (ln 2 + 1/2)
        case concave

        func callAsFunction(_ status: Double) -> Double {
            switch self {
            case .convex: status / (2 - status)
            case .linear: (status + 1) / 2
            case .lowLimit: 1 / (2 - status)
            case .concave: (log(status + 1) + 0.5) / (log(2) + 0.5)
            }
        }
    }

    private let threshold: Double, samples: Int, mapping: Mapping, warmUp: Bool
    /// The last confident label of each sample by its stable index, -1 where there was none.
    public private(set) var selected: [Int]
    /// The learning status of each class.
    public private(set) var status: [Double]
    private var counts: [Double]

    /// A rule over `samples` unlabelled samples, whose stable indices are below `indexLimit` (`samples` where nil).
    ///
    /// `warmUp`: the number of unset samples competes with the counts.
    public init(
        threshold: Double, samples: Int, indexLimit: Int? = nil, classes: Int, mapping: Mapping = .convex, warmUp: Bool = true
    ) {
        self.threshold = threshold
        self.samples = samples
        self.mapping = mapping
        self.warmUp = warmUp
        selected = .init(repeating: -1, count: indexLimit ?? samples)
        status = .init(repeating: 0, count: classes)
        counts = status
    }

    /// The threshold of each class.
    public var thresholds: [Double] { status.map { threshold * mapping($0) } }

    public func weights(_ probabilities: ClassProbabilities, sampleIndices: [Int]) -> [Double] {
        let limits = thresholds, labels = probabilities.labels, confidences = probabilities.confidences
        for (index, (label, confidence)) in zip(sampleIndices, zip(labels, confidences)) where confidence >= threshold {
            if selected[index] >= 0 { counts[selected[index]] -= 1 }
            selected[index] = label
            counts[label] += 1
        }
        updateStatus()
        return zip(labels, confidences).map { $1 >= limits[$0] ? 1 : 0 }
    }

    private func updateStatus() {
        let known = counts.reduce(0, +)
        guard known > 0 else { return }
        let largest = max(counts.max() ?? 0, warmUp ? Double(samples) - known : 0)
        status = counts.map { $0 / largest }
    }

    public var state: StateTree {
        var tree = StateTree()
        tree["selected"] = Tensor(selected.map(Int64.init))
        tree.set("status", status)
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        let labels = try state.tensor("selected", shape: [selected.count]).values(as: Int64.self)
        status = try state.values("status", count: status.count)
        selected = labels.map(Int.init)
        counts = histogram(selected.filter { $0 >= 0 }, classes: status.count)
    }
}

/// FreeMatch: a threshold that follows the model's confidence, scaled by class (Wang et al. 2023).
public final class AdaptiveThreshold: ConfidenceWeighting {
    private let momentum: Double
    /// The running confidence, mean probability of each class, and histogram of labels.
    public private(set) var confidence: Double, probability: [Double], labelHistogram: [Double]
    private let usesQuantile: Bool, clips: Bool

    /// A rule for `classes` classes. `usesQuantile`: follow the 0.8 quantile, not the mean; `clips`: to [0, 0.95].
    public init(classes: Int, momentum: Double = 0.999, usesQuantile: Bool = false, clips: Bool = false) {
        self.momentum = momentum
        self.usesQuantile = usesQuantile
        self.clips = clips
        confidence = 1 / Double(classes)
        probability = .init(repeating: confidence, count: classes)
        labelHistogram = probability
    }

    /// The threshold of each class.
    public var thresholds: [Double] {
        let largest = probability.max() ?? 1
        return probability.map { confidence * $0 / largest }
    }

    public func weights(_ probabilities: ClassProbabilities, sampleIndices: [Int]) -> [Double] {
        let confidences = probabilities.confidences, labels = probabilities.labels
        let level = usesQuantile ? quantile(confidences, 0.8) : confidences.reduce(0, +) / Double(confidences.count)
        confidence = momentum * confidence + (1 - momentum) * level
        if clips { confidence = min(max(confidence, 0), 0.95) }
        probability = movingAverage(probability, probabilities.mean, decay: momentum)
        let share = histogram(labels, classes: probability.count).map { $0 / Double(labels.count) }
        labelHistogram = movingAverage(labelHistogram, share, decay: momentum)
        let limits = thresholds
        return zip(labels, confidences).map { $1 >= limits[$0] ? 1 : 0 }
    }

    /// Linear between neighbours, as numpy's.
    private func quantile(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted(), place = share * Double(values.count - 1)
        let low = Int(place), high = min(low + 1, values.count - 1)
        return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
    }

    /// The fairness loss over the kept samples: sum_c r_c ln(u_c + 1e-12), 0 where none is kept (card, FreeMatch).
    ///
    /// r = norm(probability / labelHistogram), u = norm(mean strong probability / histogram of strong labels); only the mean
    /// strong probability carries gradient. Infinite quotients count as 0.
    public func fairnessLoss(strongLogits: Tensor, weights: [Double]) -> Tensor {
        let kept = weights.indices.filter { weights[$0] > 0 }
        guard !kept.isEmpty else { return Tensor(repeating: 0, shape: [], elementType: strongLogits.elementType) }
        let strong = strongLogits.rows(at: kept).softmax()
        let shares = histogram(strong.argmax(), classes: probability.count).map { $0 / Double(kept.count) }
        let inverse = Tensor(shares.map { $0 > 0 ? 1 / $0 : 0 }).converted(to: strong.elementType)
        let ratio = zip(probability, labelHistogram).map { $1 > 0 ? $0 / $1 : 0 }
        let total = ratio.reduce(0, +)
        let target = Tensor(ratio.map { $0 / total }).converted(to: strong.elementType)
        let scaled = strong.mean(axes: [0]) * inverse
        return (target * (scaled / scaled.sum() + 1e-12).log()).sum()
    }

    public var state: StateTree {
        var tree = StateTree()
        tree.set("confidence", [confidence])
        tree.set("probability", probability)
        tree.set("labelHistogram", labelHistogram)
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        let histogram = try state.values("labelHistogram", count: labelHistogram.count)
        probability = try state.values("probability", count: probability.count)
        confidence = try state.values("confidence", count: 1)[0]
        labelHistogram = histogram
    }
}

/// SoftMatch: 1 above the running mean confidence, a Gaussian below (Chen et al. 2023).
public final class TruncatedGaussianWeighting: ConfidenceWeighting {
    private let momentum: Double, deviations: Double
    /// The running mean and variance of the confidences.
    public private(set) var mean: Double, variance: Double

    /// A rule for `classes` classes; the Gaussian's variance is divided by `deviations` squared.
    public init(classes: Int, momentum: Double = 0.999, deviations: Double = 2) {
        self.momentum = momentum
        self.deviations = deviations
        (mean, variance) = (1 / Double(classes), 1)
    }

    public func weights(_ probabilities: ClassProbabilities, sampleIndices: [Int]) -> [Double] {
        let confidences = probabilities.confidences, count = Double(confidences.count)
        let batchMean = confidences.reduce(0, +) / count
        mean = momentum * mean + (1 - momentum) * batchMean
        if confidences.count > 1 {
            let batchVariance = confidences.reduce(0) { $0 + ($1 - batchMean) * ($1 - batchMean) } / (count - 1)
            variance = momentum * variance + (1 - momentum) * batchVariance
        }
        return weights(confidences: confidences)
    }

    /// exp(-min(q - mean, 0)² / (2 variance / deviations²))
    func weights(confidences: [Double]) -> [Double] {
        confidences.map { exp(-pow(min($0 - mean, 0), 2) / (2 * variance / (deviations * deviations))) }
    }

    public var state: StateTree {
        var tree = StateTree()
        tree.set("statistics", [mean, variance])
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        let values = try state.values("statistics", count: 2)
        (mean, variance) = (values[0], values[1])
    }
}
