import Datasets
import Files
import Networks
import Tensor
import Training

/// Cross-modal clustering of pictures and sound (Alwassel et al. 2020): round after round, k-means on the features of all sounds
/// gives the classes that the video encoder learns, and k-means on those of all clips what the sound encoder learns.
///
/// L = mean CE(head_v(f_v), z_a) + mean CE(head_a(f_a), z_v), with fresh heads in every round. No label is read; the score is
/// that of a linear probe of the video encoder on the labelled clips.
public final class XDC: Method {
    public static let manifest = MethodManifest(
        name: "xdc", summary: "Video and sound learn each other's clusters, without labels",
        paper: "Alwassel et al., Self-Supervised Learning by Cross-Modal Audio-Video Clustering, NeurIPS 2020, arXiv 1911.12667",
        departures: [
            "the publication's schedule could not be read; the defaults are the card's for small data",
            "an empty cluster is moved to the clip that is farthest from its own",
            "joint features (cdc) are brought to length 1 side by side",
            "principal components are at most an eighth as many as clips: as many as clips would put all equally far apart",
            "fresh heads are trained with the momentum of the encoders",
            "log-mel bands have mean 0, over the training clips or in each clip, and deviation 1 over the training clips",
        ],
        defaults: [
            ("labels", "all"), ("epochs", "10"), ("backbone", "r2plus1d18"), ("batch.unlabeled", "32"),
            ("optimizer.learningRate", "0.01"),
            ("optimizer.weightDecay", "0.0001"), ("schedule.kind", "cosine"),
        ])
    public static let options: [any ConfigurationGroup.Type] = [XDCOptions.self]
    public static let canBePlanned = true

    /// The encoder of clips, which is kept, as a classifier whose `fc` no one trains, and that of sound.
    private let classifier: VideoClassifier
    public let video: Encoder, sound: Encoder
    private let options: XDCOptions, setup: MethodSetup, requests: XDCViews, clusters: Int
    private var bands: BandStatistics
    /// What the last clustering has found.
    public private(set) var round = Round()
    private var epochInRound = 0

    public init(_ setup: MethodSetup) throws {
        self.setup = setup
        options = setup.configuration[XDCOptions.self]
        clusters = options.clusters > 0 ? options.clusters : 2 * setup.classes
        guard clusters <= setup.trainingCount else {
            throw XDCError.tooManyClusters(clusters: clusters, clips: setup.trainingCount, areAll: true)
        }
        classifier = setup.networks.classifier(named: "video")
        video = Encoder(
            "video", classifier.backbone, targets: options.variant.videoTargets, clusters: clusters,
            XDC.headInitializer("video", 0, setup))
        sound = Encoder(
            "sound", try options.soundBackbone(setup.networks), targets: options.variant.soundTargets, clusters: clusters,
            XDC.headInitializer("sound", 0, setup))
        requests = XDCViews(standard: setup.standardViews, sound: .init(seconds: options.soundSeconds))
        bands = BandStatistics(options.soundMean)
    }

    public var networks: NetworkSet {
        let factor = options.epochDecay == 1 ? 1 : (0..<epochInRound).reduce(1) { rate, _ in rate * options.epochDecay }
        let members: [(String, any Module)] = [
            ("video", classifier), ("sound", sound.backbone), ("videoHead", video.heads), ("soundHead", sound.heads),
        ]
        return NetworkSet(
            members.map { NamedNetwork($0.0, $0.1, learningRateFactor: factor) }, transferred: "video")
    }

    public var views: ViewPlan {
        switch options.balance {
        case .sampler:
            requests.separate(video: source(round.orders["video"]), sound: source(round.orders["sound"]))
        case .loss, .none: requests.shared(source(round.orders["clips"]))
        }
    }

    /// The samples in the order of the epoch; of no round yet: all.
    private func source(_ order: [Int]?) -> StreamRequest.Source { order.map { .sequence($0) } ?? .unlabeled }

    // MARK: A round

    public func willStartEpoch(_ epoch: EpochContext) throws {
        epochInRound = epoch.epoch % options.epochsPerRound
        if epochInRound == 0 || round.number == 0 { try beginRound(epoch) }
        order(epoch)
    }

    /// Clusters the features of all clips and puts fresh heads on the encoders (card, algorithm, 1-3).
    private func beginRound(_ epoch: EpochContext) throws {
        if round.number == 0 { bands = try BandStatistics(options.soundMean, requests, epoch) }
        let features = try ClipFeatures(of: self, requests, bands, epoch)
        // A rehearsal shows a few clips alone.
        let clusters = epoch.isRehearsal ? min(self.clusters, features.samples.count) : self.clusters
        guard clusters <= features.samples.count else {
            throw XDCError.tooManyClusters(clusters: clusters, clips: features.samples.count, areAll: false)
        }
        let settings = ClusteringSettings(
            components: options.components,
            kMeans: KMeans(clusters: clusters, iterations: options.iterations, initialization: options.centroids))
        round = try round.next(features, options.variant.modalities, settings, epoch)
        renewHeads()
    }

    private func renewHeads() {
        for encoder in [video, sound] { encoder.renewHeads(XDC.headInitializer(encoder.name, round.number, setup)) }
    }

    private static func headInitializer(_ encoder: String, _ round: Int, _ setup: MethodSetup) -> Initializer {
        setup.networks.initializer(named: "\(encoder)Head").named("round\(round)")
    }

    /// The order of the epoch's clips for each stream.
    private func order(_ epoch: EpochContext) {
        let batch = setup.standardViews.unlabeled, count = (setup.unlabeledCount + batch - 1) / batch * batch
        switch options.balance {
        case .sampler:
            for encoder in [video, sound] {
                let target = encoder.targets.last ?? .video
                round.setBalancedOrder(of: encoder.name, count: count, by: target, epoch.key.derived(encoder.name))
            }
        case .loss, .none: round.setShuffledOrder(of: "clips", epoch.key.derived("clips"))
        }
    }

    // MARK: A step

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let separate = options.balance == .sampler
        let clips = batch[separate ? "video" : "clips"], sounds = batch[separate ? "sound" : "clips"]
        return terms(of: video, video.features(clips["clip"], step.training("video")), clips.sampleIndices, step)
            + terms(
                of: sound, sound.features(bands.standardized(sounds["sound"]), step.training("sound")), sounds.sampleIndices, step
            )
    }

    /// Log-mel pictures `[N, 1, 40, P]` as the sound encoder sees them.
    public func standardized(_ pictures: Tensor) -> Tensor { bands.standardized(pictures) }

    private func terms(of encoder: Encoder, _ features: Tensor, _ samples: [Int], _ step: StepContext) -> [LossTerm] {
        let clusters = clusters(of: samples, for: encoder)
        let weights = zip(encoder.targets, clusters).map { target, row in
            row.map { round.weight(ofCluster: $0, in: target) }
        }
        return encoder.losses(
            logits: encoder.logits(features), clusters: clusters, weights: options.balance == .loss ? weights : nil)
    }

    /// The clusters that `encoder` is to name for the clips with these stable indices, one row for each of its targets.
    public func clusters(of samples: [Int], for encoder: Encoder) -> [[Int]] {
        // Steps outside a run show clips that no round has seen.
        encoder.targets.map { target in samples.map { round.tables[target]?[$0] ?? 0 } }
    }

    // MARK: State

    public var state: StateTree {
        var tree = round.state
        tree.add(bands.state, under: "bands")
        tree.set("epochInRound", epochInRound)
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        bands = try BandStatistics(options.soundMean, state.below("bands"))
        round = try Round(state, options.variant.modalities)
        epochInRound = try state.integer("epochInRound")
        renewHeads()
    }
}

/// Why XDC cannot train on what it is given.
public enum XDCError: ReportedError, Equatable {
    case tooManyClusters(clusters: Int, clips: Int, areAll: Bool)
    case noSound(clips: Int)
    case cannotBeClustered(Modality, ClusteringError)

    public var exitCode: ExitCode { .badData }

    public var description: String {
        switch self {
        case .tooManyClusters(let clusters, let clips, let areAll):
            "method.clusters=\(clusters): expected at most \(clips), the number of \(areAll ? "training clips" : "clips with sound")"
        case .noSound(let clips):
            "none of the \(clips) training clips has sound that could be read; xdc learns from pictures and sound together"
        case .cannotBeClustered(let modality, .constantFeatures(let rows)):
            "the \(modality.rawValue) features of all \(rows) clips are equal, so that there is nothing to tell clips apart by; look whether "
                + "the clips are \(modality == .sound ? "silent" : "all of one picture"), else the network has collapsed: lower its learning rate"
        case .cannotBeClustered(let modality, let error): "the \(modality.rawValue) features cannot be clustered: \(error)"
        }
    }
}
