import Datasets
import Networks
import Tensor

/// A linear classifier upon the features of a backbone that stays as it is (protocol card, section 3): a normalisation with learned
/// factors, then a linear layer.
///
/// The number is that after the last epoch. Published code often gives the best of the epochs on the test list, which is higher.
public final class LinearProbe: Module {
    /// How it learns: as CoCLR's probe of stored features.
    public struct Settings: Sendable, Equatable {
        /// The learning rate of the first epochs; a tenth of it from each of the epochs `drops` on.
        public var learningRate = 1.0, drops = [60, 80]
        /// Passes over the list.
        public var epochs = 100
        /// Clips of a step at most: a list that is longer is cut into parts as even as can be.
        public var batchSize = 1024
        /// Stochastic gradient descent, whose decay acts on all parameters.
        public var momentum = 0.9, weightDecay = 1e-3

        /// The protocol's.
        public init() {}

        /// The rate in `epoch`, from 0.
        func rate(inEpoch epoch: Int) -> Double {
            drops.reduce(learningRate) { $1 <= epoch ? $0 / 10 : $0 }
        }
    }

    private let normalization: BatchNormalization, head: Linear
    private let classCount: Int, elementType: ElementType

    /// A probe of so many features, whose layer is drawn from N(0, 0.01).
    public init(features: Int, classes: Int, _ initializer: Initializer) {
        normalization = BatchNormalization(channels: features, initializer.named("0"))
        head = Linear(inputs: features, outputs: classes, initializer.named("1"))
        classCount = classes
        elementType = initializer.elementType
    }

    public var children: [(name: String, module: any Module)] { [("0", normalization), ("1", head)] }

    /// Logits `[N, classes]` of features `[N, features]`.
    public func callAsFunction(_ features: Tensor, _ context: ForwardContext) -> Tensor {
        head(normalization(features, context))
    }

    /// Learns the labels of `table`; rows without one are left out. `seed` orders the clips of each epoch.
    public func train(on table: FeatureTable, _ settings: Settings = Settings(), seed: UInt64) {
        let labeled = FeatureTable(rows: table.rows.filter { $0.label != nil })
        guard !labeled.rows.isEmpty else { return }
        let features = labeled.tensor(elementType), labels = labeled.rows.compactMap(\.label)
        let parameters = namedParameters.map { ($0.parameter, Tensor.zeros(like: $0.parameter.value)) }
        for epoch in 0..<settings.epochs {
            let step = GradientDescentStep(
                learningRate: settings.rate(inEpoch: epoch), momentum: settings.momentum, weightDecay: settings.weightDecay,
                usesNesterov: false)
            for batch in LinearProbe.batches(of: labels.count, atMost: settings.batchSize, epoch, seed) {
                let logits = self(features.rows(at: batch), ForwardContext(normalization: .updating))
                crossEntropy(logits: logits, targets: batch.map { labels[$0] }).mean().backward()
                for (parameter, velocity) in parameters {
                    guard let gradient = parameter.gradient else { continue }
                    parameter.value.descend(gradient: gradient, velocity: velocity, step)
                    parameter.value.clearGradient()
                }
            }
        }
    }

    /// The places of `count` clips in an order of the epoch's own, cut as evenly as can be.
    private static func batches(of count: Int, atMost size: Int, _ epoch: Int, _ seed: UInt64) -> [[Int]] {
        var stream = RandomKey(seed: seed, purpose: .order, epoch: UInt64(epoch)).derived("probe").stream
        let order = stream.permutation(of: count), parts = (count + size - 1) / size
        return (0..<parts).map { Array(order[$0 * count / parts..<($0 + 1) * count / parts]) }
    }

    /// The scores of the videos in `table`, by running statistics. Throws `ScoresNotFinite`.
    public func report(on table: FeatureTable) throws(ScoresNotFinite) -> ClassificationReport {
        let known = table.rows.filter { $0.label != nil }
        guard !known.isEmpty else { return ClassificationReport(rows: [], classCount: classCount, damaged: table.damaged) }
        let logits = GradientRecording.off { self(FeatureTable(rows: known).tensor(elementType), .evaluation) }
        let scores = logits.values(as: Double.self)
        if let place = scores.firstIndex(where: { !$0.isFinite }) { throw ScoresNotFinite(video: known[place / classCount].name) }
        let rows = known.enumerated().map { place, row in
            ClassificationReport.Row(
                sampleIndex: row.sampleIndex, label: row.label ?? 0,
                scores: Array(scores[place * classCount..<(place + 1) * classCount]), name: row.name, group: row.group)
        }
        return ClassificationReport(rows: rows, classCount: classCount, damaged: table.damaged)
    }
}
