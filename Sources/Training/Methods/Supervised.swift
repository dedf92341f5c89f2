import Datasets
import Networks
import Tensor

/// Trains on the labelled clips alone: the row that must stand beside every method's number.
public final class Supervised: Method {
    public static let manifest = MethodManifest(
        name: "supervised", summary: "Cross-entropy on the labelled clips alone", paper: "the baseline of every table")
    public static let options: (any ConfigurationGroup.Type)? = SupervisedOptions.self

    public let networks: NetworkSet
    public let views: ViewPlan

    public init(_ setup: MethodSetup) throws {
        networks = NetworkSet(setup.networks.classifier())
        views = ViewPlan([setup.standardViews.labeledStream(setup.configuration[SupervisedOptions.self].labeledView)])
    }

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let labeled = batch["labeled"]
        let logits = networks.primaryNetwork(labeled["clip"], ForwardContext(normalization: .updating, dropout: step.key))
        return [LossTerm("supervised", crossEntropy(logits: logits, targets: labeled.labels).mean())]
    }
}

/// How labelled clips are augmented.
public enum LabeledView: String, ConfigurationChoice {
    case weak
    case strong
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

extension StandardViews {
    /// The labelled stream: one view called `clip`.
    func labeledStream(_ view: LabeledView) -> StreamRequest {
        StreamRequest(
            name: "labeled", source: .labeled, batchSize: labeled,
            views: [ViewRequest(name: "clip", source: .weak(window, weak), photometry: view == .strong ? strong : nil)])
    }

    /// The unlabelled stream: a `weak` view, and where asked a `strong` one made from its pixels.
    func unlabeledStream(hasStrongView: Bool = true) -> StreamRequest {
        let strongView = ViewRequest(name: "strong", source: .view("weak"), photometry: strong)
        return StreamRequest(
            name: "unlabeled", source: .unlabeled, batchSize: unlabeled,
            views: [ViewRequest(name: "weak", source: .weak(window, weak))] + (hasStrongView ? [strongView] : []))
    }
}
