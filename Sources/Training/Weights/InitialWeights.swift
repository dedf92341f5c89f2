import Files
import Networks

/// The weights with which the networks of a run begin: read, and found to fit name by name.
public struct InitialWeights: Sendable {
    /// How the file fits.
    public let fit: WeightFit
    /// SHA-256 of the file, or of the weights of a run.
    public let digest: String
    /// What is taken: of a source that is a backbone alone, that.
    public let part: WeightPart
    private let isImplied: Bool
    private let shapes: [WeightShape], tensors: [StoredTensor]

    /// Reads `part` of the weights at `path` for the networks of `factory`; nil: what they are of.
    ///
    /// Throws what `WeightSource` throws, `WeightsError.unfit` where a name is missing, unexpected or of another shape, and
    /// `ConfigurationError` where all is asked of a backbone.
    init(_ path: String, part asked: WeightPart?, for factory: NetworkFactory) throws {
        let source = try WeightSource(opening: path), backbone = factory.entry.name
        if asked == .all, source.part == .backbone {
            throw ConfigurationError(findings: [
                .conflict(
                    reason: "init.part=all: \(path) holds a backbone that was pre-trained, and no classifier; "
                        + "use init.part=backbone, or leave it away")
            ])
        }
        part = asked ?? source.part
        isImplied = asked == nil && part == .backbone
        shapes = factory.blankClassifier().weightShapes
        fit = try WeightFit(
            source.weights, path: path, to: shapes, network: "\(backbone) with \(factory.classes) classes", part: part)
        try fit.requireWhole(advice: Self.advice(fit, source, factory))
        tensors = try fit.tensors(of: source.weights)
        digest = source.weights.digest
    }

    private static func advice(_ fit: WeightFit, _ source: WeightSource, _ factory: NetworkFactory) -> String {
        if fit.differsInClassifierOnly { return "init.part=backbone leaves the classifier as it is drawn" }
        // What a run or a file says of itself is worth more than a list of names.
        if let held = source.identity, held.backbone.name != factory.entry.name || held.options != factory.options {
            return "it holds another network; add backbone=\(held.words)"
        }
        return
            "name the backbone and the options that the weights are of, or see what fits with: semisup models info \(source.path)"
    }

    /// Replaces the drawn weights of `network`, which is of the shape of `factory.classifier`.
    func load(into network: VideoClassifier) { network.load(tensors) }

    /// What a user should know, line by line; `networks` are those of the method.
    func report(_ networks: NetworkSet) -> String {
        let drawn = networks.members.filter { $0.module.weightShapes != shapes }.map { "  drawn, of another shape: \($0.name)" }
        let classifier = shapes.map(\.name).filter { name in !tensors.contains { $0.name == name } }
        let alone = isImplied ? ["  a backbone alone, as it was pre-trained: init.part=backbone"] : []
        return ([fit.report] + alone + (classifier.isEmpty ? [] : ["  drawn: \(classifier.joined(separator: " "))"]) + drawn)
            .joined(separator: "\n")
    }
}
