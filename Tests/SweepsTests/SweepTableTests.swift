import Files
import Foundation
import Sweeps
import TestSupport
import Testing
import Training

/// Forty videos in ten groups, of which those at `wrong` were taken for something else.
private func videos(wrong: Set<Int>, grouped: Bool = true) -> [RecordedSweep.Video] {
    (0..<40).map { (name: "a/\($0)", group: grouped ? "g\($0 / 4)" : nil, isRight: !wrong.contains($0)) }
}

private let file = """
    base: {data: motions}
    grid: {method: [supervised, fixmatch], labels: [1%]}
    repeats: 2
    """

@Suite struct SweepTableTests {
    @Test func aRowIsTheMeanOverSeedsWithItsSpreadAndTheIntervalOverGroups() throws {
        let sweep = try RecordedSweep(file)
        let wrong: [Set<Int>] = [Set(0..<20), Set(0..<16), Set(0..<8), Set(0..<4)]
        for (cell, wrong) in zip(sweep.cells, wrong) { try sweep.finish(cell, videos(wrong: wrong)) }
        let table = try SweepTable(sweep: sweep.path), row = table.conditions[0]
        #expect(row.title == "supervised, 1%" && row.accuracies.values == [0.5, 0.6])
        #expect(row.accuracies.mean == 0.55 && abs((row.accuracies.standardDeviation ?? 0) - 0.0707106781) < 1e-9)
        // By hand: both seeds' hits of a group together.
        let units = (0..<10).map { group in
            BootstrapInterval.Unit(count: 8, sum: (group < 5 ? 0 : 4) + (group < 4 ? 0 : 4))
        }
        #expect(row.interval == BootstrapInterval(units) && row.interval?.units == 10)
    }

    @Test func comparisonsAreSeedBySeedOnTheSameVideos() throws {
        let sweep = try RecordedSweep(file)
        let wrong: [Set<Int>] = [Set(0..<20), Set(0..<16), Set(12..<24), Set(0..<4)]
        for (cell, wrong) in zip(sweep.cells, wrong) { try sweep.finish(cell, videos(wrong: wrong, grouped: false)) }
        let comparison = try #require(try SweepTable(sweep: sweep.path).comparisons.first)
        #expect(comparison.first == "fixmatch" && comparison.second == "supervised" && comparison.common == "1%")
        #expect(abs(comparison.difference - (8.0 + 12.0) / 80) < 1e-12)
        // Seed 0: 12 videos only FixMatch, 4 only the other (the card's worked example); seed 1: 12 and 0.
        #expect(comparison.probabilities.map(\.seed) == ["0", "1"])
        #expect(abs(comparison.probabilities[0].p - 0.076813) < 1e-6)
        #expect(abs(comparison.probabilities[1].p - 2 / 4096.0) < 1e-9)
        #expect(comparison.interval.low < 0.25 && comparison.interval.high > 0.25 && comparison.interval.units == 40)
    }

    @Test func cellsOnOtherVideosAreNotCompared() throws {
        let sweep = try RecordedSweep(file)
        for cell in sweep.cells { try sweep.finish(cell, videos(wrong: [1])) }
        try sweep.finish(sweep.cells[0], Array(videos(wrong: [1]).dropLast()))
        let table = try SweepTable(sweep: sweep.path)
        #expect(table.comparisons.isEmpty && table.conditions[0].interval == nil && table.conditions[1].interval != nil)
    }

    @Test func failedCellsStayInTheTableAndInNoMean() throws {
        let sweep = try RecordedSweep(file)
        try sweep.finish(sweep.cells[0], videos(wrong: [1, 2]))
        try sweep.fail(sweep.cells[1], reason: "error: gone")
        let table = try SweepTable(sweep: sweep.path)
        #expect(table.conditions[0].accuracies.values == [0.95] && table.conditions[0].count(.failed) == 1)
        #expect(table.conditions[1].count(.queued) == 2 && table.conditions[1].interval == nil)
        #expect(
            table.notes.contains { $0.contains("1 of 4 cells failed") }
                && table.notes.contains { $0.contains("2 of 4 cells are not done") })
        #expect(table.json["conditions"]?.arrayValue?[0]["seeds"]?.arrayValue?[1]["reason"] == .string("error: gone"))
    }

    @Test func theBestIsMarkedOnlyWhereValidationDataChoseIt() throws {
        let sweep = try RecordedSweep(file)
        for (cell, validation) in zip(sweep.cells, [0.9, 0.8, 0.3, 0.4]) {
            try sweep.finish(cell, videos(wrong: cell.values[0].text == "fixmatch" ? [] : [1, 2, 3]), validation: validation)
        }
        // The test part would have chosen the other.
        #expect(try SweepTable(sweep: sweep.path).conditions.map(\.isBest) == [true, false])
        try sweep.finish(sweep.cells[3], videos(wrong: []))
        let table = try SweepTable(sweep: sweep.path)
        #expect(table.conditions.allSatisfy { !$0.isBest } && table.notes.contains { $0.contains("validation part") })
    }

    @Test func cellsOfDifferentBuildsAreToldApart() throws {
        let sweep = try RecordedSweep(file)
        for (number, cell) in sweep.cells.enumerated() { try sweep.finish(cell, videos(wrong: [1]), kit: "kit \(number / 3)") }
        #expect(try SweepTable(sweep: sweep.path).notes.contains { $0.contains("2 different builds") })
    }
}

@Suite struct SweepIndexTests {
    private let sweep: RecordedSweep

    init() throws {
        sweep = try RecordedSweep(file)
        for cell in sweep.cells.prefix(3) { try sweep.finish(cell, videos(wrong: [1])) }
    }

    private var index: String { sweep.path + "/index.sqlite" }

    @Test func runDirectoriesAreTheTruth() throws {
        #expect(try SweepStatus(sweep: sweep.path).count(.done) == 3)
        // Moved away, changed, and back again.
        let run = "\(sweep.path)/cells/\(sweep.cells[0].name)"
        try FileManager.default.moveItem(atPath: run, toPath: run + ".away")
        let status = try SweepStatus(sweep: sweep.path)
        #expect(status.count(.done) == 2 && status.cells[0].state == .queued && status.lost == [sweep.cells[0].name])
        try FileManager.default.moveItem(atPath: run + ".away", toPath: run)
        try sweep.finish(sweep.cells[0], videos(wrong: Set(0..<20)))
        #expect(try SweepStatus(sweep: sweep.path).cells[0].accuracy == 0.5)
        #expect(try SweepTable(sweep: sweep.path).conditions[0].accuracies.values == [0.5, 0.975])
    }

    @Test func aDamagedIndexIsToldAndMadeAnew() throws {
        let before = try SweepTable(sweep: sweep.path)
        try AtomicFile.write([UInt8](repeating: 7, count: 5000), to: index)
        let error = #expect(throws: SweepError.self) { try SweepStatus(sweep: sweep.path) }
        #expect(error?.exitCode == .badData && error?.description.contains("sweep collect") == true)
        #expect(try SweepStatus.collecting(sweep: sweep.path).count(.done) == 3)
        #expect(try SweepTable(sweep: sweep.path) == before)
    }

    @Test func anIndexOfANewerVersionIsNotTouched() throws {
        _ = try SweepStatus(sweep: sweep.path)
        var bytes = try FileReader.bytes(of: index)
        // The version of the user's tables, in SQLite's header (its file format, 1.3).
        bytes[63] = 99
        try AtomicFile.write(bytes, to: index)
        let error = #expect(throws: SweepError.self) { try SweepStatus(sweep: sweep.path) }
        #expect(error == .indexTooNew(path: index, found: 99, known: 1))
        #expect(try FileReader.bytes(of: index)[63] == 99)
    }

    @Test func aLostIndexIsMadeAnewWithoutAWord() throws {
        let before = try SweepTable(sweep: sweep.path)
        try FileManager.default.removeItem(atPath: index)
        #expect(try SweepTable(sweep: sweep.path) == before)
    }

    @Test func aRunThatCannotBeReadIsAFailureWithItsReason() throws {
        try AtomicFile.write("{", to: "\(sweep.path)/cells/\(sweep.cells[1].name)/run.json")
        let cell = try SweepStatus(sweep: sweep.path).cells[1]
        #expect(cell.state == .failed && cell.failure?.reason.contains("run.json") == true)
        #expect(try Sweep.allowRetry(sweep: sweep.path, cells: [], fromStart: false).isEmpty)
        #expect(try Sweep.allowRetry(sweep: sweep.path, cells: [], fromStart: true) == [sweep.cells[1]])
        #expect(try SweepStatus(sweep: sweep.path).cells[1].state == .queued)
    }

    @Test func aRunInThePlaceOfAnotherIsNotTakenForIt() throws {
        let paths = sweep.cells.prefix(2).map { "\(sweep.path)/cells/\($0.name)" }
        try FileManager.default.moveItem(atPath: paths[0], toPath: paths[0] + ".away")
        try FileManager.default.moveItem(atPath: paths[1], toPath: paths[0])
        let cell = try SweepStatus(sweep: sweep.path).cells[0]
        #expect(cell.state == .failed && cell.failure?.reason.contains("expected the run of") == true)
    }

    @Test func lossesAreToldUntilTheyAreMadeGood() throws {
        _ = try SweepStatus(sweep: sweep.path)
        try FileManager.default.removeItem(atPath: "\(sweep.path)/cells/\(sweep.cells[0].name)")
        for _ in 0..<2 { #expect(try SweepStatus(sweep: sweep.path).lost == [sweep.cells[0].name]) }
        try sweep.finish(sweep.cells[0], videos(wrong: [1]))
        #expect(try SweepStatus(sweep: sweep.path).lost.isEmpty)
        try AtomicFile.write("nonsense", to: "\(sweep.path)/cells/\(sweep.cells[0].name)/test-scores.tsv")
        #expect(try SweepTable(sweep: sweep.path).notes.contains { $0.contains("test-scores.tsv of 1 finished") })
    }

    @Test func foldersThatAreNoSweepsAreNamed() throws {
        #expect(throws: SweepError.file(.missing(path: "/nowhere"))) { try SweepStatus(sweep: "/nowhere") }
        #expect(throws: SweepError.notASweep(path: sweep.path + "/cells")) { try SweepStatus(sweep: sweep.path + "/cells") }
        try AtomicFile.write("{\"format\": 9}", to: sweep.path + "/sweep.json")
        #expect(throws: SweepError.self) { try SweepStatus(sweep: sweep.path) }
    }
}
