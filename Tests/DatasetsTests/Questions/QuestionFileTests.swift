import Datasets
import TestSupport
import Testing

@Suite struct QuestionFileTests {
    @Test func readsQuestionsOfTheProject() throws {
        let file = try QuestionFile.open(questionFixture("own.jsonl"))
        #expect(file.format == .own && file.leftOut.isEmpty)
        let questions = file.questions
        #expect(
            questions[0]
                == AnsweredQuestion(
                    Question(
                        id: "fall-what", clip: "train/fall/one.mp4", text: "What falls off the shelf?",
                        answers: ["a cup", "a book", "a lamp"], groups: ["kind": "what"], part: .train), answer: 1))
        #expect(questions[1].answer == nil && questions[1].question.part == .validation)
        #expect(questions[2].question.id == "3" && questions[2].question.groups.isEmpty)
        #expect(questions[2].question.start == 10 && questions[2].question.end == 42.5 && questions[2].span == 1.5...4)
        #expect(questions.map(\.question.answers.count) == [3, 2, 4])
    }

    @Test func theProjectsQuestionsMayBringSubtitlesAndObjects() throws {
        let file = try QuestionFile.open(questionFixture("own.jsonl"))
        #expect(file.contexts.count == 1 && file.contexts[file.questions[0].question] == nil)
        let context = try #require(file.contexts[file.questions[2].question])
        #expect(context.objects == ["door", "cup"])
        #expect(
            context.subtitles == [
                Subtitle(begin: 1.5, end: 2.75, text: "How are you?", speaker: "Mia"),
                Subtitle(begin: 3, end: 4.5, text: "Fine.", speaker: "Noah"),
            ])
    }

    @Test func readsTVQA() throws {
        let file = try QuestionFile.open(questionFixture("tvqa.jsonl"))
        #expect(file.format == .tvqa && "\(file.format)" == "TVQA")
        #expect(file.questions.map(\.question.id) == ["11", "12", "13"])
        #expect(file.questions.map(\.answer) == [2, 0, nil])
        #expect(file.questions.map(\.span) == [0...8.49, nil, 61.3...70.02])
        #expect(file.questions[0].question.answers[2] == "A bag of flour ")
        #expect(
            file.questions[0].question.groups
                == ["show": "harbour", "season": "harbour_s06", "episode": "harbour_s06e12", "type": "what"])
        #expect(
            file.questions[1].question.groups == ["show": "bbt", "season": "bbt_s03", "episode": "bbt_s03e01", "type": "where"])
        #expect(file.questions[2].question.groups["type"] == "other")
    }

    @Test(arguments: [
        "Who?": "who", "  why not": "why", "HOW many": "how", "What's up": "what", "Whatever": "other", "\"No\"": "other",
    ])
    func theFirstWordTellsTheTypeOfAQuestion(text: String, type: String) throws {
        let folder = try TemporaryFolder()
        let escaped = text.replacing("\"", with: "\\\"")
        let path = try folder.file("q.jsonl", #"{"qid":1,"q":"\#(escaped)","a0":"x","a1":"y","vid_name":"somewhere"}"#)
        #expect(try QuestionFile.open(path).questions.map(\.question.groups) == [["type": type]])
    }

    @Test func readsTVQAPlus() throws {
        let file = try QuestionFile.open(questionFixture("tvqa-plus.json"))
        #expect(file.format == .tvqaPlus)
        #expect(file.questions.map(\.answer) == [1, 0])
        #expect(file.questions.map(\.span) == [2...7.4, nil])
        #expect(file.questions[0].question.answers.first == "Because Per calls .")
        #expect(
            file.questions[0].boxes == [
                ObjectBox(frame: 7, label: "Ida", left: 136, top: 14, width: 256, height: 346),
                ObjectBox(frame: 7, label: "cup", left: 200, top: 100, width: 52, height: 61),
                ObjectBox(frame: 13, label: "cup", left: 210, top: 40, width: 50, height: 60),
            ])
        #expect(file.questions[1].boxes.isEmpty && file.questions[1].question.groups["type"] == "who")
    }

    @Test func readsDramaQA() throws {
        let file = try QuestionFile.open(questionFixture("dramaqa.json"))
        #expect(file.format == .dramaQA)
        #expect(file.questions.map(\.answer) == [2, nil])
        #expect(file.questions.map(\.question.clip) == ["MadeUpDrama03_002_0000", "MadeUpDrama03_002_0006"])
        #expect(
            file.questions[0].question.groups
                == ["episode": "MadeUpDrama03", "scene": "MadeUpDrama03_002", "video": "scene", "level": "4", "memory": "3"])
        #expect(file.questions[1].question.groups["video"] == "shot" && file.questions[1].question.groups["level"] == "1")
    }

    @Test(arguments: [
        "\"ts\":\"NaN\",", "\"ts\":null,", "\"ts\":NaN,", "\"ts\":[null,null],", "\"ts\":\"9-9\",", "\"ts\":[5,1],",
        "\"ts\":\"\",", "",
    ])
    func whatIsNoSpanIsLeftOut(span: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.file(
            "q.jsonl", #"{"qid":"x",\#(span)"q":"Who?","a0":"x","a1":"y","vid_name":"v","answer_idx":" "}"#)
        #expect(throws: QuestionError.self) { try QuestionFile.open(path) }
        try folder.file("q.jsonl", #"{"qid":"x",\#(span)"q":"Who?","a0":"x","a1":"y","vid_name":"v","answer_idx":"1"}"#)
        let question = try #require(try QuestionFile.open(path).questions.first)
        #expect(question.span == nil && question.answer == 1)
    }

    @Test func aQuestionWithTwoRightAnswersMayBeLeftOut() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file(
            "q.jsonl",
            """
            {"qid":1,"q":"Who?","a0":"Mia","a1":" mia","a2":"Noah","answer_idx":1,"vid_name":"v"}
            {"qid":2,"q":"Who?","a0":"Mia","a1":" mia","a2":"Noah","answer_idx":2,"vid_name":"v"}
            {"qid":3,"q":"Who?","a0":"Mia","a1":" mia","a2":"Noah","vid_name":"v"}
            """)
        let file = try QuestionFile.open(path, ambiguity: .leftOut)
        #expect(file.questions.map(\.question.id) == ["2", "3"] && file.leftOut == ["1"])
        #expect(throws: QuestionError.self) { try QuestionFile.open(path) }
    }

    @Test func aFileThatIsNotThereIsMissingInput() throws {
        let folder = try TemporaryFolder()
        #expect { try QuestionFile.open(folder("no.json")) } throws: { ($0 as? QuestionError)?.exitCode == .inputMissing }
    }
}
