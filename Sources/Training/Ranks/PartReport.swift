import Datasets
import Files
import Foundation
import Networks
import Tensor

/// What a part of a batch has come to, beside its gradients.
struct PartReport: Codable {
    struct Value: Codable {
        let name: String, value: Double
    }
    struct Tally: Codable {
        let name: String, labels: [Int], counts: [Int]
    }

    /// The weighted sum of its terms, without joint ones; the terms, and what the method watches.
    var total = 0.0, values: [Value] = [], monitors: [Value] = [], tallies: [Tally] = []
    /// The running statistics after it, that began as those before the step.
    var statistics = RankNumbers([])
    /// The rows of its moves, by move.
    var moves: [[RankRows]] = []
    /// The rows of its joint terms, by term.
    var joint: [[RankRows]] = []
    /// What was no number, and the clips that were shown; nil: nothing.
    var failure: Failure?

    struct Failure: Codable {
        let quantity: String, clips: [String]
    }

    init(failure: TrainingDiverged) { self.failure = Failure(quantity: failure.quantity, clips: failure.clips) }

    init(_ context: StepContext, total: Double, values: [(name: String, value: Double)], statistics: [Double], joint: [LossTerm])
    {
        self.total = total
        self.values = values.map { Value(name: $0.name, value: $0.value) }
        monitors = context.monitors.map { Value(name: $0.name, value: $0.value) }
        tallies = context.tallies.map { Tally(name: $0.name, labels: $0.counts.map(\.label), counts: $0.counts.map(\.count)) }
        self.statistics = RankNumbers(statistics)
        moves = context.moves.map { $0.rows.map(RankRows.init) }
        self.joint = joint.map { $0.rows.map { RankRows($0.detached) } }
    }
}

extension StepContext {
    /// Takes what the parts of the step have to say: the means of their values, the sums of their counts.
    func take(_ parts: [PartReport]) {
        for values in parts.flatMap(\.monitors).grouped(by: \.name) {
            monitor(values.key, values.elements.reduce(0) { $0 + $1.value } / Double(values.elements.count))
        }
        for tallies in parts.flatMap(\.tallies).grouped(by: \.name) {
            let counts = tallies.elements.flatMap { zip($0.labels, $0.counts) }
            tally(tallies.key, counts.flatMap { Array(repeating: $0.0, count: $0.1) })
        }
    }
}

/// What a rank has to say of a step.
struct RankReport: Codable {
    let parts: [PartReport]
    /// Whether a signal has asked this rank to stop.
    var isAskedToStop = false
    /// What its loader has met.
    var damage: [DamageLedger.Meeting] = []
    /// What its sums have sent so far.
    var sentBytes = 0
}
