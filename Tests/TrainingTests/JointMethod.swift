import Datasets
import Networks
import Tensor
import Training

/// Classifies, and contrasts the weak and the strong views of all clips of a batch; counts what it has seen.
final class JointMethod: Method {
    static let manifest = MethodManifest(name: "joint", summary: "A contrast over the whole batch", paper: "a test")

    let views: ViewPlan
    private let network: VideoClassifier, seen = SeenLogits()

    init(_ setup: MethodSetup) throws {
        network = setup.networks.classifier()
        views = ViewPlan([setup.standardViews.labeledStream(), setup.standardViews.unlabeledStream()])
    }

    var networks: NetworkSet { NetworkSet(network) }

    func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let labeled = batch["labeled"], unlabeled = batch["unlabeled"]
        let weak = network(unlabeled["weak"], step.training), strong = network(unlabeled["strong"], step.training)
        step.willMove(seen, by: [weak]) { [seen] all in seen.move(by: all[0]) }
        seen.move(by: weak)
        step.monitor("seen", seen.count)
        return [
            LossTerm("supervised", crossEntropy(logits: network(labeled["clip"], step.training), targets: labeled.labels).mean()),
            step.jointTerm("contrast", over: [weak, strong], weight: 0.5) { all in
                symmetricContrast(all[0], all[1], temperature: 0.5)
            },
        ]
    }

    var state: StateTree { seen.state }
    func restore(_ state: StateTree) throws(StateError) { try seen.restore(state) }
}

/// How many rows were seen, and their running mean.
private final class SeenLogits: Stateful {
    private(set) var count = 0.0
    private var mean: [Double] = []

    func move(by logits: Tensor) {
        let batch = logits.mean(axes: [0]).values(as: Double.self)
        mean = mean.isEmpty ? batch : zip(mean, batch).map { 0.9 * $0 + 0.1 * $1 }
        count += Double(logits.shape[0])
    }

    var state: StateTree {
        var tree = StateTree()
        tree.set("count", [count])
        tree.set("mean", mean)
        return tree
    }

    func restore(_ state: StateTree) throws(StateError) {
        count = try state.values("count", count: 1)[0]
        mean = state["mean"]?.values(as: Double.self) ?? []
    }
}
