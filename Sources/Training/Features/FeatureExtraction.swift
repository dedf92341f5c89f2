import Augment
import Datasets
import Files
import Media
import Networks
import Tensor

/// Vectors of the frames of videos, made by a backbone that learns nothing, in a folder as `FeatureFolder` reads it.
///
/// Each video has a file of its own, written whole or not at all, which says how it was made. Files that are there already are kept where
/// they were made in the same way, so that work that was interrupted goes on.
public struct FeatureExtraction {
    /// The backbone.
    public let identity: NetworkIdentity
    /// Windows a second.
    public let framesPerSecond: Double
    private let network: VideoClassifier, weightsDigest: String
    private let form: FrameWindows.Form

    /// What became of a data set.
    public struct Outcome: Sendable {
        /// Videos whose vectors were made now, and those that had theirs.
        public internal(set) var made = 0, kept = 0
        /// Vectors that were made now.
        public internal(set) var vectors = 0
        /// What could not be read, with the reason.
        public internal(set) var damaged: [(video: String, reason: String)] = []
    }

    /// Vectors by the backbone `identity` with the weights of `source`, or with weights drawn by `seed`.
    ///
    /// A window is as long as clips of `identity`; a backbone that sees pictures one by one has windows of one frame unless
    /// `identity` says otherwise. Throws `WeightsError.unfit`, `AugmentError`, and `ConfigurationError` where windows do not fit the backbone.
    public init(_ identity: NetworkIdentity, _ source: WeightSource?, framesPerSecond: Double = 3, seed: UInt64 = 0) throws {
        self.identity = identity
        self.framesPerSecond = framesPerSecond
        let entry = try identity.entry, clip = identity.clip
        let factory = NetworkFactory(entry: entry, options: identity.options, classes: 1, seed: seed)
        if let source {
            let fit = try PortableNetwork.fit(of: source, identity, part: .backbone)
            try fit.requireWhole(
                advice: "name the backbone and the options that the weights are of; see semisup models info \(source.path)")
            network = factory.blankClassifier()
            network.load(try fit.tensors(of: source.weights))
        } else {
            network = factory.classifier()
        }
        weightsDigest = network.backbone.weightsDigest
        let length = entry.seesPictures && identity.settings["clip.length"] == nil ? 1 : clip.length
        form = FrameWindows.Form(
            framesPerSecond: framesPerSecond, length: length, stride: clip.stride,
            crops: try EvaluationCrops(
                shortSide: Evaluator.shortSide(of: clip.size), output: PictureSize(side: clip.size), layout: .centre))
        if let mismatch = network.backbone.mismatch(with: [3, length, clip.size, clip.size]) {
            throw ConfigurationError(findings: [
                .conflict(
                    reason:
                        "clip.length=\(length) clip.size=\(clip.size) do not fit \(identity.words): \(mismatch.description) of "
                        + "[C, T, H, W]; use longer or larger clips, or another backbone")
            ])
        }
    }

    /// Values of a vector.
    public var featureCount: Int { network.backbone.featureCount }

    /// How the files of a folder were made: what each says about itself, whatever its bits depend on.
    public var metadata: [String: String] {
        let engine = Engine.backend.description
        return [
            "semisup": "features 1", "backbone": identity.words, "weights": "SHA-256 \(weightsDigest)",
            "framesPerSecond": "\(framesPerSecond)", "clip.length": "\(form.length)", "clip.stride": "\(form.stride)",
            "clip.size": "\(form.crops.output.height)", "kernels": engine.kernelSet.rawValue, "threads": "\(engine.threads)",
            "precision": engine.precisionName,
        ]
    }

    /// The folder in the user's cache for vectors of videos below `root` that are made in this way; nil where there is no cache.
    public func standardFolder(of root: String) -> String? {
        let key = ([root] + metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: "\n")
        return UserFolder.cache().map { "\($0)/features/\(SHA256.hexadecimal(of: key).prefix(16))" }
    }

    /// Makes the vectors of each video of `dataSet` that has none in `folder` yet, which appears where it is missing.
    ///
    /// Videos that cannot be read are told in the outcome. Throws `FeatureFolderError.otherwiseMade` where a file was made in another way,
    /// `WeightsError` where one cannot be written or read, and what `progress` throws.
    public func run(
        on dataSet: DataSet, into folder: String, indices: VideoIndexStore = VideoIndexStore(),
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> Outcome {
        var outcome = Outcome()
        let clips = dataSet.videoPaths, metadata = metadata
        for (number, path) in clips.enumerated() {
            try progress(number, clips.count)
            let file = FeatureFolder.file(of: path, below: dataSet.root, in: folder)
            if FileReader.size(of: file) != nil {
                let found = try SafetensorsFile(opening: file).metadata
                guard metadata.allSatisfy({ found[$0.key] == $0.value }) else {
                    throw FeatureFolderError.otherwiseMade(path: file, found: found, expected: metadata)
                }
                outcome.kept += 1
                continue
            }
            do {
                let features = try features(of: Self.video(path), indices)
                try FeatureFolder.write(features, metadata: metadata, to: file)
                outcome.made += 1
                outcome.vectors += features.times.count
            } catch let error as MediaError {
                outcome.damaged.append((path, error.description))
            } catch let error as DamagedWindows {
                outcome.damaged.append((path, error.description))
            }
        }
        try progress(clips.count, clips.count)
        return outcome
    }

    /// The file of a video that is named without its extension, as sets of questions do; else `path`.
    private static func video(_ path: String) -> String {
        guard FileReader.size(of: path) == nil else { return path }
        return VideoFile.extensions.sorted().map { "\(path).\($0)" }.first { FileReader.size(of: $0) != nil } ?? path
    }

    private func features(of path: String, _ indices: VideoIndexStore) throws -> FrameFeatures {
        let windows = try FrameWindows(of: path, form, indices: indices)
        var values: [Float] = []
        try windows.forEach { clips in
            let vectors = GradientRecording.off { network.features(clips, .evaluation).globalAveragePooled() }
            values += vectors.values(as: Float.self)
        }
        return FrameFeatures(featureCount: featureCount, values: values, times: windows.times)
    }
}
