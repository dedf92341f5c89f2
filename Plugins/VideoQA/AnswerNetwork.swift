import Networks
import Tensor

/// Reads a question with each of its candidate answers beside what is said and seen in the clip, and scores the candidates.
public final class AnswerNetwork: Module {
    /// What it is made of.
    public struct Form: Sendable, Equatable {
        /// The encoder of the text.
        public var encoder: TextEncoder.Form
        /// Features of a frame.
        public var frameFeatures: Int
        /// Values of an LSTM's state, each way.
        public var memory: Int
        /// Whether frames are looked at.
        public var vision: Bool
        /// The frames that a sentence looks at.
        public var attention: VideoQAOptions.Attention
        /// How scores are made.
        public var scores: VideoQAOptions.Scores
        /// What the localisation points at.
        public var localizationAxis: VideoQAOptions.LocalizationAxis

        /// What `options` ask for, for a vocabulary of so many tokens and frames of so many features.
        public init(_ options: VideoQAOptions, tokens: Int, frameFeatures: Int) {
            encoder = options.encoderForm(tokens: tokens)
            self.frameFeatures = frameFeatures
            memory = options.memory > 0 ? options.memory : max(1, encoder.features / 2)
            vision = options.vision
            attention = options.attention
            scores = options.scores
            localizationAxis = options.localizationAxis
        }
    }

    /// What it is made of.
    public let form: Form
    /// What reads the tokens of a row.
    public let encoder: TextEncoder
    /// What reads the sentences of a row, and what looks at the frames; nil: nothing does.
    public let sentences: SentenceReader, frames: FrameReader?
    /// What makes scores; new after `renewHeads`.
    public private(set) var heads: AnswerHeads

    /// A network with weights drawn by `initializer`.
    public init(_ form: Form, _ initializer: Initializer) {
        self.form = form
        encoder = TextEncoder(form.encoder, initializer.named("encoder"))
        sentences = SentenceReader(
            features: form.encoder.features, memory: form.memory, initializer.named("sentences"))
        frames =
            form.vision
            ? FrameReader(
                frameFeatures: form.frameFeatures, features: form.encoder.features, memory: form.memory, form.attention,
                initializer.named("frames")) : nil
        heads = AnswerHeads(form, initializer.named("heads"))
    }

    public var children: [(name: String, module: any Module)] {
        [("encoder", encoder), ("sentences", sentences)] + (frames.map { [("frames", $0)] } ?? []) + [("heads", heads)]
    }

    /// Puts fresh heads in place of those of the stage before, unknown to the optimiser.
    public func renewHeads(_ initializer: Initializer) { heads = AnswerHeads(form, initializer) }

    /// Reads all rows of `text` at once; `clips` are those of its questions.
    public func callAsFunction(_ text: TextRows, _ clips: ClipFeatures, _ context: ForwardContext) -> Reading {
        let tokens = encoder(
            tokens: text.filled(\.tokens), types: text.filled(\.types), lengths: text.rows.map(\.tokens.count),
            length: text.length, context)
        let means = text.averages(tokens.elementType).matrixProduct(tokens)
        let read = sentences(means, counts: text.sentenceCounts, context), grid = CandidateGrid(text)
        let candidates = 0..<text.candidateCount
        let seen = frames.map { $0(means.sliced(candidates), text, grid, clips, context) }
        let texts = read.pooled.sliced(candidates)
        return Reading(
            logits: grid.scores(heads.scores(texts, seen?.pooled)), texts: texts,
            copies: text.rows.count > candidates.count ? read.pooled.sliced(candidates.upperBound..<text.rows.count) : nil,
            sentenceStates: read.states,
            seenStates: seen?.states, attention: seen?.weights, frames: seen?.frames, text: text, frameCounts: clips.frameCounts)
    }

    /// How likely each sentence, or frame, is to be the first and the last of those that `rows`, candidates, speak of:
    /// `[rows, 2, sentences or frames]`.
    public func ends(_ reading: Reading, ofRows rows: [Int]) -> Tensor {
        let ends: Tensor, counts: [Int]
        if form.localizationAxis == .frames, let frames = reading.frames {
            let questions = CandidateGrid(reading.text).questions, own = rows.map { questions[$0] }
            ends = heads.ends(ofFrames: frames.rows(at: own), reading.texts.rows(at: rows))
            counts = own.map { reading.frameCounts[$0] }
        } else {
            let states = [reading.sentenceStates] + (reading.seenStates.map { [$0] } ?? [])
            ends = heads.ends(ofSentences: .concatenated(states.map { $0.rows(at: rows) }, axis: 2))
            counts = rows.map { reading.text.rows[$0].sentences.count }
        }
        let absences = Tensor.absences(counts: counts, limit: ends.shape[2], ends.elementType)
        return absences.map { ends + $0.reshaped(to: [rows.count, 1, ends.shape[2]]) } ?? ends
    }
}

/// What a network has read of some questions.
public struct Reading {
    /// The scores of the candidates of each question, `[questions, most candidates]`; -1e30 where a question has no such candidate.
    public let logits: Tensor
    /// The vectors of the texts of all candidates, `[candidates, 2 memory]`, and of the copies behind them, where there are some.
    public let texts: Tensor, copies: Tensor?
    /// The states of sentences of all rows, and what the candidates' sentences saw, `[rows, sentences, 2 memory]`.
    let sentenceStates: Tensor, seenStates: Tensor?
    /// The weights of the frames for the candidates' sentences, `[candidates, sentences, frames]`.
    let attention: Tensor?
    /// The projected frames, `[questions, frames, features]`.
    let frames: Tensor?
    let text: TextRows
    let frameCounts: [Int]
}
