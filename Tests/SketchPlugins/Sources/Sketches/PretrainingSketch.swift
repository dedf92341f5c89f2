import Datasets
import Networks
import Tensor
import Training

/// Learns from unlabelled clips alone how bright they are, and hands its backbone on: the shape of methods that pre-train.
public final class PretrainingSketch: Method {
    public static let manifest = MethodManifest(name: "pretraining-sketch", summary: "How bright is a clip?", paper: "a sketch")

    public let views: ViewPlan
    private let network: VideoClassifier, head: Linear

    public init(_ setup: MethodSetup) throws {
        network = setup.networks.classifier(named: "video")
        head = Linear(
            inputs: network.backbone.featureCount, outputs: 1, setup.networks.initializer(named: "brightness"))
        views = ViewPlan([setup.standardViews.unlabeledStream(hasStrongView: false)])
    }

    public var networks: NetworkSet {
        NetworkSet([NamedNetwork("video", network), NamedNetwork("brightness", head)], transferred: "video")
    }

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let clips = batch["unlabeled"]["weak"]
        let guess = head(network.features(clips, step.training).globalAveragePooled())
        let brightness = clips.reshaped(to: [clips.shape[0], -1]).mean(axes: [1], keepingAxes: true)
        return [LossTerm("brightness", (guess - brightness.converted(to: guess.elementType)).square().mean())]
    }
}
