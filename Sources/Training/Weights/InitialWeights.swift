import Files
import Networks

/// The weights with which the networks of a run begin: read, and found to fit name by name.
public struct InitialWeights: Sendable {
    /// How the file fits.
    public let fit: WeightFit
    /// SHA-256 of the file, or of the weights of a run.
    public let digest: String
    private let backbone: String, shapes: [WeightShape], tensors: [StoredTensor]

    /// Reads what `options` name for the networks of `factory`.
    ///
    /// Throws what `WeightSource` throws, and `WeightsError.unfit` where a name is missing, unexpected or of another shape.
    init(_ path: String, part: WeightPart, for factory: NetworkFactory) throws {
        let source = try WeightSource(opening: path)
        backbone = factory.entry.name
        shapes = factory.blankClassifier().weightShapes
        fit = try WeightFit(
            source.weights, path: path, to: shapes, network: "\(backbone) with \(factory.classes) classes", part: part)
        try fit.requireWhole(
            advice: fit.differsInClassifierOnly
                ? "init.part=backbone leaves the classifier as it is drawn"
                : "name the backbone and the options that the weights are of, or see what fits with: semisup models info \(path)")
        tensors = try fit.tensors(of: source.weights)
        digest = source.weights.digest
    }

    /// Replaces the drawn weights of `network`, which is upon `entry`, where it is of the same shape. Returns whether it is.
    @discardableResult
    func load(into network: VideoClassifier, upon entry: BackboneEntry) -> Bool {
        guard entry.name == backbone, network.weightShapes == shapes else { return false }
        network.load(tensors)
        return true
    }

    /// What a user should know, line by line; `networks` are those of the method.
    func report(_ networks: NetworkSet) -> String {
        let drawn = networks.members.filter { $0.module.weightShapes != shapes }.map { "  drawn, of another shape: \($0.name)" }
        let classifier = shapes.map(\.name).filter { name in !tensors.contains { $0.name == name } }
        return ([fit.report] + (classifier.isEmpty ? [] : ["  drawn: \(classifier.joined(separator: " "))"]) + drawn)
            .joined(separator: "\n")
    }
}
