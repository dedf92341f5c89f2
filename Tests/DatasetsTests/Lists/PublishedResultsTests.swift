import Datasets
import TestSupport
import Testing

@Suite struct PublishedResultsTests {
    private let temporary: TemporaryFolder
    init() throws { temporary = try TemporaryFolder() }

    private let header = "name\tmethod\trate\taccuracyTop1\tdeviation\truns\tbackbone\tinput\tpretraining\tlists\tnote\tsource\n"

    @Test func theShippedFiguresAreThoseOfTheTables() throws {
        let results = try PublishedResults(folder: shippedSplits + "/published-results")
        let counts = Dictionary(results.entries.map { ($0.dataSet, 1) }, uniquingKeysWith: +)
        #expect(counts == ["ucf101": 50, "hmdb51": 38, "k400": 36, "k100": 5])
        let cmpl = try results.entry(named: "ucf101-cmpl-10%")
        #expect(cmpl.method == "cmpl" && cmpl.rate == "10%" && cmpl.accuracyTop1 == 79.1 && cmpl.deviation == nil)
        #expect(cmpl.backbone == "3D-R50" && cmpl.lists == nil && cmpl.source.hasPrefix("CMPL abstract"))
        let supervised = try results.entry(named: "k400-supervised-1%")
        #expect(supervised.accuracyTop1 == 6.17 && supervised.deviation == 0.32 && supervised.runs == nil)
        let gradient = try ["5", "10", "20", "50"].map { try results.entry(named: "ucf101-temporal-gradient-\($0)%") }
        #expect(gradient.map(\.accuracyTop1) == [44.8, 62.4, 76.1, 79.3] && gradient.allSatisfy { $0.lists == "videossl" })
        #expect(gradient.map { $0.note?.contains("unconfirmed") == true } == [false, false, true, true])
        #expect(results.entries.allSatisfy { $0.name.hasSuffix("-\($0.rate)") })
    }

    /// A list family that the catalogue knows, except for that of TCL, whose lists are drawn by its code.
    @Test func theFamiliesOfListsAreThoseOfTheCatalogue() throws {
        let families = Set(try SplitCatalogue(root: shippedSplits).entries.map(\.family)).union(["tcl"])
        let results = try PublishedResults(folder: shippedSplits + "/published-results")
        #expect(results.entries.compactMap(\.lists).allSatisfy(families.contains))
    }

    @Test func anUnknownNameComesWithTheNearest() throws {
        let results = try PublishedResults(folder: shippedSplits + "/published-results")
        let error = failure { _ = try results.entry(named: "ucf101-cmlp-10%") }
        #expect(error == .unknownResult(name: "ucf101-cmlp-10%", nearest: "ucf101-cmpl-10%"))
        #expect(error?.exitCode == .inputMissing && error?.description.contains("did you mean ucf101-cmpl-10%?") == true)
    }

    @Test func emptyFieldsAreNotTold() throws {
        try temporary.file("x.tsv", "# a comment\n" + header + "x-a-1%\ta\t1%\t12\t0.5\t3\tR\t\t\t\t\tpaper\n")
        let entry = try PublishedResults(folder: temporary.path).entries[0]
        #expect(entry.runs == 3 && entry.deviation == 0.5 && entry.backbone == "R" && entry.input == nil && entry.note == nil)
    }

    @Test(arguments: [
        ("x-a-1%\ta\t1%\t120\t\t\t\t\t\t\t\tpaper\n", "line 3, accuracyTop1: found \"120\", expected a percentage"),
        ("x-a-1%\ta\t1%\tnan\t\t\t\t\t\t\t\tpaper\n", "accuracyTop1"),
        ("x-a-1%\ta\t1%\t\t\t\t\t\t\t\t\tpaper\n", "accuracyTop1: found nothing"),
        ("x-a-1%\ta\tten\t12\t\t\t\t\t\t\t\tpaper\n", "line 3, rate: found \"ten\""),
        ("x-a-1%\ta\t1%\t12\t-1\t\t\t\t\t\t\tpaper\n", "deviation"),
        ("x-a-1%\ta\t1%\t12\t\t0\t\t\t\t\t\tpaper\n", "runs"),
        ("x-a-1%\ta\t1%\t12\t\t\t\t\t\t\t\t\n", "source: found nothing"),
        ("x-a-1%\t\t1%\t12\t\t\t\t\t\t\t\tpaper\n", "method"),
        ("y-a-1%\ta\t1%\t12\t\t\t\t\t\t\t\tpaper\n", "a name that begins with x-"),
        ("x-a-1%\ta\t1%\t12\tpaper\n", "line 3: 5 fields, the header has 12"),
        (
            "x-a-1%\ta\t1%\t12\t\t\t\t\t\t\t\tpaper\nx-a-1%\ta\t1%\t13\t\t\t\t\t\t\t\tpaper\n",
            "line 4, name: found \"x-a-1%\", expected a name of its own; it stands at"
        ),
    ])
    func aBadLineIsNamed(rows: String, says: String) throws {
        try temporary.file("x.tsv", "# a comment\n" + header + rows)
        let error = failure { _ = try PublishedResults(folder: temporary.path) }
        #expect(error?.exitCode == .badData && error?.description.contains(says) == true, "\(error?.description ?? "no error")")
    }

    @Test func aTableWithoutItsColumnsIsRefused() throws {
        #expect(failure { _ = try PublishedResults(folder: temporary.path) }?.description.contains("no table") == true)
        for text in ["", "# only a comment\n", header.replacing("rate", with: "share")] {
            try temporary.file("x.tsv", text)
            let error = failure { _ = try PublishedResults(folder: temporary.path) }
            #expect(error?.exitCode == .badData && error?.description.contains("expected the columns name, method, rate") == true)
        }
        #expect(failure { _ = try PublishedResults(folder: temporary.path + "/nowhere") }?.exitCode == .inputMissing)
    }
}
