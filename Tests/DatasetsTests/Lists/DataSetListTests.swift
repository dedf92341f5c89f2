import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite struct DataSetListTests {
    private let temporary: TemporaryFolder
    init() throws {
        temporary = try TemporaryFolder()
        for name in ["a/1", "a/2", "a/3", "b/1", "b/2", "b/3", "with, comma"] { try temporary.file("\(name).mp4") }
    }

    private func open(_ text: String, _ name: String = "list.csv") throws -> DataSet {
        try DataSet.open(temporary.file(name, text))
    }

    private func failed(_ text: String) -> DataSetError? { failure { _ = try open(text) } }

    @Test(arguments: [
        ("list.csv", ","), ("list.tsv", "\t"), ("list.txt", " "), ("other.txt", "   "), ("semicolon.csv", ";"),
    ])
    func everySeparatorGivesTheSameDataSet(name: String, separator: String) throws {
        let rows = [
            ["video", "label", "split"], ["a/1.mp4", "yes", "train"], ["b/1.mp4", "no", "train"], ["a/2.mp4", "yes", "test"],
            ["b/2.mp4", "no", "test"],
        ]
        for end in ["\n", "\r\n"] {
            let dataSet = try open(rows.map { $0.joined(separator: separator) }.joined(separator: end) + end, name)
            #expect(dataSet.classes.names == ["no", "yes"])
            #expect(dataSet.train.samples.map(\.name) == ["no/1", "yes/1"])
            #expect(dataSet.test.samples.map(\.path) == ["b", "a"].map { "\(temporary.path)/\($0)/2.mp4" })
        }
    }

    @Test func quotedFieldsColumnsInAnyOrderAndAMark() throws {
        let dataSet = try open(
            "\u{FEFF}split,Label,video\r\ntrain,\"say \"\"a\"\"\",\"with, comma.mp4\"\r\n\r\ntrain,b,a/1.mp4\ntest,b,a/2.mp4")
        #expect(dataSet.classes.names == ["b", "say \"a\""])
        #expect(dataSet.train.samples.map(\.name) == ["b/1", "say \"a\"/with, comma"])
    }

    @Test func stretchesOfOneVideoAreClipsOfOneGroup() throws {
        let dataSet = try open("video,label,start,end,split\na/1.mp4,x,0,2.5,train\na/1.mp4,y,2.5,4,train\nb/1.mp4,x,,,test\n")
        #expect(dataSet.train.samples.map(\.name) == ["x/1@0.0-2.5", "y/1@2.5-4.0"])
        #expect(dataSet.train.samples.map(\.group) == ["a/1.mp4", "a/1.mp4"])
        #expect(dataSet.train.samples[1].start == 2.5 && dataSet.train.samples[1].end == 4)
        #expect(dataSet.test.samples[0].start == nil)
    }

    @Test func unlabelledRowsHideTheirLabels() throws {
        let dataSet = try open(
            "video,label,split\na/1.mp4,a,train\nb/1.mp4,b,train\na/2.mp4,a,test\nb/2.mp4,b,unlabelled\na/3.mp4,,unlabeled\n")
        #expect(dataSet.unlabelled.samples.map(\.label) == [nil, nil])
        #expect(dataSet.unlabelled.samples.map { dataSet.diagnosticLabels.label(ofSample: $0.index) } == [1, nil])
        #expect(dataSet.validation.isEmpty)
    }

    @Test func theGroupColumnKeepsGroupsTogether() throws {
        let rows = (0..<3).flatMap { index in ["a/\(index + 1).mp4,a,cam\(index)", "b/\(index + 1).mp4,b,cam\(index)"] }
        let dataSet = try open((["video,label,group"] + rows).joined(separator: "\n"))
        #expect(dataSet.test.groups.count == 1 && dataSet.train.groups.isDisjoint(with: dataSet.test.groups))
        #expect(dataSet.notes.contains(.partDrawn(part: .test, clips: 2, of: 6, byGroup: true)))
    }

    @Test func numericLabelsAreOrderedByNumber() throws {
        let dataSet = try open("video,label,split\na/1.mp4,10,train\na/2.mp4,9,train\na/3.mp4,9,test\n")
        #expect(dataSet.classes.names == ["9", "10"])
    }

    @Test func repeatedRowsAreLeftOutAndCounted() throws {
        let dataSet = try open("video,label,split\na/1.mp4,a,train\na/./1.mp4,a,train\nb/1.mp4,b,train\nb/2.mp4,b,test\n")
        #expect(dataSet.train.count == 2 && dataSet.notes.contains(.repeatedRows(count: 1, first: ["a/./1.mp4"])))
    }

    // MARK: Errors

    @Test func missingVideosAreAllCounted() throws {
        let rows = (0..<7).map { "gone/\($0).mp4,a" } + ["a/1.mp4,a", "a,b"]
        let error = failed("video,label\n" + rows.joined(separator: "\n"))
        let first = (0..<5).map { "gone/\($0).mp4" }
        #expect(error == .missingVideos(list: temporary.path + "/list.csv", count: 8, of: 9, first: first))
        #expect(error?.exitCode == .inputMissing)
        #expect(error?.description.contains("(3 more)") == true)
    }

    @Test func whatIsThereButNoFileIsNamedForWhatItIs() throws {
        try #require(mkfifo(temporary.path + "/pipe.mp4", 0o600) == 0)
        try temporary.link("loop.mp4", to: "loop.mp4")
        let rows = "video,label\na/1.mp4,a\npipe.mp4,a\nloop.mp4,a\nb,a\n", list = temporary.path + "/list.csv"
        let first = ["pipe.mp4 (a FIFO)", "loop.mp4 (a loop of links)", "b (a folder)"]
        #expect(failed(rows) == .noFiles(list: list, count: 3, of: 4, first: first))
        #expect(failed(rows)?.exitCode == .badData)
        #expect(
            failed(rows + "gone.mp4,a\n") == .missingVideos(list: list, count: 4, of: 5, first: first + ["gone.mp4"]))
    }

    @Test func contradictionsAreRefused() {
        let list = temporary.path + "/list.csv"
        #expect(
            failed("video,label\na/1.mp4,a\nb/1.mp4,b\na/1.mp4,b\n")
                == .conflictingLabels(list: list, count: 1, first: ["a/1.mp4 (a, b)"]))
        #expect(
            failed("video,label,split\na/1.mp4,a,train\na/1.mp4,a,test\n")
                == .inTwoParts(list: list, count: 1, first: ["a/1.mp4 (train, test)"]))
    }

    @Test(arguments: [
        ("", "an empty list"), ("video,label\n", "no row"), ("file,class\na/1.mp4,a\n", "no column video"),
        ("video,label,splt\na/1.mp4,a,train\n", "did you mean split"), ("video,video,label\na,b,c\n", "stands twice"),
        ("a/1.mp4 0\na/2.mp4 1\n", "data split import"), ("label,youtube_id,time_start,time_end\n", "Kinetics"),
        ("video,label\na/1.mp4,a,b\n", "line 2: 3 fields"), ("video,label\na/1.mp4,\n", "line 2, label: found nothing"),
        ("video,label\n,a\n", "line 2, video"), ("video,label\n\"a/1.mp4,a\n", "line 2: a quote"),
        ("video,label\n\"a/1.mp4\"x,a\n", "line 2: text after"),
        ("video,label,split\na/1.mp4,a,dev\n", "line 2, split: found \"dev\""),
        ("video,label,start\na/1.mp4,a,1\n\na/2.mp4,a,soon\n", "line 4, start: found \"soon\""),
        ("video,label,start\na/1.mp4,a,-1\n", "line 2, start"), ("video,label,end\na/1.mp4,a,nan\n", "line 2, end"),
        ("video,label,start,end\na/1.mp4,a,3,2\n", "after the start"),
        ("video,label,split\na/1.mp4,a,test\n", "no clip to train"),
        ("# classes: [\"b\"]\nvideo,label\na/1.mp4,a\n", "line 3, label"),
        ("# classes: [\"b\nvideo,label\na/1.mp4,a\n", "JSON array"),
        ("# train sha256: 00\nvideo,label,split\na/1.mp4,a,train\nb/1.mp4,a,test\n", "expected 00"),
    ])
    func brokenListsAreNamedWithLineAndField(text: String, message: String) {
        let error = failed(text)
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "no error")")
        #expect(error?.exitCode == .badData)
    }

    @Test func aListThatIsNotTextIsRefused() throws {
        temporary.file(bytes: Array("raw.csv".utf8), in: ".")
        let path = temporary.path + "/raw.csv"
        try AtomicFile.write([0x76, 0xFF, 0x0A], to: path)
        #expect(failure { _ = try DataSet.open(path) }?.exitCode == .badData)
    }

    @Test func theSummaryCountsClassesPartsAndGroups() throws {
        let dataSet = try open(
            "video,label,split,group\na/1.mp4,a,train,g\na/2.mp4,a,train,g\nb/1.mp4,b,train,h\nb/2.mp4,b,test,i\n")
        let summary = DataSetSummary(dataSet)
        #expect(summary.name == String(temporary.path.split(separator: "/").last ?? ""), "list.csv says nothing")
        #expect(summary.parts.map(\.clips) == [3, 1] && summary.parts[0].groups == 2)
        #expect(summary.json["parts"]?.arrayValue?[0]["clipsPerClass"] == .array([.integer(2), .integer(1)]))
        #expect(summary.text.contains("train: 3 clips in 2 groups"))
        #expect(dataSet.notes.contains(.classesWithoutTestClips(["a"])))
    }
}
