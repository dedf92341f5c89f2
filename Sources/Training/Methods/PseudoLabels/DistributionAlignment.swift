import Tensor

/// Scales predictions so that their running mean follows a target distribution (Berthelot et al. 2020; fixmatch card).
///
/// aligned = normalise(p (target + 1e-6) / (model + 1e-6)); the running mean is updated before it is used.
public final class DistributionAlignment: Stateful {
    /// What the mean of the predictions is brought to.
    public enum Target: Sendable, Equatable {
        case uniform
        /// A given prior, one probability a class.
        case prior([Double])
        /// The running mean of the predictions on labelled clips.
        case labeled
    }

    /// How the mean of the predictions is taken.
    public enum Model: Sendable, Equatable {
        /// A running mean that starts at the first batch.
        case movingAverage(decay: Double)
        /// The mean of the last batches.
        case queue(length: Int)
    }

    private let kind: Target, averaging: Model, decay: Double
    /// The target, and the mean of the predictions; empty before the first batch.
    public private(set) var target: [Double], model: [Double] = []
    private var queue: [[Double]] = []

    /// An alignment for `classes` classes.
    public init(classes: Int, target: Target = .uniform, model: Model = .movingAverage(decay: 0.999)) {
        kind = target
        averaging = model
        if case .movingAverage(let value) = model { decay = value } else { decay = 0.999 }
        if case .prior(let prior) = target {
            self.target = prior
        } else {
            self.target = .init(repeating: 1 / Double(classes), count: classes)
        }
    }

    /// The aligned probabilities. `labeled`: the predictions on the labelled clips of the step, which `labeled` targets need.
    public func callAsFunction(_ probabilities: ClassProbabilities, labeled: ClassProbabilities?) -> ClassProbabilities {
        update(probabilities.mean)
        if kind == .labeled, let labeled { target = movingAverage(target, labeled.mean, decay: decay) }
        let factors = zip(target, model).map { ($0 + 1e-6) / ($1 + 1e-6) }
        return ClassProbabilities(
            rows: probabilities.rows.map { row in
                let scaled = zip(row, factors).map { $0 * $1 }
                let total = scaled.reduce(0, +)
                return scaled.map { $0 / total }
            })
    }

    private func update(_ mean: [Double]) {
        switch averaging {
        case .movingAverage(let decay): model = model.isEmpty ? mean : movingAverage(model, mean, decay: decay)
        case .queue(let length):
            queue = Array((queue + [mean]).suffix(length))
            model = ClassProbabilities(rows: queue).mean
        }
    }

    public var state: StateTree {
        var tree = StateTree()
        tree.set("target", target)
        if !model.isEmpty { tree.set("model", model) }
        if !queue.isEmpty { tree["queue"] = ClassProbabilities(rows: queue).tensor(.float64) }
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        let restored = try state.values("target", count: target.count)
        model = state["model"] == nil ? [] : try state.values("model", count: target.count)
        if let rows = state["queue"] {
            guard rows.rank == 2, rows.shape[1] == target.count else {
                throw .shape(name: "queue", expected: [rows.shape.first ?? 0, target.count], found: rows.shape)
            }
            let values = rows.values(as: Double.self)
            queue = stride(from: 0, to: values.count, by: target.count).map { Array(values[$0..<$0 + target.count]) }
        } else {
            queue = []
        }
        target = restored
    }
}
