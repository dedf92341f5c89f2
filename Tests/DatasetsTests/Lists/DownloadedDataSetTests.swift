import Datasets
import TestSupport
import Testing

/// UCF101 and HMDB51 as they are downloaded, opened without an import.
@Suite struct DownloadedDataSetTests {
    private let temporary: TemporaryFolder
    private let catalogue: SplitCatalogue
    init() throws {
        temporary = try TemporaryFolder(inMemory: true)
        catalogue = try SplitCatalogue(root: shippedSplits)
    }

    /// Empty files for the clips of the official lists of `dataSet`, as a download holds them.
    private func download(_ dataSet: String, where isThere: (String) -> Bool = { _ in true }) throws -> String {
        for part in [SplitCatalogue.Part.train, .test] {
            let entry = try #require(catalogue.official(dataSet, split: 1, part: part))
            for clip in try catalogue.list(entry).clips where isThere(clip.name) {
                try temporary.file("\(dataSet)/\(clip.name).avi")
            }
        }
        return temporary.path + "/" + dataSet
    }

    @Test func ucf101IsReadAsTheImportedListIs() throws {
        let folder = try download("ucf101")
        let dataSet = try DataSet.open(folder, catalogue: catalogue)
        try SplitImport.official("ucf101", split: 1, videos: folder, catalogue: catalogue).write(to: folder + ".csv")
        let imported = try DataSet.open(folder + ".csv")
        #expect(dataSet.train == imported.train && dataSet.test == imported.test && dataSet.classes == imported.classes)
        #expect(dataSet.name == "ucf101" && dataSet.train.count == 9537 && dataSet.test.count == 3783)
        #expect(dataSet.train.groups.count == 1818 && dataSet.test.groups.count == 707)
        let labelled = try TrainingLists(dataSet, list: catalogue.splitList(nameOrPath: "ucf101-videossl-10")).labelled
        #expect(labelled.count == 953)
        #expect(
            try LabelDraw(rate: LabelRate("1%")).list(from: dataSet.train, dataSet: "ucf101").digest.hasPrefix("886e90509b59a9df")
        )
        let says = dataSet.notes.map(\.description).joined(separator: "\n")
        #expect(
            says.contains("\(folder) is ucf101, read by its official split 1: 9537 clips to train, 3783 to test; for another: "))
        #expect(says.contains("semisup data split import ucf101 --videos \(folder) --split 2 --out ucf101-2.csv"))
    }

    @Test func clipsBeyondTheListsAreLeftOutAndThoseWithoutLabelsStay() throws {
        let folder = try download("hmdb51")
        let film = "Film_brush_hair_u_nm_np1_ba_goo_0.avi"
        try temporary.file("hmdb51/brush_hair/\(film)")
        try temporary.file("hmdb51/unlabelled/more.avi")
        let dataSet = try DataSet.open(folder, for: .files, catalogue: catalogue)
        #expect(dataSet.train.count == 3570 && dataSet.test.count == 1530)
        #expect(dataSet.unlabelled.samples.map(\.name) == ["unlabelled/more"])
        #expect(
            dataSet.notes.contains(
                .officialSplit(folder: folder, dataSet: "hmdb51", split: 1, train: 3570, test: 1530, beyond: 1)))
        #expect(!dataSet.videoPaths.contains { $0.hasSuffix(film) })
    }

    @Test func anIncompleteDownloadIsNotReplacedByADrawnTestPart() throws {
        let folder = try download("hmdb51") { !$0.hasPrefix("wave/50_") }
        let error = failure { _ = try DataSet.open(folder, catalogue: catalogue) }
        guard case .incompleteDownload(folder, "hmdb51", 1, let count, 5100, let first) = error else {
            Issue.record("\(error?.description ?? "no error")")
            return
        }
        #expect(count > 0 && count < 102 && first.allSatisfy { $0.hasPrefix("wave/50_") })
        #expect(error?.exitCode == .inputMissing && error?.description.contains("--allow-missing --out hmdb51.csv") == true)
        // Files are looked at all the same.
        #expect(try DataSet.open(folder, for: .files, catalogue: catalogue).isFilesAlone)
    }

    /// The classes alone do not make a data set, nor do its clips beside another class, or without a catalogue.
    @Test func otherFoldersStayWhatTheyAre() throws {
        let classes = try #require(try catalogue.classes(of: "hmdb51")).names
        for name in classes { for clip in 0..<2 { try temporary.file("own/\(name)/\(clip).avi") } }
        try temporary.folder("own/more")
        let own = try DataSet.open(temporary.path + "/own", catalogue: catalogue)
        #expect(own.name == "own" && own.train.count == 51 && own.test.count == 51)
        for clip in 0..<2 { try temporary.file("own/more/\(clip).avi") }
        #expect(try DataSet.open(temporary.path + "/own", catalogue: catalogue).classes.count == 52)
        let folder = try download("hmdb51")
        #expect(try DataSet.open(folder).notes.contains { if case .partDrawn(.test, _, 5100, true) = $0 { true } else { false } })
    }
}
