import Files
import TestSupport
import Testing
import Training

/// Against `tools/reference/metrics.py`, which asserts the worked values of the card `protocol.md`, section 2.
@Suite struct ClassificationReportTests {
    private func rankings() throws -> JSON { try reference("engine/metrics.json").member("rankings") }

    /// Forty rows of seven scores with many ties; the last class is predicted but never true.
    private func report() throws -> ClassificationReport {
        let rankings = try rankings(), classes = 7
        let scores = try rankings.numbers("scoresTimesFour").map { $0 / 4 }
        let rows = try rankings.integers("labels").enumerated().map { place, label in
            ClassificationReport.Row(
                sampleIndex: place, label: label, scores: Array(scores[place * classes..<(place + 1) * classes]),
                name: "video\(place)")
        }
        return ClassificationReport(rows: rows, classCount: classes)
    }

    @Test func ofEqualScoresTheLowerClassWins() throws {
        let report = try report()
        #expect(try report.rows.map(report.prediction) == rankings().integers("predictions"))
    }

    @Test func accuraciesAndTiesAgree() throws {
        let report = try report()
        for entry in try rankings().list("topK") {
            let k = try entry.integer("k")
            #expect(try report.accuracy(top: k) == entry.number("accuracy"))
            #expect(try report.tied(top: k) == entry.integer("tied"))
        }
    }

    @Test func confusionHasRowsOfTrueClasses() throws {
        let report = try report()
        #expect(try report.confusion.flatMap(\.self).map(Double.init) == rankings().numbers("confusion"))
    }

    @Test func classesWithoutVideosAreSkippedInTheMeanOfClasses() throws {
        let mean = try #require(try report().meanClassAccuracy)
        #expect(relativeDifference(mean, try rankings().number("meanClass")) < 1e-15)
    }

    @Test func aListWithoutVideosHasNoAccuracy() {
        let empty = ClassificationReport(rows: [], classCount: 3)
        #expect(empty.accuracy(top: 1) == nil && empty.meanClassAccuracy == nil)
    }
}
