import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite struct DataSetFolderTests {
    private let temporary: TemporaryFolder
    init() throws { temporary = try TemporaryFolder() }

    private func note(_ dataSet: DataSet, _ text: String) -> Bool { dataSet.notes.contains { $0.description.contains(text) } }

    @Test func classFoldersBecomeADataSetWithADrawnTestPart() throws {
        for name in ["run", "Jump"] { for clip in 0..<8 { try temporary.file("\(name)/c\(clip).MP4") } }
        try temporary.file("run/notes.txt")
        try temporary.file("run/.hidden.mp4")
        let dataSet = try DataSet.open(temporary.path + "/")
        #expect(dataSet.classes.names == ["Jump", "run"])
        #expect(dataSet.test.clipsPerClass == [2, 2] && dataSet.train.clipsPerClass == [6, 6])
        #expect(Set((dataSet.train.samples + dataSet.test.samples).map(\.index)) == Set(0..<16))
        #expect(dataSet.notes.contains(.partDrawn(part: .test, clips: 4, of: 16, byGroup: false)))
        #expect(note(dataSet, "notes.txt"))
    }

    @Test func theDataSetDoesNotDependOnTheOrderOfCreation() throws {
        let names = ["a/3.mp4", "b/10.mp4", "a/é.mp4", "b/2.avi", "a/Z.mp4", "b/x.webm", "a/z.mp4", "b/9.mp4"]
        let other = try TemporaryFolder()
        for name in names { try temporary.file(name) }
        for name in names.reversed() { try other.file(name) }
        let (one, two) = (try DataSet.open(temporary.path), try DataSet.open(other.path))
        #expect(one.train.digest == two.train.digest && one.test.digest == two.test.digest)
        #expect(one.train.samples.map(\.index) == two.train.samples.map(\.index))
        let sorted = (one.train.samples + one.test.samples).sorted { $0.index < $1.index }.map(\.name)
        #expect(sorted == ["a/3", "a/Z", "a/z", "a/é", "b/10", "b/2", "b/9", "b/x"])
    }

    /// The clips were drawn by the documented rule in Python: the same on every machine.
    @Test func theDrawnTestPartIsTheOneOfTheRule() throws {
        for name in ["a", "b"] { for clip in 0..<10 { try temporary.file("\(name)/\(name)\(clip).mp4") } }
        let drawn = try DataSet.open(temporary.path).test.samples.map(\.name)
        #expect(drawn == ["a/a0", "a/a6", "a/a7", "b/b5", "b/b6", "b/b8"])
    }

    @Test func trainTestAndUnlabelledFoldersAreTheParts() throws {
        for name in [
            "train/a/1.mp4", "train/b/1.mp4", "train/b/2.mp4", "test/a/1.mp4", "test/b/9.mp4", "unlabelled/u.mp4",
            "unlabelled/more/v.mp4", "spare/w.mp4",
        ] { try temporary.file(name) }
        let dataSet = try DataSet.open(temporary.path)
        #expect(dataSet.train.samples.map(\.name) == ["a/1", "b/1", "b/2"])
        #expect(dataSet.test.samples.map(\.path) == ["\(temporary.path)/test/a/1.mp4", "\(temporary.path)/test/b/9.mp4"])
        #expect(dataSet.unlabelled.count == 2 && dataSet.unlabelled.samples.allSatisfy { $0.label == nil })
        #expect(note(dataSet, "spare"))
        #expect(!dataSet.notes.contains { if case .partDrawn = $0 { true } else { false } })
    }

    @Test func groupsOfUCF101NeverCrossADrawnSplit() throws {
        for group in 1...6 {
            for clip in 1...4 { for name in ["A", "B"] { try temporary.file("\(name)/v_\(name)_g0\(group)_c0\(clip).avi") } }
        }
        let dataSet = try DataSet.open(temporary.path)
        #expect(dataSet.train.groups.isDisjoint(with: dataSet.test.groups))
        #expect(dataSet.test.clipsPerClass == [8, 8])
        #expect(dataSet.notes.contains(.groupsRecognised(count: 12, rule: "UCF101")))
    }

    @Test func equalNamesOfTwoKindsOfFileStayApart() throws {
        for name in ["a/1.mp4", "a/1.avi", "b/1.mp4"] { try temporary.file("train/\(name)") }
        for name in ["a", "b"] { try temporary.file("test/\(name)/2.mp4") }
        let names = try DataSet.open(temporary.path).train.samples.map(\.name)
        #expect(names == ["a/train/a/1.avi", "a/train/a/1.mp4", "b/1"])
    }

    @Test func unusableNamesAndLinksAreCountedNotFatal() throws {
        for name in ["a", "b"] { for clip in 0..<4 { try temporary.file("\(name)/\(clip).mp4") } }
        temporary.file(bytes: [0x63, 0xE9, 0x2E, 0x6D, 0x70, 0x34], in: "a")
        temporary.file(bytes: Array("line\nbreak.mp4".utf8), in: "b")
        try temporary.link("a/loop.mp4", to: "loop.mp4")
        try temporary.link("a/gone.mp4", to: "nowhere.mp4")
        try temporary.link("b/parent", to: "..")
        try temporary.link("b/linked.mp4", to: "../a/0.mp4x")
        try temporary.link("round", to: ".")
        try #require(mkfifo(temporary.path + "/a/pipe.mp4", 0o600) == 0)
        let dataSet = try DataSet.open(temporary.path)
        #expect(dataSet.notes.contains(.specialFiles(count: 1, first: [temporary.path + "/a/pipe.mp4 (a FIFO)"])))
        #expect(dataSet.train.count + dataSet.test.count == 8)
        #expect(
            dataSet.notes.contains {
                if case .unusableNames(2, let first) = $0 { first[0].hasSuffix(#"a/c\xe9.mp4"#) } else { false }
            })
        #expect(dataSet.notes.contains { if case .unreachable(3, _) = $0 { true } else { false } })
        #expect(note(dataSet, "round"))
    }

    @Test func aListInTheFolderIsPointedAt() throws {
        for name in ["a/1.mp4", "a/2.mp4", "b/1.mp4", "b/2.mp4", "list.csv"] { try temporary.file(name) }
        #expect(try DataSet.open(temporary.path).notes.contains(.listInFolder(path: temporary.path + "/list.csv")))
    }

    // MARK: Errors

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func aFolderWithoutPermissionEndsWith74() throws {
        for name in ["a/1.mp4", "a/2.mp4"] { try temporary.file(name) }
        chmod(temporary.path + "/a", 0)
        defer { chmod(temporary.path + "/a", 0o700) }
        let error = failure { _ = try DataSet.open(temporary.path) }
        #expect(error == .file(.system(path: temporary.path + "/a", operation: "read the folder", code: EACCES)))
        #expect(error?.exitCode == .inputOutput)
    }

    @Test func aMissingFolderEndsWith66() {
        let error = failure { _ = try DataSet.open(temporary.path + "/nowhere") }
        #expect(error == .file(.missing(path: temporary.path + "/nowhere")))
        #expect(error?.exitCode == .inputMissing)
    }

    @Test func foldersWithoutVideosEndWith65() throws {
        #expect(failure { _ = try DataSet.open(temporary.path) } == .noClassFolders(path: temporary.path, videosInside: 0))
        try temporary.file("bare.mp4")
        let bare = failure { _ = try DataSet.open(temporary.path) }
        #expect(bare == .noClassFolders(path: temporary.path, videosInside: 1))
        #expect(bare?.exitCode == .badData)
        try temporary.file("a/readme.txt")
        #expect(failure { _ = try DataSet.open(temporary.path) } == .noVideo(path: temporary.path, otherFiles: 1))
    }

    /// Kinetics has train and val; what is called test there has no classes.
    @Test(arguments: [("val", false), ("validation", false), ("val", true)])
    func aValidationFolderIsTheTestPartWhereThereIsNoOther(name: String, isTested: Bool) throws {
        for clip in ["train/a/1.mp4", "train/b/1.mp4", "\(name)/a/2.mp4", "\(name)/b/2.mp4", "test/3.mp4"] {
            try temporary.file(clip)
        }
        if isTested { for clip in ["a/4", "b/4"] { try temporary.file("test/\(clip).mp4") } }
        let dataSet = try DataSet.open(temporary.path)
        #expect(dataSet.train.samples.map(\.name) == ["a/1", "b/1"])
        #expect(dataSet.test.samples.map(\.name) == (isTested ? ["a/4", "b/4"] : ["a/2", "b/2"]))
        #expect(dataSet.validation.samples.map(\.name) == (isTested ? ["a/2", "b/2"] : []))
        #expect(dataSet.notes.contains(.validationFolderIsTest(path: "\(temporary.path)/\(name)")) != isTested)
    }

    @Test func trainAndTestWithBareVideosAreNotTakenForClasses() throws {
        for name in ["train/1.mp4", "train/2.mp4", "test/1.mp4", "test/2.mp4"] { try temporary.file(name) }
        #expect(
            failure { _ = try DataSet.open(temporary.path) } == .noClassFolders(path: temporary.path + "/train", videosInside: 2))
    }

    @Test func aClassWithOneClipCannotBeSplit() throws {
        for name in ["a/1.mp4", "a/2.mp4", "b/1.mp4"] { try temporary.file(name) }
        let error = failure { _ = try DataSet.open(temporary.path) }
        #expect(error == .cannotCut(source: temporary.path, className: "b", clips: 1, groups: 1))
        #expect(error?.exitCode == .badData)
    }

    @Test func aClassThatIsOnlyTestedIsRefused() throws {
        for name in ["train/a/1.mp4", "train/b/1.mp4", "test/c/1.mp4"] { try temporary.file(name) }
        #expect(
            failure { _ = try DataSet.open(temporary.path) }
                == .classWithoutTrainingClips(source: temporary.path, className: "c"))
    }

    @Test func anEmptyClassFolderIsNamed() throws {
        for name in ["a/1.mp4", "a/2.mp4", "b/1.mp4", "b/2.mp4"] { try temporary.file(name) }
        try temporary.folder("empty")
        let dataSet = try DataSet.open(temporary.path)
        #expect(dataSet.classes.names == ["a", "b"] && dataSet.notes.contains(.emptyClasses(["empty"])))
    }
}
