import Datasets
import Networks

/// The network (`temporal_gradient.md`, backbones).
public struct BackboneOptions: ConfigurationGroup {
    /// The name of a catalogue entry.
    public var name = "r3d18"
    /// The factor of all channel counts.
    public var width = 1.0
    /// The factor of the blocks in each stage.
    public var depth = 1.0
    /// The share of features that is dropped before the classifier.
    public var dropout = 0.0

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init(
            "backbone", \.name, oneOf: BackboneCatalogue.entries.map(\.name), help: "Network from the catalogue (models list)."),
        .init("backbone.width", \.width, in: 0.03125...4, help: "Factor of all channel counts."),
        .init("backbone.depth", \.depth, in: 0.25...8, help: "Factor of the blocks in each stage."),
        .init("backbone.dropout", \.dropout, in: 0..<1, help: "Share of features dropped before the classifier."),
    ]
}

/// What a network sees of a video.
public struct ClipOptions: ConfigurationGroup {
    /// Frames in a clip.
    public var length = 8
    /// Frames of the video from one frame of the clip to the next.
    public var stride = 8
    /// Height and width of a frame.
    public var size = 112
    /// Which frames are counted.
    public var timing = VideoAccess.Timing.frames

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("clip.length", \.length, in: 1...256, unit: "frames", help: "Frames in a clip."),
        .init("clip.stride", \.stride, in: 1...256, unit: "frames", help: "From one frame of the clip to the next."),
        .init("clip.size", \.size, in: 16...1024, unit: "pixels", help: "Height and width of a frame."),
        .init("clip.timing", \.timing, help: "Count frames, or even times where the frame rate varies."),
    ]
}

extension VideoAccess.Timing: ConfigurationChoice {}

/// The clips of a step.
public struct BatchOptions: ConfigurationGroup {
    /// Labelled clips in a step.
    public var labeled = 5
    /// Unlabelled clips in a step.
    public var unlabeled = 5
    /// Parts into which a batch is cut to save memory.
    public var microbatches = 1
    /// Of what a part is normalised by.
    public var statistics = Statistics.part

    /// The clips whose statistics batch normalisation takes.
    public enum Statistics: String, Sendable, ConfigurationChoice {
        /// Those of the part: the same for any number of ranks.
        case part
        /// Those of all parts, each of which a rank of its own computes.
        case synchronized
    }

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("batch.labeled", \.labeled, in: 1...65_536, unit: "clips", help: "Labelled clips in a step."),
        .init("batch.unlabeled", \.unlabeled, in: 1...65_536, unit: "clips", help: "Unlabelled clips in a step."),
        .init(
            "batch.microbatches", \.microbatches, in: 1...1024, help: "Parts that are computed one after another to save memory."),
        .init(
            "batch.statistics", \.statistics, help: "Batch norm over each part, or over all, with one part a rank."),
    ]

    /// No part of a batch may be empty.
    public var conflicts: [String] {
        microbatches > labeled
            ? ["batch.microbatches=\(microbatches) is more than batch.labeled=\(labeled): a part would have no labelled clip"]
            : []
    }
}
