import Files
import Networks
import Tensor

/// A network with the weights of a run or of a file, to be written as a file that others read.
public struct PortableNetwork {
    /// The formats in which a network can be written.
    public enum Format: String, Sendable, CaseIterable {
        /// Weights with torchvision's names.
        case safetensors
        /// Graph and weights in one file.
        case onnx
    }

    /// Which network it is.
    public let identity: NetworkIdentity
    /// How the weights fitted.
    public let fit: WeightFit
    private let network: VideoClassifier, part: WeightPart, source: String

    /// A network of `identity` with the weights of `source`.
    ///
    /// - Parameters:
    ///   - part: What is taken and written.
    ///   - classes: The number of classes; nil: as many as the weights have.
    ///   - fit: How the weights fit, as `fit(of:)` found.
    ///   - seed: Draws what the source does not have.
    /// Throws `WeightsError` for values that are no weights.
    public init(
        _ source: WeightSource, _ identity: NetworkIdentity, fit: WeightFit, part: WeightPart = .all, classes: Int? = nil,
        inflation: WeightInflation = .mean, seed: UInt64 = 0
    ) throws {
        self.identity = identity
        self.fit = fit
        self.part = part
        self.source = source.weights.digest
        let factory = try NetworkFactory(identity, classes: classes ?? source.classCount ?? 1, seed: seed)
        let tensors = try fit.tensors(of: source.weights, inflation: inflation)
        network = fit.isWhole && part == .all ? factory.blankClassifier() : factory.classifier()
        network.load(tensors)
    }

    /// How the weights of `source` fit a network of `identity`; nothing is converted.
    public static func fit(
        of source: WeightSource, _ identity: NetworkIdentity, part: WeightPart = .all, classes: Int? = nil
    ) throws -> WeightFit {
        let count = classes ?? source.classCount ?? 1
        let network = try NetworkFactory(identity, classes: count, seed: 0).blankClassifier()
        let words = identity.words + (part == .all ? " with \(count) classes" : ", the backbone")
        return try WeightFit(source.weights, path: source.path, to: network.weightShapes, network: words, part: part)
    }

    /// Writes the network. Throws `FileError.exists` where `path` is taken.
    public func write(_ format: Format, to path: String) throws {
        try NewFile.requireFree(path)
        var metadata = identity.metadata(of: part)
        metadata["source"] = "SHA-256 \(source)"
        let drawn = fit.missing.map(\.name) + fit.mismatched.map(\.target)
        if !drawn.isEmpty { metadata["drawn"] = drawn.joined(separator: " ") }
        switch format {
        case .safetensors:
            let tensors = network.torchvisionWeights
            try SafetensorsFile.write(
                part == .all ? tensors : tensors.filter { !WeightFit.isClassifier($0.name) }, metadata: metadata, to: path)
        case .onnx:
            metadata["input"] = "clips [N, C, T, H, W], normalised as in training: (level - mean) / deviation for each channel"
            try ONNXFile.write(
                network, part: part, inputChannels: identity.options.inputChannels, metadata: metadata, to: path)
        }
    }
}

extension PortableNetwork {
    /// Writes clips of random values, and what the network gives for them, to compare with what others compute.
    ///
    /// The tensors are `clips` `[2, C, T, H, W]`, of the size that the identity's options say, and `logits` `[2, classes]`, or of a
    /// backbone alone `features` `[2, channels]`. Throws `FileError.exists` where `path` is taken.
    public func writeExample(to path: String) throws {
        try NewFile.requireFree(path)
        let clip = identity.clip, shape = [2, identity.options.inputChannels, clip.length, clip.size, clip.size]
        let clips = Initializer(seed: 0).named("example").normal(shape, standardDeviation: 1)
        let (name, output) = GradientRecording.off {
            part == .all
                ? ("logits", network(clips, .evaluation))
                : ("features", network.features(clips, .evaluation).globalAveragePooled())
        }
        try SafetensorsFile.write([StoredTensor(name: "clips", clips), StoredTensor(name: name, output)], to: path)
    }
}

extension NetworkFactory {
    fileprivate init(_ identity: NetworkIdentity, classes: Int, seed: UInt64) throws(UnknownBackbone) {
        self.init(entry: try identity.entry, options: identity.options, classes: classes, seed: seed)
    }
}
