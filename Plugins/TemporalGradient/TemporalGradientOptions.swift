import Training

/// The options of temporal gradient beside those of pseudo-labels: weights, and the ablations of the publication and its code.
public struct TemporalGradientOptions: ConfigurationGroup {
    /// Whose logits label.
    public enum Producer: String, ConfigurationChoice {
        /// The mean of both networks' logits: the method.
        case average
        /// The RGB network's.
        case rgb
        /// The gradient network's.
        case gradient
        /// Each network labels for itself.
        case individual
    }
    /// How far apart two features are.
    public enum Distance: String, ConfigurationChoice { case cosine, l1, l2 }
    /// Which side of the alignment is a constant.
    public enum Constant: String, ConfigurationChoice { case gradient, rgb, none }
    /// The projection heads of the two networks.
    public enum Projection: String, ConfigurationChoice { case separate, shared }
    /// What the contrast compares.
    public enum Contrast: String, ConfigurationChoice {
        /// Pooled features of clips.
        case pooled
        /// Features at every place of the last stage.
        case dense
    }
    /// The gradient clip that is the positive of an RGB clip.
    public enum Positive: String, ConfigurationChoice {
        /// The same frames.
        case sameClip
        /// Another clip of the same video.
        case otherClip
    }

    public var producer = Producer.average
    public var labeledWeight = 0.5
    public var labeledView = LabeledView.weak
    public var alignmentWeight = 1.0
    public var alignmentStages = [1, 2, 3, 4]
    public var alignmentDistance = Distance.cosine
    public var alignmentConstant = Constant.gradient
    public var contrastWeight = 1.0
    public var contrastTemperature = 0.5
    public var contrast = Contrast.pooled
    public var contrastPositive = Positive.sameClip
    public var projection = Projection.separate
    public var projectionWidth = 512
    public var statisticsBatches = 200

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("method.producer", \.producer, help: "Whose logits label: mean of both, RGB's, gradient's, each its own."),
        .init("method.labeledWeight", \.labeledWeight, in: 0...1000, help: "Factor of each network's supervised loss."),
        .init("method.labeledView", \.labeledView, help: "Augmentation of labelled clips: weak (as published) or strong."),
        .init("method.alignmentWeight", \.alignmentWeight, in: 0...1000, help: "Factor of each stage's alignment; 0: none."),
        .init("method.alignmentStages", \.alignmentStages, help: "Stages that are aligned, from 1."),
        .init("method.alignmentDistance", \.alignmentDistance, help: "How far apart two features are."),
        .init("method.alignmentConstant", \.alignmentConstant, help: "The side that the alignment does not move."),
        .init("method.contrastWeight", \.contrastWeight, in: 0...1000, help: "Factor of the contrast; 0: none."),
        .init("method.contrastTemperature", \.contrastTemperature, in: 0.001...100, help: "Temperature of the contrast."),
        .init("method.contrast", \.contrast, help: "Compare pooled features of clips, or features at every place."),
        .init("method.contrastPositive", \.contrastPositive, help: "Gradients of the same clip, or of another of the video."),
        .init("method.projection", \.projection, help: "A projection head for each network, or one for both."),
        .init("method.projectionWidth", \.projectionWidth, in: 1...8192, unit: "features", help: "Width of the projection."),
        .init(
            "method.statisticsBatches", \.statisticsBatches, in: 0...100_000, unit: "batches",
            help: "Precise statistics before an evaluation; 0: none."),
    ]

    /// Whether the contrast needs clips of its own.
    var comparesOtherClips: Bool { contrastPositive == .otherClip && contrastWeight > 0 }

    /// There are four stages.
    public var conflicts: [String] {
        alignmentStages.allSatisfy { (1...4).contains($0) } && Set(alignmentStages).count == alignmentStages.count
            ? [] : ["method.alignmentStages=\(alignmentStages) names stages from 1 to 4, each once"]
    }
}
