import Datasets
import Networks
import Tensor
import Training

/// Clusters features between epochs and learns to tell the clusters, by a fresh head each time; then learns the labels: the shape
/// of XDC and DeepCluster, and of everything that has stages.
public final class StagedSketch: Method {
    public static let manifest = MethodManifest(name: "staged-sketch", summary: "Clusters, then labels", paper: "a sketch")
    private static let clusters = 4

    public let views: ViewPlan
    public let stages: [TrainingStage]
    private let network: VideoClassifier
    private let setup: MethodSetup
    private var head: Linear
    /// The cluster of each sample by its stable index, or -1, and how often it was drawn.
    private var assignments: [Int], generation = 0

    public init(_ setup: MethodSetup) throws {
        self.setup = setup
        network = setup.networks.classifier()
        head = StagedSketch.head(0, network, setup)
        assignments = .init(repeating: -1, count: setup.sampleIndexLimit)
        let standard = setup.standardViews
        views = ViewPlan([standard.labeledStream()])
        stages = [
            TrainingStage("cluster", views: ViewPlan([standard.unlabeledStream()]), networks: ["classifier", "clusterHead"]),
            TrainingStage("classify", networks: ["classifier"]),
        ]
    }

    public var networks: NetworkSet {
        NetworkSet([NamedNetwork("classifier", network), NamedNetwork("clusterHead", head)], evaluated: "classifier")
    }

    private static func head(_ generation: Int, _ network: VideoClassifier, _ setup: MethodSetup) -> Linear {
        Linear(
            inputs: network.backbone.featureCount, outputs: clusters, setup.networks.initializer(named: "cluster\(generation)"))
    }

    public func willStartEpoch(_ epoch: EpochContext) throws {
        guard epoch.stage == "cluster" else { return }
        var features: [(sample: Int, values: [Double])] = []
        try epoch.pass(over: .unlabeled) { batch in
            let pooled = GradientRecording.off { network.backbone.features(batch["clip"], .evaluation).globalAveragePooled() }
            let values = pooled.values(as: Double.self), count = pooled.shape[1]
            features += batch.sampleIndices.enumerated().map { ($1, Array(values[$0 * count..<($0 + 1) * count])) }
        }
        // The first samples are the centres: enough for a sketch.
        let centres = features.prefix(StagedSketch.clusters).map(\.values)
        for (sample, values) in features {
            let distances = centres.map { zip($0, values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
            assignments[sample] = distances.indices.min { distances[$0] < distances[$1] } ?? -1
        }
        generation += 1
        head = StagedSketch.head(generation, network, setup)
    }

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        guard step.stage == "cluster" else {
            let labeled = batch["labeled"]
            let logits = network(labeled["clip"], step.training)
            return [LossTerm("supervised", crossEntropy(logits: logits, targets: labeled.labels).mean())]
        }
        let unlabeled = batch["unlabeled"]
        let features = network.backbone.features(unlabeled["strong"], step.training).globalAveragePooled()
        let targets = unlabeled.sampleIndices.map { max(0, assignments[$0]) }
        return [LossTerm("cluster", crossEntropy(logits: head(features), targets: targets).mean())]
    }

    public var evaluators: [NamedEvaluator] {
        [
            NamedEvaluator("clips") { epoch in
                var count = 0
                try epoch.pass(over: .test) { count += $0.count }
                return Double(count)
            }
        ]
    }

    public var state: StateTree {
        var tree = StateTree()
        tree["assignments"] = Tensor(assignments.map(Int64.init))
        tree.set("generation", generation)
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        assignments = try state.tensor("assignments", shape: [assignments.count]).values(as: Int64.self).map(Int.init)
        generation = try state.integer("generation")
        head = StagedSketch.head(generation, network, setup)
    }
}
