import Datasets
import TestSupport
import Testing

@Suite struct TrainingListsTests {
    private let temporary: TemporaryFolder
    private let dataSet: DataSet

    init() throws {
        temporary = try TemporaryFolder()
        for name in ["a", "b"] { for clip in 0..<10 { try temporary.file("train/\(name)/\(clip).mp4") } }
        for name in ["a", "b"] { try temporary.file("test/\(name)/t.mp4") }
        try temporary.file("unlabelled/u.mp4")
        dataSet = try DataSet.open(temporary.path)
    }

    @Test(arguments: [(TrainingLists.Pool.all, 21), (.complement, 17)])
    func noLabelOfAnUnlabelledClipIsReadable(pool: TrainingLists.Pool, count: Int) throws {
        let lists = try TrainingLists(dataSet, draw: LabelDraw(rate: .perClass(2)), pool: pool)
        #expect(lists.labelled.clipsPerClass == [2, 2])
        #expect(lists.unlabelled.count == count && lists.unlabelled.samples.allSatisfy { $0.label == nil })
        #expect(lists.unlabelled.samples.allSatisfy { !$0.path.contains("/test/") })
        let known = lists.unlabelled.samples.compactMap { lists.diagnosticLabels.label(ofSample: $0.index) }
        #expect(known.count == count - 1, "the extra clip has no known class")
        let drawn = Set(lists.labelled.samples.map(\.index))
        #expect(lists.unlabelled.samples.contains { drawn.contains($0.index) } == (pool == .all))
    }

    @Test func aListOfAnotherDataSetIsRefused() throws {
        let list = SplitList(names: ["a/1", "a/x", "c/1"], dataSet: nil, split: nil, origin: .published(source: "p.txt"))
        let error = failure { _ = try TrainingLists(dataSet, list: list) }
        #expect(error == .unknownClips(list: "p.txt", count: 2, of: 3, first: ["a/x", "c/1"]))
    }

    /// b lives in two groups that it shares with a and with c: cutting both would leave it nothing to train on.
    @Test(arguments: 0..<12) func groupsAcrossClassesNeverTakeTheLastClip(purpose: Int) throws {
        let rows = [("a", 0, "G"), ("b", 1, "G"), ("b", 1, "H"), ("c", 2, "H"), ("a", 0, "A"), ("c", 2, "C")]
        let samples = rows.enumerated().map { index, row in
            VideoSample(index: index, path: "", name: "\(row.0)/\(index)", label: row.1, group: row.2)
        }
        let cut = GroupCut(purpose: "p\(purpose)", choice: .share(Ratio(1, 4)))
        let (kept, held) = try cut.split(samples, classes: ClassList(["a", "b", "c"]), source: "test")
        #expect(Set(kept.map(\.label)) == [0, 1, 2] && Set(held.map(\.label)) == [0, 1, 2])
        #expect(Set(kept.map(\.group)).isDisjoint(with: held.map(\.group)))
    }

    @Test func validationIsCutByGroupAndLeavesTestAlone() throws {
        let cut = try dataSet.withValidation(.validation)
        #expect(cut.validation.clipsPerClass == [2, 2] && cut.train.clipsPerClass == [8, 8] && cut.test == dataSet.test)
        #expect(Set(cut.validation.samples.map(\.index)).isDisjoint(with: cut.train.samples.map(\.index)))
    }
}
