import Datasets
import Networks
import Tensor
import Training

/// Learning from temporal gradient (Xiao et al. 2022): FixMatch on RGB beside a second network that sees frame differences.
///
/// L = 1/2 CE(rgb) + 1/2 CE(gradient) + 1/2 (1 / B) sum over kept clips of CE(strong, label) for each network
///   + sum over stages of (1 - mean cos(f_rgb, stopgrad f_gradient)) + the symmetric contrast of their embeddings.
/// Both learn the label of their averaged weak logits. Only the RGB network is evaluated and exported.
public final class TemporalGradient: Method {
    public static let manifest = MethodManifest(
        name: "temporal-gradient", summary: "RGB learns labels and features together with a network of frame differences",
        paper: "Xiao et al., Learning from Temporal Gradient, CVPR 2022, arXiv 2111.13241",
        departures: [
            "the signs of geometric operations are drawn for each clip", "weight decay acts on kernels only",
            "a clip may begin wherever its frames fit; the public code reserves length x stride frames",
        ],
        defaults: [
            ("method.confidenceThreshold", "0.3"), ("method.unlabeledWeight", "0.5"), ("method.warmupShare", "0.166667"),
            ("optimizer.learningRate", "0.025"), ("optimizer.nesterov", "false"), ("optimizer.weightDecay", "0.0001"),
            ("optimizer.clipNorm", "40"), ("schedule.kind", "cosine"), ("schedule.warmupShare", "0.166667"),
            ("backbone.dropout", "0.5"),
        ])
    public static let options: [any ConfigurationGroup.Type] = [PseudoLabelOptions.self, TemporalGradientOptions.self]
    public static let canBePlanned = true

    public let views: ViewPlan
    /// The network of pictures, which is kept, and that of frame differences.
    public let rgb: Stream, gradient: Stream
    private let labelsByRGB: PseudoLabeling, labelsByGradient: PseudoLabeling
    private let options: TemporalGradientOptions
    private let statisticsBatchSize: Int

    public init(_ setup: MethodSetup) throws {
        options = setup.configuration[TemporalGradientOptions.self]
        rgb = Stream("rgb", setup.networks, options)
        gradient = Stream("gradient", setup.networks, options, sharing: options.projection == .shared ? rgb : nil)
        views = options.views(setup.standardViews)
        labelsByRGB = PseudoLabeling(setup)
        labelsByGradient = PseudoLabeling(setup)
        statisticsBatchSize = setup.standardViews.unlabeled
    }

    public var networks: NetworkSet {
        let heads = [rgb, gradient].prefix(options.projection == .shared ? 1 : 2)
        return NetworkSet(
            [rgb, gradient].map { NamedNetwork($0.name, $0.network) }
                + heads.map { NamedNetwork("\($0.name)Projection", $0.projection) },
            evaluated: "rgb")
    }

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let labeled = batch["labeled"], unlabeled = batch["unlabeled"]
        let x = rgb.forward(labeled["clip"], unlabeled["weak"], unlabeled["strong"], options, step)
        var g = gradient.forward(
            labeled["gradient"], unlabeled["weakGradient"], unlabeled["strongGradient"], options, step,
            embeds: !options.comparesOtherClips)
        if options.comparesOtherClips {
            let clips = Tensor.concatenated([labeled["otherGradient"], unlabeled["otherGradient"]])
            g.embeddings = gradient.embed(clips, options, step)
        }
        return lossTerms(rgb: x, gradient: g, labels: labeled.labels, of: unlabeled, at: step)
    }

    /// The loss terms of both networks' activations.
    public func lossTerms(
        rgb x: Stream.Activations, gradient g: Stream.Activations, labels: [Int], of unlabeled: StreamBatch,
        at step: StepContext
    ) -> [LossTerm] {
        let byRGB = labelsByRGB.labels(of: unlabeled, from: producer(x.logits, g.logits), labeled: x.logits.labeled, at: step)
        step.monitor(byRGB, of: unlabeled)
        var byGradient = byRGB
        if options.producer == .individual {
            byGradient = labelsByGradient.labels(of: unlabeled, from: g.logits.weak, labeled: g.logits.labeled, at: step)
            step.monitor(byGradient, of: unlabeled, under: "gradient.")
        }
        func supervised(_ logits: Tensor) -> Tensor { crossEntropy(logits: logits, targets: labels).mean() }
        return [
            LossTerm("rgb.supervised", supervised(x.logits.labeled), weight: options.labeledWeight),
            LossTerm("gradient.supervised", supervised(g.logits.labeled), weight: options.labeledWeight),
        ] + labelsByRGB.lossTerms("rgb.unlabeled", x.logits.strong, byRGB, at: step)
            + (options.producer == .individual ? labelsByGradient : labelsByRGB).lossTerms(
                "gradient.unlabeled", g.logits.strong, byGradient, at: step)
            + alignment(x.stages, g.stages) + contrast(x.embeddings, g.embeddings, step)
    }

    /// Precise statistics of the network that is evaluated (card, algorithm, 7).
    public func willEvaluate(_ epoch: EpochContext) throws {
        guard options.statisticsBatches > 0, let network = epoch.evaluated else { return }
        try epoch.refreshStatistics(batches: options.statisticsBatches, batchSize: statisticsBatchSize) { clips, context in
            _ = network(clips, context)
        }
    }

    public var state: StateTree {
        var tree = StateTree()
        tree.add(labelsByRGB.state, under: "rgb")
        tree.add(labelsByGradient.state, under: "gradient")
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        try labelsByRGB.restore(state.below("rgb"))
        try labelsByGradient.restore(state.below("gradient"))
    }
}

// MARK: The parts of the loss

extension TemporalGradient {
    /// The weak logits that label: logits are averaged, then there is one softmax.
    private func producer(_ x: ClipLogits, _ g: ClipLogits) -> Tensor {
        switch options.producer {
        case .average: (x.weak + g.weak) * 0.5
        case .rgb, .individual: x.weak
        case .gradient: g.weak
        }
    }

    /// What the labelled and weak clips' features of the two networks differ in, stage by stage.
    private func alignment(_ rgb: [Tensor], _ gradient: [Tensor]) -> [LossTerm] {
        guard options.alignmentWeight > 0 else { return [] }
        return options.alignmentStages.filter { $0 <= rgb.count }.map { stage in
            let distance = distance(rgb[stage - 1], gradient[stage - 1])
            return LossTerm("alignment\(stage)", distance, weight: options.alignmentWeight)
        }
    }

    /// How far apart features `[N, C, T, H, W]` are; one side is a constant.
    private func distance(_ rgb: Tensor, _ gradient: Tensor) -> Tensor {
        let x = options.alignmentConstant == .rgb ? rgb.detached : rgb
        let g = options.alignmentConstant == .gradient ? gradient.detached : gradient
        return switch options.alignmentDistance {
        case .cosine: 1 - cosineSimilarity(x, g).mean()
        case .l1: (x - g).absolute().mean()
        case .l2: (x - g).square().mean()
        }
    }

    private func contrast(_ rgb: Tensor?, _ gradient: Tensor?, _ step: StepContext) -> [LossTerm] {
        guard options.contrastWeight > 0, let rgb, let gradient else { return [] }
        return [
            step.jointTerm("contrast", over: [rgb, gradient], weight: options.contrastWeight) { [options] all in
                symmetricContrast(all[0], all[1], temperature: options.contrastTemperature)
            }
        ]
    }
}
