import Datasets
import Files
import TestSupport
import Testing

@Suite struct SplitCatalogueTests {
    @Test func everyShippedListIsWhatTheManifestSays() throws {
        let catalogue = try SplitCatalogue(root: shippedSplits)
        for entry in catalogue.entries where entry.file != nil {
            let list = try catalogue.list(entry)
            #expect(list.clips.count == entry.rows && list.format == entry.format, "\(entry.name)")
            let classes = try #require(try catalogue.classes(of: entry.dataSet))
            #expect(try list.numbering(against: classes) == (entry.dataSet == "hmdb51" ? .ownOrder : .fromZero), "\(entry.name)")
        }
        #expect(Set(catalogue.entries.map(\.name)).count == catalogue.entries.count)
        #expect(try ["ucf101", "hmdb51", "k400"].map { try catalogue.classes(of: $0)?.count } == [101, 51, 400])
    }

    @Test func nonCommercialListsAreKnownByDigestOnly() throws {
        let catalogue = try SplitCatalogue(root: shippedSplits)
        let entry = try catalogue.entry(named: "ucf101-svformer-1")
        let error = failure { _ = try catalogue.list(entry) }
        #expect(error?.exitCode == .inputMissing && error?.description.contains("CC-BY-NC") == true)
        #expect(catalogue.entries.allSatisfy { $0.file == nil || !$0.licence.contains("NC") })
    }

    @Test func aListIsRecognisedWhateverFoldersItsPathsHave() throws {
        let catalogue = try SplitCatalogue(root: shippedSplits)
        let temporary = try TemporaryFolder()
        let entry = try catalogue.entry(named: "k400-videossl-1")
        let text = try FileReader.text(of: "\(shippedSplits)/\(#require(entry.file))") + "\n"
        let lines = text.split(separator: "\n").map { "/data/train/" + $0.replacing(" ", with: ",") + "\n" }.joined()
        #expect(try catalogue.recognise(temporary.file("a.csv", lines)) == nil, "the original lacks its last line end")
        let official = try catalogue.entry(named: "ucf101-split1-test")
        let copy = try FileReader.text(of: "\(shippedSplits)/\(#require(official.file))")
        #expect(try catalogue.recognise(temporary.file("b.txt", copy)) == official)
        let moved = copy.split(separator: "\n").map { "/x/\($0)\n" }.joined()
        #expect(try catalogue.recognise(temporary.file("c.txt", moved)) == official)
    }

    @Test func aChangedListIsRefused() throws {
        let temporary = try TemporaryFolder()
        let entry = """
            {"name":"x","dataSet":"x","family":"f","part":"train","format":"video","file":"x.txt","rows":1,"sha256":"00",\
            "source":"s","licence":"l"}
            """
        try temporary.file("manifest.json", "{\"version\":1,\"lists\":[\(entry)]}")
        try temporary.file("x.txt", "A/1.avi\n")
        let catalogue = try SplitCatalogue(root: temporary.path)
        let error = failure { _ = try catalogue.list(catalogue.entry(named: "x")) }
        #expect(error?.description.contains("digest") == true && error?.exitCode == .badData)
    }

    @Test func unknownNamesAndBrokenManifestsAreClear() throws {
        let catalogue = try SplitCatalogue(root: shippedSplits)
        let error = failure { _ = try catalogue.splitList(nameOrPath: "ucf101-videosl-5") }
        #expect(error == .unknownList(name: "ucf101-videosl-5", nearest: "ucf101-videossl-5"))
        let temporary = try TemporaryFolder()
        #expect(failure { _ = try SplitCatalogue(root: temporary.path) }?.exitCode == .inputMissing)
        try temporary.file("manifest.json", "{\"version\":2}")
        #expect(failure { _ = try SplitCatalogue(root: temporary.path) }?.exitCode == .badData)
    }

    @Test func aDrawnListSurvivesTheDiskAndNoticesChanges() throws {
        let temporary = try TemporaryFolder()
        let clips = (0..<9).map { ListedClip(className: "a", stem: "clip \($0)", line: 1) }
        let train = trainingList(clips, classes: ClassList(["a"]))
        let list = try LabelDraw(rate: .share(Ratio(1, 3)), seed: 7, unit: .group).list(from: train, dataSet: "mine", split: "2")
        let path = temporary.path + "/list.txt"
        try list.write(to: path)
        #expect(try SplitList(contentsOf: path) == list)
        #expect(failure { try list.write(to: path) } == .file(.exists(path: path)))
        for (from, to) in [
            (list.names[0], "a/other"), ("count: 3", "count: 4"), ("seed: 7", "seed: x"), ("rule version: 1", "rule version: 2"),
        ] {
            let changed = try temporary.file("changed.txt", list.text.replacing(from, with: to))
            #expect(failure { _ = try SplitList(contentsOf: changed) }?.exitCode == .badData, "\(from)")
        }
    }
}
