import Testing
import Training

/// How well needed parts of clips are found, as TVQA+ scores it.
@Suite struct TemporalLocalizationTests {
    private func row(_ label: Int, _ told: ClosedRange<Double>?, _ found: ClosedRange<Double>?) -> ClassificationReport.Row {
        .init(sampleIndex: 0, label: label, scores: [1, 0], name: "question", span: told, foundSpan: found)
    }

    private func scores(_ rows: [ClassificationReport.Row]) -> [String: Double] {
        Dictionary(
            uniqueKeysWithValues: ClassificationReport(rows: rows, classCount: 2).localizationScores.map { ($0.name, $0.value) })
    }

    /// Overlaps 1/3, 1, 0 and 1/2 of right, right, right and wrong answers.
    @Test func overlapIsCountedAndHalfOfItWithTheRightAnswer() {
        let found = scores([
            row(0, 0...2, 1...3), row(0, 4...5, 4...5), row(0, 0...1, 2...3), row(1, 0...2, 0...1), row(0, nil, 0...1),
        ])
        #expect(abs((found["temporalIoU"] ?? 0) - (1.0 / 3 + 1 + 0 + 0.5) / 4) < 1e-12)
        #expect(found["answerSpanAccuracy"] == 0.25)
    }

    @Test func momentsAreEqualOrNot() {
        #expect(scores([row(0, 2...2, 2...2)])["temporalIoU"] == 1)
        #expect(scores([row(0, 2...2, 3...3)])["temporalIoU"] == 0)
        #expect(scores([row(0, 2...2, 1...3)])["temporalIoU"] == 0)
    }

    @Test func nothingIsSaidWhereNothingIsKnown() {
        #expect(scores([row(0, nil, 0...1)]).isEmpty)
        #expect(scores([row(0, 0...1, nil)]).isEmpty)
        #expect(scores([row(0, 0...1, nil), row(0, 0...1, 0...1)])["temporalIoU"] == 0.5)
    }
}
