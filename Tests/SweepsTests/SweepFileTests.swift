import Files
import Sweeps
import TestSupport
import Testing
import Training

private func plan(_ yaml: String, settings: [String] = [], share: [String] = [], isMeant: Bool = false) throws -> SweepPlan {
    let folder = try TemporaryFolder()
    let file = try SweepFile(contentsOf: folder.file("sweep.yaml", yaml))
    return try SweepPlan(file, settings: settings, share: share, isMeant: isMeant)
}

private let small = """
    base: {data: motions, steps: 30}
    grid:
      method: [supervised, fixmatch]
      labels: [1%, 10%]
    """

@Suite struct SweepFileTests {
    @Test func theGridIsGoneThroughWithTheLastOptionFastest() throws {
        let titles = try plan(small + "\nrepeats: 2\n").cells.map(\.title)
        #expect(
            titles.count == 8
                && Array(titles.prefix(3)) == ["supervised, 1%, seed 0", "supervised, 1%, seed 1", "supervised, 10%, seed 0"])
        #expect(titles.last == "fixmatch, 10%, seed 1")
    }

    @Test func sectionsOfTheGridAndDottedNamesMeanTheSame() throws {
        let dotted = try plan("grid:\n  optimizer.learningRate: [0.1, 0.2]\n")
        let nested = try plan("grid: {optimizer: {learningRate: [0.1, 0.2]}}\n")
        #expect(
            dotted.cells == nested.cells
                && dotted.cells.map(\.title) == ["optimizer.learningRate=0.1", "optimizer.learningRate=0.2"])
    }

    @Test func excludedCombinationsAreLeftOut() throws {
        let cells = try plan(small + "\nexclude:\n  - {method: supervised, labels: 10%}\n").cells
        #expect(cells.map(\.title) == ["supervised, 1%", "fixmatch, 1%", "fixmatch, 10%"])
        #expect(try plan(small + "\nexclude: [{labels: [1%, 10%], method: fixmatch}]\n").cells.count == 2)
    }

    @Test func aCellIsNamedByItsConfigurationAndNotByTheFile() throws {
        let names = Set(try plan(small).cells.map(\.name))
        let other = try plan(
            """
            base: {method: fixmatch, data: motions, labels: 10%, workers: 1}
            grid: {steps: [30, 60]}
            """
        ).cells
        #expect(names.contains(other[0].name) && !names.contains(other[1].name))
        #expect(names.allSatisfy { $0.utf8.count == 16 })
        #expect(try plan(small, settings: ["data=./motions"]).cells.allSatisfy { !names.contains($0.name) })
    }

    @Test func settingsReplaceValuesAndListsOfTheFile() throws {
        #expect(try plan(small, settings: ["labels=5%"]).cells.map(\.title) == ["supervised, 5%", "fixmatch, 5%"])
        #expect(
            try plan(small + "\nrepeats: 2\n", settings: ["seed=7"]).cells.compactMap(\.seed) == [
                "7", "8", "7", "8", "7", "8", "7", "8",
            ])
    }

    @Test func theShareOfTheMachineGivesWayToWhatIsWritten() throws {
        let shared = try plan(small, share: ["threads=1"]).cells
        #expect(shared != (try plan(small).cells))
        #expect(try plan(small, settings: ["threads=2"], share: ["threads=1"]).cells == plan(small).cells)
    }

    @Test func publishedNumbersStandBesideTheCellsThatTheyAreAbout() throws {
        let cells = try plan(
            small + "\npublished:\n  - {method: fixmatch, labels: 1%, percent: 25.1, deviation: 0.4, source: a paper}\n"
        ).cells
        #expect(cells.map { $0.published.count } == [0, 0, 1, 0])
        #expect(cells[2].published == [PublishedNumber(percent: 25.1, deviation: 0.4, source: "a paper")])
    }

    @Test func aFileWithoutAGridIsOneCell() throws {
        let cells = try plan("base: {method: supervised, labels: 4/class, seed: 3}\n").cells
        #expect(cells.map(\.title) == ["supervised, 4/class, seed 3"])
    }

    @Test(arguments: [
        ("grid:\n  labels: []\n", 2, "empty"), ("bsae: {}\n", 1, "did you mean base"), ("steps: 3\n", 1, "belongs under base"),
        ("grid:\n  seed: [0, 1]\nrepeats: 3\n", 2, "repeats"), ("grid:\n  labels: [1%, 1%]\n", 2, "twice"),
        ("grid: {labels: [1%]}\nexclude:\n  - {labels: 2%}\n", 3, "never 2%"),
        ("grid: {labels: [1%]}\nexclude:\n  - {method: cmpl}\n", 3, "not in the grid"), ("repeats: 0\n", 1, "1 to 1000"),
        ("published:\n  - {labels: 1%, percent: 130, source: x}\n", 2, "percent"),
        ("published:\n  - {labels: 1%, percent: 13}\n", 2, "source"), ("grid: 5\n", 1, "lists of values"),
        ("- a\n", 1, "expected a sweep"),
        ("grid:\n  labels: [1%]\n  labels: [2%]\n", 1, "twice"),
        ("grid:\n  labels:\n    - 1%\n    - {a: b}\n", 4, "expected values alone"),
        ("grid: {labels: [1%]}\npublished:\n  - {lables: 1%, percent: 13, source: x}\n", 3, "no option lables"),
    ])
    func mistakesAreNamedWithTheirLine(text: String, line: Int, words: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try plan(text) }
        let finding = try #require(error?.findings.first)
        guard case .malformed(.file(_, let found), let reason) = finding else {
            Issue.record("\(finding)")
            return
        }
        #expect(abs(found - line) <= 1 && reason.contains(words), "\(finding)")
    }

    @Test func unknownOptionsAndValuesAreThoseOfTraining() {
        #expect(throws: ConfigurationError.self) { try plan("base: {stesp: 3}\n") }
        #expect(throws: ConfigurationError.self) { try plan("grid: {optimizer.momentum: [0.5, 7]}\n") }
        #expect(throws: UnknownMethod.self) { try plan("grid: {method: [fixmatch, nothing]}\n") }
    }

    @Test func cellsThatAreAlikeAreRefused() {
        // The number of workers changes no result.
        let error = #expect(throws: SweepError.self) { try plan("grid: {workers: [1, 2]}\n") }
        #expect(error?.exitCode == .configuration && error?.description.contains("workers=1") == true)
    }

    @Test func seedsBeyondAllNumbersAreRefused() {
        let error = #expect(throws: ConfigurationError.self) { try plan("base: {seed: \(Int.max)}\nrepeats: 3\n") }
        #expect(error?.description.contains("more than there are numbers") == true)
    }

    @Test func noSweepHasMoreCellsThanAnIndexHolds() {
        let axis = (1...400).map(String.init).joined(separator: ", ")
        let error = #expect(throws: SweepError.self) { try plan("grid: {seed: [\(axis)], epochs: [\(axis)]}\n", isMeant: true) }
        #expect(error?.description.contains("divide it") == true)
    }

    @Test func manyCellsHaveToBeMeant() throws {
        let many =
            "grid: {seed: [\((0..<40).map(String.init).joined(separator: ", "))], epochs: [\((1...40).map(String.init).joined(separator: ", "))]}\n"
        #expect(throws: SweepError.self) { try plan(many) }
        #expect(try plan(many, isMeant: true).cells.count == 1600)
        #expect(throws: SweepError.noCells(file: "")) {
            do { _ = try plan("grid: {labels: [1%]}\nexclude: [{labels: 1%}]\n") } catch SweepError.noCells {
                throw SweepError.noCells(file: "")
            }
        }
    }
}
