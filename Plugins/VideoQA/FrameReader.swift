import Networks
import Tensor

/// Looks at the frames of each sentence by their likeness to it (card, locally aligned attention): with weights softmax over its
/// frames of S_j W V_t / sqrt(d), the mean of V_t.
public final class AlignedAttention: Module {
    /// W, a linear layer without constants: `weight` is its transpose.
    public let likeness: Linear

    /// An attention between vectors of so many values.
    public init(features: Int, _ initializer: Initializer) {
        likeness = Linear(inputs: features, outputs: features, hasBias: false, start: .xavier, initializer)
    }

    public var ownParameters: [(name: String, parameter: Parameter)] { likeness.ownParameters }

    /// What sentences `[clips, sentences, features]` see of frames `[clips, frames, features]`.
    ///
    /// - Parameter frames: The frames that each sentence may look at, clip after clip.
    /// - Returns: What is seen, `[clips, sentences, features]`, and the weights of the frames, `[clips, sentences, frames]`.
    public func callAsFunction(_ sentences: Tensor, _ values: Tensor, frames: [Range<Int>]) -> (seen: Tensor, weights: Tensor) {
        let count = values.shape[1], scale = 1 / Double(sentences.shape[2]).squareRoot()
        let scores = likeness(sentences * scale).matrixProduct(values.permuted([0, 2, 1]))
        let absences = frames.flatMap { own in (0..<count).map { own.contains($0) ? 0 : CandidateGrid.absence } }
        let weights = (scores + Tensor(absences, shape: scores.shape).converted(to: scores.elementType)).softmax()
        return (weights.matrixProduct(values), weights)
    }
}

/// What looks at the frames of clips.
public final class FrameReader: Module {
    /// Features of a frame to those of a token.
    private let projection: Linear
    private let attention: AlignedAttention
    private let sentences: SentenceReader
    private let range: VideoQAOptions.Attention

    init(frameFeatures: Int, features: Int, memory: Int, _ range: VideoQAOptions.Attention, _ initializer: Initializer) {
        projection = Linear(
            inputs: frameFeatures, outputs: features, start: .uniform, initializer.named("projection"))
        attention = AlignedAttention(features: features, initializer.named("attention"))
        sentences = SentenceReader(features: features, memory: memory, initializer.named("memory"))
        self.range = range
    }

    public var children: [(name: String, module: any Module)] {
        [("projection", projection), ("attention", attention), ("memory", sentences)]
    }

    /// What the sentences of all candidates `[candidates, sentences, features]` see: states and largest values as those of the text, the
    /// weights of the frames `[candidates, sentences, frames]`, and the projected frames `[questions, frames, features]`.
    func callAsFunction(
        _ means: Tensor, _ text: TextRows, _ grid: CandidateGrid, _ clips: ClipFeatures, _ context: ForwardContext
    ) -> (states: Tensor, pooled: Tensor, weights: Tensor, frames: Tensor) {
        let frames = projection(clips.features), spread = grid.spread(means), limit = means.shape[1]
        let ranges = text.rowsOfQuestion.enumerated().flatMap { question, rows in
            (0..<grid.width).flatMap { place -> [Range<Int>] in
                let own = place < rows.count ? text.rows[rows.lowerBound + place].sentences : []
                let ranges = own.map { clips.frames(of: $0, question: question, range) }
                return ranges + Array(repeating: 0..<0, count: limit - own.count)
            }
        }
        let questions = spread.reshaped(to: [frames.shape[0], -1, means.shape[2]])
        let (places, weights) = attention(questions, frames, frames: ranges)
        let seen = grid.gathered(places.reshaped(to: spread.shape))
        let counts = Array(text.sentenceCounts.prefix(means.shape[0])), read = sentences(seen, counts: counts, context)
        return (
            read.states, read.pooled, grid.gathered(weights.reshaped(to: spread.shape.dropLast() + [frames.shape[1]])), frames
        )
    }
}
