import Files
import Networks
import Tensor
import TestSupport
import Testing
import Training

/// The linear probe against PyTorch's layers and optimiser (`tools/reference/linear_probe.py`).
@Suite struct LinearProbeTests {
    private func table(_ values: [Double], _ labels: [Int]) -> FeatureTable {
        let width = values.count / max(1, labels.count)
        return FeatureTable(
            rows: labels.enumerated().map { place, label in
                FeatureTable.Row(
                    sampleIndex: place, label: label,
                    features: values[place * width..<(place + 1) * width].map { Float($0) }, name: "video\(place)")
            })
    }

    /// A whole list in each step, and an uneven one in parts.
    @Test(arguments: [0, 1]) func aHundredEpochsAreThoseOfPyTorch(number: Int) throws {
        let file = try reference("engine/linear_probe.json"), entry = try file.list("cases")[number]
        let labels = try entry.integers("labels"), features = table(try entry.numbers("features"), labels)
        let probe = LinearProbe(
            features: features.featureCount, classes: try entry.integer("classes"), .blank(elementType: .float64))
        probe.loadHashWeights(runningStatistics: false)
        var settings = LinearProbe.Settings()
        settings.batchSize = try entry.integer("batchSize")
        settings.learningRate = try entry.number("learningRate")
        probe.train(on: features, settings, seed: UInt64(try file.integer("seed")))
        let state = try entry.member("state"), found = probe.networkState.tensors
        for (name, values) in try #require(state.objectValue) {
            #expect(relativeDifference(try #require(found[name]).values(as: Double.self), try values.numbers()) < 1e-9, "\(name)")
        }
        let report = try probe.report(on: table(try entry.numbers("test"), try entry.integers("tested")))
        #expect(relativeDifference(report.rows.flatMap(\.scores), try entry.numbers("logits")) < 1e-9)
        #expect(try report.rows.map(\.label) == entry.integers("tested"))
    }

    @Test func aSeedGivesTheSameProbeTwiceAndAnotherAnother() throws {
        let labels = HashValues("labels").integers(40, below: 4)
        let features = table(HashValues("features").uniform(40 * 6, -1, 1), labels)
        let reports = try [0, 0, 1].map { try ProbeReport(labeled: features, test: features, classCount: 4, seed: $0) }
        #expect(reports[0] == reports[1] && reports[0] != reports[2])
        #expect(reports[0].labeledClips == 40 && reports[0].featureCount == 6)
    }

    @Test func whatCanBeToldApartByALineIsLearned() throws {
        let labels = (0..<12).map { $0 % 3 }
        let features = table(labels.flatMap { label in (0..<3).map { $0 == label ? 5.0 : 4 } }, labels)
        let report = try ProbeReport(labeled: features, test: features, classCount: 3, seed: 0).report
        #expect(report.accuracy(top: 1) == 1)
        // A single clip, of which nothing varies, is no failure.
        let one = try ProbeReport(labeled: table([1, 2], [1]), test: table([3, 4], [0]), classCount: 3, seed: 0)
        #expect(one.report.rows.count == 1)
    }

    @Test func featuresThatAreNoNumbersAndEmptyListsAreErrors() throws {
        let good = table([1, 2, 3, 4], [0, 1]), bad = table([1, .nan], [0])
        let error = #expect(throws: ScoresNotFinite.self) { try ProbeReport(labeled: good, test: bad, classCount: 2, seed: 0) }
        #expect(error?.video == "video0")
        #expect(throws: NothingReadable.self) {
            try ProbeReport(labeled: FeatureTable(rows: [], damaged: 2), test: good, classCount: 2, seed: 0)
        }
    }
}
