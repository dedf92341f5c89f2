import Files
import Tensor

/// What a backbone costs, for `models list`.
public struct BackboneSummary: Sendable, Equatable {
    /// The name and one line about it.
    public let name: String, summary: String
    /// Learned values, without a classifier.
    public let parameters: Int
    /// Multiply-adds of one forward pass of one clip.
    public let multiplyAdds: Int
    /// Channels of the last stage.
    public let featureCount: Int
    /// `[C, T, H, W]` of the last stage.
    public let output: [Int]

    /// The summary of `entry` for a clip `[C, T, H, W]`. Builds the network without drawing weights.
    public init(_ entry: BackboneEntry, options: BackboneOptions = BackboneOptions(), clip: [Int]) {
        let backbone = entry.make(options, .blank())
        name = entry.name
        summary = entry.summary
        parameters = backbone.parameterCount
        multiplyAdds = backbone.multiplyAdds(of: clip)
        featureCount = backbone.featureCount
        output = backbone.output(of: clip)
    }

    /// The object of `models list --json`.
    public var json: JSON {
        .object([
            ("name", .string(name)), ("summary", .string(summary)), ("parameters", .integer(parameters)),
            ("multiplyAdds", .integer(multiplyAdds)), ("featureCount", .integer(featureCount)),
            ("output", .array(output.map { .integer($0) })),
        ])
    }
}
