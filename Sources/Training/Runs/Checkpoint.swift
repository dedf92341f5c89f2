import Files
import Networks

/// The whole state of a run between two steps.
public struct Checkpoint: Sendable, Equatable {
    /// The steps that were done.
    public let step: Int
    /// Weights, optimiser, running means, tables of the method; names are unique.
    public let tensors: [StoredTensor]
    /// All state that is no tensor: positions, counters, the length of the metrics.
    public let state: JSON

    /// The state after `step` steps.
    public init(step: Int, tensors: [StoredTensor], state: JSON) {
        precondition(step >= 0, "a checkpoint after \(step) steps")
        self.step = step
        self.tensors = tensors
        self.state = state
    }

    private static let format = "semisup checkpoint 1"

    /// The texts that go into the file beside the tensors.
    var metadata: [String: String] { ["format": Self.format, "step": "\(step)", "state": state.serialized()] }

    /// Takes a file apart; nil when it is no checkpoint.
    init?(_ weights: StoredWeights) {
        guard weights.metadata["format"] == Self.format, let step = weights.metadata["step"].flatMap({ Int($0) }), step >= 0,
            let state = weights.metadata["state"].flatMap({ try? JSON(parsing: Array($0.utf8)) })
        else { return nil }
        self.init(step: step, tensors: weights.tensors, state: state)
    }
}
