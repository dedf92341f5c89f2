import Datasets
import Networks
import Tensor
import Training

/// A momentum encoder and a queue of negatives, beside the supervised loss: the shape of MoCo and its family.
public final class QueueSketch: Method {
    public static let manifest = MethodManifest(name: "queue-sketch", summary: "A queue of negatives", paper: "a sketch")
    public static let options: [any ConfigurationGroup.Type] = [QueueOptions.self]

    public let views: ViewPlan
    private let network: VideoClassifier
    private let key: ExponentialMovingAverage<VideoClassifier>
    private var queue: Tensor
    private var position = 0

    public init(_ setup: MethodSetup) throws {
        network = setup.networks.classifier()
        key = ExponentialMovingAverage(of: network, twin: setup.networks.classifier(named: "key"), decay: 0.9)
        views = ViewPlan([setup.standardViews.labeledStream(), setup.standardViews.unlabeledStream()])
        let length = setup.configuration[QueueOptions.self].length
        queue = setup.networks.initializer(named: "queue").normal([length, network.backbone.featureCount], standardDeviation: 1)
    }

    public var networks: NetworkSet { NetworkSet(network) }

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let labeled = batch["labeled"], unlabeled = batch["unlabeled"]
        let logits = network(labeled["clip"], step.training)
        let query = embedding(network, unlabeled["strong"], step.training)
        let keys = GradientRecording.off { embedding(key.twin, unlabeled["weak"], step.training.labeling) }
        let positives = (query * keys).sum(axes: [1], keepingAxes: true)
        let negatives = query.matrixProduct(queue.l2Normalized().transposed)
        let scores = Tensor.concatenated([positives, negatives], axis: 1) * (1 / 0.2)
        let contrast = crossEntropy(logits: scores, targets: [Int](repeating: 0, count: query.shape[0])).mean()
        push(keys)
        return [
            LossTerm("supervised", crossEntropy(logits: logits, targets: labeled.labels).mean()),
            LossTerm("contrast", contrast, weight: 0.5),
        ]
    }

    private func embedding(_ network: VideoClassifier, _ clips: Tensor, _ context: ForwardContext) -> Tensor {
        network.backbone.features(clips, context).globalAveragePooled().l2Normalized()
    }

    /// The oldest rows give way.
    private func push(_ keys: Tensor) {
        let length = queue.shape[0], rows = Tensor.concatenated([queue, keys.detached])
        queue = rows.sliced(rows.shape[0] - length..<rows.shape[0]).copied()
        position += keys.shape[0]
    }

    public func didStep(_ step: StepContext) throws { key.update() }

    public var state: StateTree {
        var tree = StateTree()
        tree["queue"] = queue
        tree.set("position", position)
        tree.add(key.state, under: "key")
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        queue = try state.tensor("queue", shape: queue.shape)
        position = try state.integer("position")
        try key.restore(state.below("key"))
    }
}

struct QueueOptions: ConfigurationGroup {
    var length = 32
    static let options: [ConfigurationOption<Self>] = [
        .init("method.queue", \.length, in: 1...65_536, unit: "clips", help: "Negatives that are kept.")
    ]
}
