import Networks
import Tensor
import Training

/// The losses of video question answering (card, losses).
public enum VideoQALosses {
    /// The mean of -log p(right answer) over the questions; `logits` are `[questions, candidates]`. The same tells which question
    /// belongs to a clip.
    public static func choice(_ logits: Tensor, answers: [Int]) -> Tensor {
        crossEntropy(logits: logits, targets: answers).mean()
    }

    /// The mean over the questions of -log(exp(s(a, t_y) / tau) / sum over candidates m of exp(s(a, t_m) / tau)), where a is the vector
    /// of the masked text of the right answer y. Gradients flow to both sides.
    ///
    /// - Parameters:
    ///   - anchors: `[questions, width]`, and `candidates` `[candidates, width]`, which `text` tells to questions.
    ///   - answers: The place of the right one among the candidates of each question.
    public static func contrast(
        anchors: Tensor, candidates: Tensor, of text: TextRows, answers: [Int], _ similarity: VideoQAOptions.Similarity,
        temperature: Double
    ) -> Tensor {
        let isCosine = similarity == .cosine, grid = CandidateGrid(text)
        let (a, t) = (isCosine ? anchors.l2Normalized() : anchors, isCosine ? candidates.l2Normalized() : candidates)
        let wanted = (a * (1 / temperature)).reshaped(to: [answers.count, -1, 1])
        let likeness = grid.spread(t).matrixProduct(wanted).reshaped(to: [answers.count, -1])
        return choice(grid.scores(likeness), answers: answers)
    }

    /// -(log p(first) + log p(last)) / 2, summed over the questions that have a span and divided by all `questions`.
    ///
    /// - Parameters:
    ///   - ends: Of the questions with a span, `[N, 2, places]`: see `AnswerNetwork.ends`.
    ///   - spans: Their first and last places.
    public static func localization(_ ends: Tensor, spans: [ClosedRange<Int>], questions: Int) -> Tensor {
        let places = spans.flatMap { [$0.lowerBound, $0.upperBound] }
        let losses = crossEntropy(logits: ends.reshaped(to: [places.count, -1]), targets: places)
        return losses.sum() * (0.5 / Double(questions))
    }

    /// FixMatch's rule: the likeliest answer to a whole text is learned from the masked text, where it is at least as likely as
    /// `threshold`. The mean over all questions, those that do not count among them.
    ///
    /// - Parameters:
    ///   - masked: Logits of the masked texts, `[questions, candidates]`.
    ///   - whole: Those of the same questions, unmasked; constants.
    public static func confidentAnswers(masked: Tensor, whole: Tensor, threshold: Double) -> (loss: Tensor, keptRatio: Double) {
        let probabilities = ClassProbabilities(logits: whole.detached)
        let counts = probabilities.confidences.map { $0 >= threshold ? 1.0 : 0 }
        let losses = crossEntropy(logits: masked, targets: probabilities.labels)
        let loss = (losses * Tensor(counts).converted(to: losses.elementType)).mean()
        return (loss, counts.reduce(0, +) / Double(counts.count))
    }
}

/// What is known of the questions of a step.
public struct AnswerTargets: Sendable, Equatable {
    /// The place of the right candidate of each question.
    public let answers: [Int]
    /// The first and the last sentence of the right row, or frame of the clip, that are needed; nil: nobody said, or the text was cut
    /// off before.
    public let spans: [ClosedRange<Int>?]

    /// Targets of as many questions.
    public init(answers: [Int], spans: [ClosedRange<Int>?]) {
        precondition(answers.count == spans.count, "\(answers.count) answers and \(spans.count) spans")
        self.answers = answers
        self.spans = spans
    }
}

extension AnswerNetwork {
    /// The terms of stage 2 for questions that were read with the masked text of each right answer as copies: `answer`, and where
    /// their weights are not 0, `localization` and, of rows with copies, `contrast`.
    public func lossTerms(_ reading: Reading, _ targets: AnswerTargets, _ options: VideoQAOptions) -> [LossTerm] {
        var terms = [LossTerm("answer", VideoQALosses.choice(reading.logits, answers: targets.answers))]
        let rows = zip(reading.text.rowsOfQuestion, targets.answers).map { $0.lowerBound + $1 }
        let known = targets.spans.indices.filter { targets.spans[$0] != nil }
        if options.localizationWeight > 0, !known.isEmpty {
            let loss = VideoQALosses.localization(
                ends(reading, ofRows: known.map { rows[$0] }), spans: known.compactMap { targets.spans[$0] },
                questions: rows.count)
            terms.append(LossTerm("localization", loss, weight: options.localizationWeight))
        }
        if options.contrastWeight > 0, let anchors = reading.copies {
            let loss = VideoQALosses.contrast(
                anchors: anchors, candidates: reading.texts, of: reading.text, answers: targets.answers,
                options.contrast, temperature: options.temperature)
            terms.append(LossTerm("contrast", loss, weight: options.contrastWeight))
        }
        return terms
    }
}
