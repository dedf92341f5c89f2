import Datasets
import Files
import TestSupport
import Testing

@Suite struct SplitImportTests {
    private let temporary: TemporaryFolder
    init() throws { temporary = try TemporaryFolder(inMemory: true) }

    /// Clips of every class under the names of the official lists, as a download holds them.
    private func download(_ names: [String], ending: String = "avi") throws -> String {
        for name in names { try temporary.file("UCF-101/\(name).\(ending)") }
        return temporary.path
    }

    @Test func ucf101AsDownloadedBecomesADataSetByOneCall() throws {
        let catalogue = try SplitCatalogue(root: shippedSplits)
        let train = try catalogue.list(catalogue.entry(named: "ucf101-split1-train"))
        let test = try catalogue.list(catalogue.entry(named: "ucf101-split1-test"))
        let videos = try download((train.clips + test.clips).map(\.name))
        try temporary.file("lists/trainlist01.txt", train.clips.map { "\($0.name).avi \(($0.number ?? 0) + 1)\n" }.joined())
        try temporary.file("lists/testlist01.txt", test.clips.map { "\($0.name).avi\n" }.joined())
        let imported = try SplitImport.official(
            "ucf101", split: 1, videos: videos, lists: videos + "/lists", catalogue: catalogue)
        let path = temporary.path + "/ucf101.csv"
        try imported.write(to: path)
        #expect(failure { try imported.write(to: path) }?.exitCode == .cannotCreate)
        let dataSet = try DataSet.open(path)
        #expect(dataSet.name == "ucf101" && dataSet.train.count == 9537 && dataSet.test.count == 3783)
        #expect(dataSet.train.samples[0].path == "\(temporary.path)/UCF-101/ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi")
        #expect(dataSet.train.groups.count == 1818 && dataSet.test.groups.count == 707)
        #expect(
            try LabelDraw(rate: LabelRate("1%")).list(from: dataSet.train, dataSet: "ucf101").digest.hasPrefix("886e90509b59a9df")
        )

        let published = try TrainingLists(dataSet, list: catalogue.splitList(nameOrPath: "ucf101-videossl-5"), pool: .complement)
        #expect(published.labelled.count == 476 && published.unlabelled.count == 9061)
        let cut = try dataSet.withValidation(.ucf101Validation)
        #expect(cut.validation.count == 2107 && cut.train.count == 7430 && cut.test == dataSet.test)
        #expect(cut.validation.clipsPerClass.min() == 16 && cut.validation.clipsPerClass.max() == 28)
    }

    @Test func missingClipsAreCountedOrAllowed() throws {
        let catalogue = try SplitCatalogue(root: shippedSplits)
        let train = try catalogue.list(catalogue.entry(named: "ucf101-split1-train"))
        let videos = try download([train.clips[0].name], ending: "mp4")
        let error = failure { _ = try SplitImport.official("ucf101", split: 1, videos: videos, catalogue: catalogue) }
        guard case .videosNotFound(_, 13_319, 13_320, _) = error else {
            Issue.record("\(error?.description ?? "no error")")
            return
        }
        let partial = try SplitImport.official("ucf101", split: 1, videos: videos, catalogue: catalogue, allowMissing: true)
        #expect(partial.counts.map(\.clips) == [1, 0, 0, 0])
        #expect(partial.notes.contains { if case .clipsNotFound(13_319, _, _) = $0 { true } else { false } })
        #expect(
            failure { _ = try SplitImport.official("ucf101", split: 4, videos: videos, catalogue: catalogue) }?.exitCode
                == .inputMissing)
    }

    @Test func downloadedListsMustNameTheOfficialClips() throws {
        let catalogue = try SplitCatalogue(root: shippedSplits)
        try temporary.file("lists/trainlist01.txt", "Archery/v_Archery_g01_c01.avi 3\n")
        try temporary.file("lists/testlist01.txt", "Archery/v_Archery_g01_c01.avi\n")
        let error = failure {
            _ = try SplitImport.official(
                "ucf101", split: 1, videos: temporary.path, lists: temporary.path + "/lists", catalogue: catalogue)
        }
        #expect(error?.description.contains("other clips than the official list") == true)
    }

    @Test func kineticsClipsAreFoundByIdentifier() throws {
        for name in [
            "air drumming/AAAAAAAAAAA_000001_000011.mp4", "air drumming/BBBBBBBBBBB.mp4",
            "abseiling/CCCCCCCCCCC_000001_000011.mp4",
        ] {
            try temporary.file("train/\(name)")
        }
        let list = try PublishedList(
            contentsOf: temporary.file(
                "k.txt",
                "air_drumming/AAAAAAAAAAA_000002_000012.mp4 1\nair_drumming/BBBBBBBBBBB_000001_000011.mp4 1\nabseiling/CCCCCCCCCCC.mp4 0\n"
            ))
        let imported = try SplitImport(
            dataSet: "k400", parts: [(.train, list)], videos: temporary.path, classes: ClassList(["abseiling", "air drumming"]))
        #expect(imported.counts[0].clips == 3)
        let text = imported.text(at: temporary.path + "/k.csv")
        #expect(text.contains("train/air drumming/BBBBBBBBBBB.mp4,air drumming,train,"))
        #expect(imported.text(at: "/elsewhere/k.csv").contains("\n\(temporary.path)/train/air drumming/BBBBBBBBBBB.mp4,"))
    }

    @Test func extrasFollowTheChoice() throws {
        for name in ["a/1", "a/2", "a/3", "z/9"] { try temporary.file("v/\(name).mp4") }
        let train = try PublishedList(contentsOf: temporary.file("train.txt", "a/1.mp4 0\n"))
        let test = try PublishedList(contentsOf: temporary.file("test.txt", "a/2.mp4 0\n"))
        for (extras, counts) in [
            (SplitImport.Extras.ignore, [1, 0, 1, 0]), (.unlabelled, [1, 0, 1, 1]), (.train, [2, 0, 1, 0]),
        ] {
            let imported = try SplitImport(
                dataSet: "x", parts: [(.train, train), (.test, test)], videos: temporary.path + "/v", extras: extras)
            #expect(imported.counts.map(\.clips) == counts)
            try imported.write(to: "\(temporary.path)/\(extras).csv")
            #expect(try DataSet.open("\(temporary.path)/\(extras).csv").train.count == counts[0])
        }
        #expect(
            failure { _ = try SplitImport(dataSet: "x", parts: [(.train, train), (.test, train)], videos: temporary.path) }
                == .inTwoParts(list: temporary.path + "/train.txt", count: 1, first: ["a/1"]))
    }

    @Test func loopsOfFoldersEnd() throws {
        try temporary.file("v/a/1.mp4")
        try temporary.link("v/a/up", to: "..")
        try temporary.link("v/again", to: "a")
        let list = try PublishedList(contentsOf: temporary.file("train.txt", "a/1.mp4 0\n"))
        let imported = try SplitImport(dataSet: "x", parts: [(.train, list)], videos: temporary.path + "/v")
        #expect(imported.counts[0].clips == 1)
    }
}
