import Networks
import Training

/// The options of XDC.
public struct XDCOptions: ConfigurationGroup {
    /// Which clusters are the classes of which encoder.
    public enum Variant: String, ConfigurationChoice {
        /// Each learns the clusters of the other's features: the method.
        case xdc
        /// Each learns the clusters of its own features (DeepCluster, once for pictures and once for sound).
        case sdc
        /// Each learns both, by two heads.
        case mdc
        /// Both learn the clusters of their features side by side.
        case cdc
    }

    /// How it is kept from learning the largest cluster alone.
    public enum Balance: String, ConfigurationChoice {
        /// Each encoder draws its clips uniformly over the clusters that it learns.
        case sampler
        /// Both see the same clips; a clip of a small cluster counts more.
        case loss
        case none
    }

    /// What each band of the sound is told from.
    public enum SoundMean: String, ConfigurationChoice {
        /// Its mean over the training clips.
        case training
        /// Its mean in the clip: what only sounds on, such as a hum, or is only louder or softer altogether, is not heard.
        case clip
    }

    public var variant = Variant.xdc
    public var clusters = 0
    public var epochsPerRound = 1
    public var epochDecay = 1.0
    public var balance = Balance.sampler
    public var components: Int?
    public var iterations = 20
    public var centroids = KMeans.Initialization.randomRows
    public var soundSeconds = 2.0
    public var soundMean = SoundMean.training
    public var soundBackbone = "resnet18"
    public var soundWidth = 1.0
    public var soundDepth = 1.0

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("method.variant", \.variant, help: "Clusters that an encoder learns: the other's, its own, both, joint ones."),
        .init("method.clusters", \.clusters, in: 0...1_000_000, help: "Clusters of a round (k); 0: twice the classes."),
        .init("method.epochsPerRound", \.epochsPerRound, in: 1...1000, unit: "epochs", help: "Epochs between clusterings."),
        .init("method.epochDecay", \.epochDecay, in: 0.001...1, help: "Factor of the rate in each later epoch of a round."),
        .init("method.balance", \.balance, help: "Draw clusters equally often, weigh their losses, or neither."),
        .init(
            "method.components", \.components,
            help: "Whitened components that are clustered; none: by clips, 256 at most; 0: features."),
        .init("method.iterations", \.iterations, in: 1...10_000, help: "Iterations of k-means at most."),
        .init("method.centroids", \.centroids, help: "First centroids of k-means: random rows, or k-means++."),
        .init("method.soundSeconds", \.soundSeconds, in: 0.1...60, unit: "seconds", help: "Sound of a clip."),
        .init("method.soundMean", \.soundMean, help: "The mean that each band of the sound is told from."),
        .init(
            "method.soundBackbone", \.soundBackbone, oneOf: ["resnet18"], help: "Network of the sound's log-mel pictures."),
        .init("method.soundWidth", \.soundWidth, in: 0.03125...4, help: "Factor of the sound network's channels."),
        .init("method.soundDepth", \.soundDepth, in: 0.25...8, help: "Factor of the sound network's blocks."),
    ]

    /// Components that are no number of them.
    public var conflicts: [String] {
        guard let components, !(0...65_536).contains(components) else { return [] }
        return ["method.components=\(components): expected 0 to 65536, or none"]
    }

    /// The network of the sound. Throws `UnknownBackbone`.
    func soundBackbone(_ networks: NetworkFactory) throws(UnknownBackbone) -> any Backbone {
        let options = Networks.BackboneOptions(width: soundWidth, depth: soundDepth, inputChannels: 1)
        return try BackboneCatalogue.entry(named: soundBackbone, option: "method.soundBackbone").make(
            options, networks.initializer(named: "sound"))
    }
}

/// The features that are clustered.
public enum Modality: String, CaseIterable, Sendable {
    case video
    case sound
    /// Features of both side by side.
    case joint
}

extension XDCOptions.Variant {
    /// The features whose clusters the video encoder learns, the other side's last.
    var videoTargets: [Modality] {
        switch self {
        case .xdc: [.sound]
        case .sdc: [.video]
        case .mdc: [.video, .sound]
        case .cdc: [.joint]
        }
    }

    /// Those that the sound encoder learns, the other side's last.
    var soundTargets: [Modality] {
        switch self {
        case .xdc: [.video]
        case .sdc: [.sound]
        case .mdc: [.sound, .video]
        case .cdc: [.joint]
        }
    }

    /// Those that a round clusters, in order.
    var modalities: [Modality] { Modality.allCases.filter { (videoTargets + soundTargets).contains($0) } }
}
