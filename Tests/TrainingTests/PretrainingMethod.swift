import Datasets
import Networks
import Tensor
import Training

/// Learns from unlabelled clips alone how bright they are, and hands its backbone on.
final class PretrainingMethod: Method {
    static let manifest = MethodManifest(name: "pretraining", summary: "How bright is a clip?", paper: "a test")

    let views: ViewPlan
    private let network: VideoClassifier, head: Linear

    init(_ setup: MethodSetup) throws {
        network = setup.networks.classifier(named: "video")
        head = Linear(inputs: network.backbone.featureCount, outputs: 1, setup.networks.initializer(named: "brightness"))
        views = ViewPlan([setup.standardViews.unlabeledStream(hasStrongView: false)])
    }

    var networks: NetworkSet {
        NetworkSet([NamedNetwork("video", network), NamedNetwork("brightness", head)], transferred: "video")
    }

    func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let clips = batch["unlabeled"]["weak"]
        let guess = head(network.features(clips, step.training).globalAveragePooled())
        let brightness = clips.reshaped(to: [clips.shape[0], -1]).mean(axes: [1], keepingAxes: true)
        return [LossTerm("brightness", (guess - brightness).square().mean())]
    }

    /// What its own evaluator says of the backbone: as the loop does.
    var evaluators: [NamedEvaluator] {
        [
            NamedEvaluator("probe") { [network] epoch in
                try epoch.linearProbe(of: network.backbone).report.accuracy(top: 1) ?? -1
            }
        ]
    }
}
