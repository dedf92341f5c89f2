import Datasets
import Networks
import Tensor
import Training

/// Two clips of one video, drawn together, whose distance in time is learnt beside the labels: the shape of methods with samplers
/// of their own. Levels are inverted before normalisation, to show the transform.
public final class SamplerSketch: Method {
    public static let manifest = MethodManifest(
        name: "sampler-sketch", summary: "How far apart are two clips?", paper: "a sketch")

    public let views: ViewPlan
    private let network: VideoClassifier, head: Linear

    public init(_ setup: MethodSetup) throws {
        let standard = setup.standardViews
        network = setup.networks.classifier()
        head = Linear(inputs: 2 * network.backbone.featureCount, outputs: 1, setup.networks.initializer(named: "distance"))
        let pairs = StreamRequest(
            name: "pairs", source: .unlabeled, batchSize: standard.unlabeled,
            sampler: NearbyClips(length: standard.window.length, distance: 8),
            views: [
                ViewRequest(name: "first", values: .levels, source: .clip(.sampled(0), .random(standard.weak))),
                ViewRequest(name: "second", values: .levels, source: .clip(.sampled(1), .same(as: "first"))),
            ])
        views = ViewPlan([standard.labeledStream(), pairs])
    }

    public var networks: NetworkSet {
        NetworkSet(
            [NamedNetwork("classifier", network), NamedNetwork("distanceHead", head, learningRateFactor: 0.5)],
            evaluated: "classifier")
    }

    public func transform(_ batch: Batch, _ phase: BatchPhase, at step: StepContext) throws -> Batch {
        guard phase == .levels else { return batch }
        let pairs = batch["pairs"]
        return batch.replacing("pairs", with: pairs.replacing("second", with: 255 - pairs["second"]))
    }

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let labeled = batch["labeled"], pairs = batch["pairs"]
        let logits = network(labeled["clip"], step.training)
        let features = ["first", "second"].map {
            network.backbone.features(pairs[$0], step.training).globalAveragePooled()
        }
        let starts = ["first", "second"].map { pairs.placements(of: $0).firstFrames.converted(to: logits.elementType) }
        let distance = (starts[1] - starts[0]).reshaped(to: [pairs.count, 1]) * 0.125
        let guess = head(Tensor.concatenated(features, axis: 1))
        return [
            LossTerm("supervised", crossEntropy(logits: logits, targets: labeled.labels).mean()),
            LossTerm("distance", (guess - distance).square().mean()),
        ]
    }
}

/// Two clips of which the second begins up to `distance` frames after the first.
struct NearbyClips: ClipSampler {
    let length: Int, distance: Int
    var windowLengths: [Int] { [length, length] }

    func windows(frameCount: Int, using stream: inout RandomStream) -> [ClipWindow] {
        let first = stream.integer(below: max(1, frameCount - length))
        return [first, first + stream.integer(below: distance + 1)].map { ClipWindow(first: $0, length: length, stride: 1) }
    }
}
