import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// Questions as the samples of a data set.
@Suite struct DataSetQuestionsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func copy(_ fixture: String, as name: String) throws {
        try FileManager.default.copyItem(atPath: questionFixture(fixture), toPath: folder(name))
    }

    @Test func theRightAnswerIsTheLabelAndTheQuestionDoesNotHaveIt() throws {
        let path = try folder.file(
            "questions.jsonl",
            """
            {"id":"a","video":"one.mp4","split":"train","question":"What?","answers":["x","y","z"],"answer":2,"span":[1,2]}
            {"id":"b","video":"two.mp4","split":"train","question":"Who?","answers":["x","y"],"objects":["cup"]}
            {"id":"c","video":"two.mp4","split":"test","question":"Why?","answers":["x","y"],"answer":0,"start":3,"end":4}
            {"id":"d","video":"two.mp4","split":"test","question":"When?","answers":["x","y"]}
            """)
        let data = try DataSet(questions: path), table = try #require(data.questions)
        #expect(data.classes.names == ["answer 1", "answer 2", "answer 3"] && data.name == "questions")
        let train = try #require(data.train.samples.first), test = try #require(data.test.samples.first)
        #expect(data.train.count == 1 && train.name == "a" && train.label == 2 && train.span == 1...2)
        #expect(train.path == folder("one.mp4") && table[train.index].text == "What?" && table.mostCandidates == 3)
        #expect(data.test.count == 1 && test.label == 0 && test.start == 3 && test.end == 4 && test.group == "two.mp4")
        let open = try #require(data.unlabelled.samples.first)
        #expect(data.unlabelled.count == 1 && open.label == nil && table[open.index].id == "b")
        #expect(table.context(ofSample: open.index).objects == ["cup"])
        #expect(table.context(ofSample: train.index) == ClipContext())
        #expect(data.notes == [.questionsWithoutAnswer(part: .test, count: 1)])
    }

    @Test func aPublishedSetIsReadAsItIsDistributed() throws {
        try copy("tvqa.jsonl", as: "tvqa_train.jsonl")
        try copy("tvqa-subtitles.jsonl", as: "tvqa_preprocessed_subtitles.jsonl")
        let held = try FileReader.text(of: questionFixture("tvqa.jsonl")).replacing("\"qid\": 1", with: "\"qid\": 2")
        try folder.file("tvqa_val.jsonl", held)
        let data = try DataSet(questions: folder.path), table = try #require(data.questions)
        #expect(data.train.samples.map(\.name) == ["11", "12"] && data.test.samples.map(\.name) == ["21", "22"])
        #expect(data.unlabelled.samples.map(\.name) == ["13"])
        #expect(data.train.samples.map(\.span) == [0...8.49, nil])
        #expect(table.context(ofSample: 0).subtitles.map(\.text).contains("Let me help."))
        #expect(
            data.notes == [.questionsWithoutAnswer(part: .validation, count: 1), .validationIsTest(path: folder.path)])
    }

    /// Each clip of `motions` has four questions, in the parts of the clips.
    @Test func motionsHasQuestionsOfItsOwn() throws {
        try Motions.ensure(at: folder("motions"), count: .init(train: 20, test: 10))
        let data = try DataSet(questions: folder("motions"))
        #expect(data.train.count == 80 && data.test.count == 40 && data.classes.count == 5 && data.notes.isEmpty)
        #expect(data.train.groups.count == 20 && FileManager.default.fileExists(atPath: data.train.samples[0].path))
    }

    /// Clips are drawn, so that no clip is asked about in two parts.
    @Test func aMissingTestPartIsDrawnByClips() throws {
        let lines = (0..<40).map { number in
            "{\"id\":\(number),\"video\":\"\(number / 4).mp4\",\"question\":\"Q\",\"answers\":[\"x\",\"y\"],\"answer\":\(number % 2)}"
        }
        let data = try DataSet(questions: folder.file("mine.jsonl", lines.joined(separator: "\n")))
        #expect(
            data.train.count + data.test.count == 40 && !data.test.isEmpty && data.train.groups.isDisjoint(with: data.test.groups)
        )
    }

    @Test func whatHoldsNoQuestionsIsNamed() throws {
        #expect(throws: QuestionError.file(.missing(path: folder("none")))) { _ = try DataSet(questions: folder("none")) }
        #expect {
            _ = try DataSet(questions: folder.path)
        } throws: { error in
            guard case QuestionError.noQuestionFile(folder.path, let expected) = error else { return false }
            return expected.first == "questions.jsonl" && expected.count == 4
        }
        let open = try folder.file("open.jsonl", #"{"id":1,"video":"a.mp4","question":"Q","answers":["x","y"]}"#)
        #expect(throws: DataSetError.noTrainingClips(source: open)) { _ = try DataSet(questions: open) }
    }
}
