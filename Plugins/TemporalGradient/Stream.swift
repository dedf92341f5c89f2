import Networks
import Tensor
import Training

/// One of the two networks with its projection head.
public struct Stream {
    /// Its name: `rgb` or `gradient`.
    public let name: String
    /// The classifier.
    public let network: VideoClassifier
    /// Features of the last stage to the embedding of the contrast.
    public let projection: ProjectionHead

    /// What a step's clips become.
    public struct Activations {
        /// Logits of the three kinds of clips.
        public var logits: ClipLogits
        /// Features of labelled and weak clips after each stage but the stem, `[2B, C, T, H, W]`.
        public var stages: [Tensor]
        /// Embeddings of labelled and weak clips, `[2B, D]`, or one row a place where the contrast is dense; nil without a contrast.
        public var embeddings: Tensor?

        /// Activations; see the properties.
        public init(logits: ClipLogits, stages: [Tensor], embeddings: Tensor?) {
            self.logits = logits
            self.stages = stages
            self.embeddings = embeddings
        }
    }

    /// A freshly drawn network; the projection head is that of `other` where given.
    init(_ name: String, _ networks: NetworkFactory, _ options: TemporalGradientOptions, sharing other: Stream? = nil) {
        self.name = name
        network = networks.classifier(named: name)
        projection =
            other?.projection
            ?? ProjectionHead(
                inputs: network.backbone.featureCount, hidden: options.projectionWidth, outputs: options.projectionWidth,
                networks.initializer(named: "\(name)Projection"))
    }

    /// One forward pass of labelled, weak and strong clips together, whose statistics mix (card, algorithm, 1).
    func forward(
        _ labeled: Tensor, _ weak: Tensor, _ strong: Tensor, _ options: TemporalGradientOptions, _ step: StepContext,
        embeds: Bool = true
    ) -> Activations {
        let context = step.training(name), counts = [labeled, weak, strong].map { $0.shape[0] }
        let aligned = 0..<counts[0] + counts[1]
        var stages: [Tensor] = []
        let features = network.features(Tensor.concatenated([labeled, weak, strong]), context) { stage, features in
            if stage != "stem" { stages.append(features.sliced(aligned)) }
        }
        let logits = network.classify(features: features, context).split(counts)
        return Activations(
            logits: ClipLogits(labeled: logits[0], weak: logits[1], strong: logits[2]), stages: stages,
            embeddings: embeds && options.contrastWeight > 0 ? embeddings(features.sliced(aligned), options, context) : nil)
    }

    /// The embeddings of other clips of the same videos.
    func embed(_ clips: Tensor, _ options: TemporalGradientOptions, _ step: StepContext) -> Tensor {
        let context = step.training("\(name)Other")
        return embeddings(network.features(clips, context), options, context)
    }

    private func embeddings(_ features: Tensor, _ options: TemporalGradientOptions, _ context: ForwardContext) -> Tensor {
        switch options.contrast {
        case .pooled: return projection(features.globalAveragePooled(), context)
        case .dense:
            let channels = features.shape[1], places = features.count / channels
            return projection(features.permuted([0, 2, 3, 4, 1]).reshaped(to: [places, channels]), context)
        }
    }
}
