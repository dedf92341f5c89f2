import Datasets
import Testing

@Suite struct TrainingListsTests {
    private let temporary: TemporaryFolder
    private let dataSet: DataSet

    init() throws {
        temporary = try TemporaryFolder()
        for name in ["a", "b"] { for clip in 0..<10 { try temporary.touch("train/\(name)/\(clip).mp4") } }
        for name in ["a", "b"] { try temporary.touch("test/\(name)/t.mp4") }
        try temporary.touch("unlabelled/u.mp4")
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

    @Test func validationIsCutByGroupAndLeavesTestAlone() throws {
        let cut = try dataSet.withValidation(.validation)
        #expect(cut.validation.clipsPerClass == [2, 2] && cut.train.clipsPerClass == [8, 8] && cut.test == dataSet.test)
        #expect(Set(cut.validation.samples.map(\.index)).isDisjoint(with: cut.train.samples.map(\.index)))
    }
}
