import Datasets
import Networks
import Tensor

/// Trains on the labelled clips alone: the row that must stand beside every method's number.
public final class Supervised: Method {
    public static let manifest = MethodManifest(
        name: "supervised", summary: "Cross-entropy on the labelled clips alone", paper: "the baseline of every table")
    public static let options: [any ConfigurationGroup.Type] = [SupervisedOptions.self]
    public static let canBePlanned = true

    public let views: ViewPlan
    private let network: VideoClassifier

    public init(_ setup: MethodSetup) throws {
        network = setup.networks.classifier()
        views = ViewPlan([setup.standardViews.labeledStream(setup.configuration[SupervisedOptions.self].labeledView)])
    }

    public var networks: NetworkSet { NetworkSet(network) }

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let labeled = batch["labeled"]
        let logits = network(labeled["clip"], step.training)
        return [LossTerm("supervised", crossEntropy(logits: logits, targets: labeled.labels).mean())]
    }
}

/// The options of `supervised`.
public struct SupervisedOptions: ConfigurationGroup {
    /// The augmentation of labelled clips.
    public var labeledView = LabeledView.weak

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("method.labeledView", \.labeledView, help: "Augmentation of labelled clips: weak (as published) or strong.")
    ]
}
