import Files
import Tensor

/// The parts of a backbone, for `models info`.
public struct BackboneDescription: Sendable, Equatable {
    /// A stage and what it gives.
    public struct Stage: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// `[C, T, H, W]` of what it gives for one clip.
        public let output: [Int]
        /// Learned values.
        public let parameters: Int
    }

    /// What the backbone costs.
    public let summary: BackboneSummary
    /// The stages in order.
    public let stages: [Stage]
    /// The names and shapes of its parameters and running statistics.
    public let weights: [WeightShape]

    /// The description of `entry` for a clip `[C, T, H, W]`, found by a forward pass that computes nothing. Throws `ShapeMismatch` where the
    /// clip does not fit.
    public init(_ entry: BackboneEntry, options: BackboneOptions = BackboneOptions(), clip: [Int]) throws(ShapeMismatch) {
        let backbone = entry.make(options, .blank())
        if let mismatch = backbone.mismatch(with: clip) { throw mismatch }
        var stages: [Stage] = []
        let parameters = Dictionary(grouping: backbone.namedParameters) { String($0.name.prefix { $0 != "." }) }
        _ = Engine.plannedPeak {
            GradientRecording.off {
                _ = backbone.features(Tensor.zeros([1] + clip), after: nil, through: nil, .evaluation) { name, features in
                    let own = parameters[name, default: []].reduce(0) { $0 + $1.parameter.value.count }
                    stages.append(Stage(name: name, output: Array(features.shape.dropFirst()), parameters: own))
                }
            }
        }
        self.stages = stages
        summary = BackboneSummary(entry, options: options, clip: clip)
        weights = backbone.weightShapes
    }

    /// The object of `models info NAME --json`.
    public var json: JSON {
        func shape(_ extents: [Int]) -> JSON { .array(extents.map(JSON.integer)) }
        return .object(
            (summary.json.objectValue ?? []) + [
                (
                    "stages",
                    .array(
                        stages.map {
                            .object([
                                ("name", .string($0.name)), ("output", shape($0.output)), ("parameters", .integer($0.parameters)),
                            ])
                        })
                ),
                ("weights", .array(weights.map { .object([("name", .string($0.name)), ("shape", shape($0.shape))]) })),
            ])
    }
}
