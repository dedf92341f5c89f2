import Networks
import Tensor

/// Goes over the sentences of rows in their order, both ways, and keeps of each value the largest.
public final class SentenceReader: Module {
    private let memory: LSTM

    init(features: Int, memory: Int, _ initializer: Initializer) {
        self.memory = LSTM(inputs: features, hidden: memory, isBidirectional: true, initializer)
    }

    public var ownParameters: [(name: String, parameter: Parameter)] { memory.ownParameters }

    /// The states of sentences `[rows, sentences, features]`, of which a row has so many, and their largest values:
    /// `[rows, sentences, 2 memory]` and `[rows, 2 memory]`.
    func callAsFunction(_ sentences: Tensor, counts: [Int], _ context: ForwardContext) -> (states: Tensor, pooled: Tensor) {
        let absences = Tensor.absences(counts: counts, limit: sentences.shape[1], sentences.elementType)
        let states = memory(sentences, lengths: absences.map { _ in counts }, context).states
        let present = absences.map { states + $0.reshaped(to: $0.shape + [1]) } ?? states
        return (states, present.max(axes: [1]))
    }
}
