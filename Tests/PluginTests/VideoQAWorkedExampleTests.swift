import Networks
import Tensor
import TestSupport
import Testing
import Training
import VideoQA

/// The worked example of the card of video question answering, and what its formulas mean.
@Suite struct VideoQAWorkedExampleTests {
    private func tensor(_ rows: [[Double]]) -> Tensor { Tensor(rows.flatMap(\.self), shape: [rows.count, rows[0].count]) }

    /// The card prints six decimals.
    private func expect(_ found: Double, _ printed: Double, _ what: String = "") {
        #expect(abs(found - printed) < 1e-6, "\(what): \(found)")
    }

    private let row = TextRows.Row(tokens: [1, 2, 3], types: [0, 0, 0], answer: 1..<2, sentences: [])

    @Test func theRightQuestionAndTheRightAnswer() {
        expect(VideoQALosses.choice(tensor([[1, 0.2, -0.5, 0]]), answers: [0]).scalar, 0.713116, "stage 1")
        let logits = tensor([[0.5, 1.5, 0.2, -0.3, 0.1]])
        expect(VideoQALosses.choice(logits, answers: [1]).scalar, 0.718965, "stage 2")
        for (found, printed) in zip(
            ClassProbabilities(logits: logits).rows[0], [0.179252, 0.487257, 0.132793, 0.080543, 0.120156])
        { expect(found, printed) }
    }

    @Test(arguments: [(VideoQAOptions.Similarity.dot, 1.0, 1.059285), (.cosine, 0.1, 1.067779)])
    func maskedTextAgainstTheCandidates(similarity: VideoQAOptions.Similarity, temperature: Double, printed: Double) {
        let anchor = tensor([[0.8, 0.5]]).requiringGradient()
        let texts = tensor([[0.2, 0.1], [0.9, 0.4], [-0.3, 0.5], [0.1, -0.6], [0.4, 0.4]]).requiringGradient()
        let loss = VideoQALosses.contrast(
            anchors: anchor, candidates: texts, of: TextRows(questions: [Array(repeating: row, count: 5)]), answers: [1],
            similarity, temperature: temperature)
        expect(loss.scalar, printed)
        loss.backward()
        #expect(anchor.gradient?.norm ?? 0 > 0 && texts.gradient?.norm ?? 0 > 0, "both sides learn")
    }

    /// Frames that a sentence looks at follow each other: the card's third frame comes second here.
    @Test(arguments: [(0..<4, [0.582856, 0.415975]), (0..<2, [0.839475, 0.321050])])
    func attentionToAllFramesAndToItsOwn(frames: Range<Int>, printed: [Double]) {
        // The card leaves out the division by sqrt(d).
        let attention = AlignedAttention(features: 2, Initializer(seed: 0, elementType: .float64)), root = 2.0.squareRoot()
        attention.likeness.weight.value.overwrite(with: tensor([[root, 0], [0, root]]))
        let values = Tensor([1, 0, 0.6, 0.8, 0, 1, -1, 0], shape: [1, 4, 2]), sentence = Tensor([1.0, 0], shape: [1, 1, 2])
        let seen = attention(sentence, values, frames: [frames]).seen.values(as: Double.self)
        for (found, printed) in zip(seen, printed) { expect(found, printed) }
    }
}
