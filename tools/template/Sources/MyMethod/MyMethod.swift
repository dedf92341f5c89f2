import Datasets
import Networks
import Tensor
import Training

/// Pseudo-labels and less doubt: confident predictions on weak views label the strong views, and all predictions on strong views
/// are pulled towards certainty.
///
/// L = mean CE(x, y) + lambda (1 / |u|) sum_b m_b CE(strong_b, label_b) + w mean H(softmax(strong_b))
///
/// Replace it part by part; `semisup plugin test` says what breaks on the way.
public final class MyMethod: Method {
    // What people see in `plugin info` and `train --help`. `defaults` are values of the publication for any option.
    public static let manifest = MethodManifest(
        name: "my-method", summary: "Pseudo-labels, and less doubt on strong views", paper: "Grandvalet and Bengio, 2004",
        defaults: [("method.confidenceThreshold", "0.8")])

    // Options of pseudo-labels, which come with the kit, and those of this method, below.
    public static let options: [any ConfigurationGroup.Type] = [PseudoLabelOptions.self, MyMethodOptions.self]

    // The loader makes these views for each step: `labeled` clips with their labels, `unlabeled` clips weak and strong.
    public let views: ViewPlan
    private let network: VideoClassifier
    private let pseudoLabeling: PseudoLabeling
    private let options: MyMethodOptions

    // Everything random comes from the setup, so that one seed gives the same bits again.
    public init(_ setup: MethodSetup) throws {
        options = setup.configuration[MyMethodOptions.self]
        network = setup.networks.classifier()
        views = ViewPlan([setup.standardViews.labeledStream(), setup.standardViews.unlabeledStream()])
        pseudoLabeling = PseudoLabeling(setup)
    }

    // What is trained, saved, averaged and evaluated. Further networks and heads get names of their own.
    public var networks: NetworkSet { NetworkSet(network) }

    // A batch becomes loss terms; the loop does the backward pass and moves the networks.
    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let labeled = batch["labeled"], unlabeled = batch["unlabeled"]
        let logits = network.logits(
            labeled: labeled["clip"], weak: unlabeled["weak"], strong: unlabeled["strong"], .separate, step.training)

        // The producer is whose logits label: here the network's own on weak views.
        let pseudoLabels = pseudoLabeling.labels(of: unlabeled, from: logits.weak, labeled: logits.labeled, at: step)
        step.monitor(pseudoLabels, of: unlabeled)

        return [
            LossTerm("supervised", crossEntropy(logits: logits.labeled, targets: labeled.labels).mean()),
            LossTerm("doubt", doubt(logits.strong), weight: options.doubtWeight),
        ] + pseudoLabeling.lossTerms("unlabeled", logits.strong, pseudoLabels, at: step)
    }

    // Everything that a resumed run needs beside the networks: running means, queues, counters.
    public var state: StateTree { pseudoLabeling.state }
    public func restore(_ state: StateTree) throws(StateError) { try pseudoLabeling.restore(state) }
}

/// The mean entropy of the predictions of `logits` `[N, classes]`.
public func doubt(_ logits: Tensor) -> Tensor { -(logits.softmax() * logits.logSoftmax()).sum(axes: [1]).mean() }

/// The method's own options: `method.doubtWeight=0.2` on the command line. Defaults, ranges and help stand here alone.
public struct MyMethodOptions: ConfigurationGroup {
    public var doubtWeight = 0.1

    public init() {}

    public static let options: [ConfigurationOption<Self>] = [
        .init("method.doubtWeight", \.doubtWeight, in: 0...100, help: "Factor of the entropy of predictions on strong views.")
    ]
}
