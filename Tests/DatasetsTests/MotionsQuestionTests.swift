import Datasets
import Testing

@Suite struct MotionsQuestionTests {
    static let questions = Motions.clips().flatMap { $0.questions() }

    @Test func eachClipHasOneQuestionOfEachKind() {
        for clip in Motions.clips(.init(train: 20, test: 5)) {
            let questions = clip.questions()
            #expect(questions.map(\.kind) == Motions.Question.Kind.allCases)
            for question in questions {
                #expect(question.answers.count == 5 && Set(question.answers).count == 5)
                #expect(question.answers.indices.contains(question.answer))
            }
            #expect(questions[0].answers[questions[0].answer] == clip.shape.name)
            #expect(questions[3].answers[questions[3].answer] == clip.hue.rawValue)
        }
    }

    @Test func theRightAnswerStandsAnywhere() {
        for kind in Motions.Question.Kind.allCases {
            let asked = Self.questions.filter { $0.kind == kind }
            for place in 0..<5 {
                let share = Double(asked.filter { $0.answer == place }.count) / Double(asked.count)
                #expect((0.15...0.25).contains(share), "\(kind), place \(place): \(share)")
            }
        }
    }

    /// Of all questions that offer an answer, it is right in a fifth: a reader who prefers an answer gains nothing.
    @Test func noAnswerIsRightMoreOftenThanItIsOffered() {
        for kind in Motions.Question.Kind.allCases {
            let asked = Self.questions.filter { $0.kind == kind }
            for answer in Set(asked.flatMap(\.answers)) {
                let offered = asked.filter { $0.answers.contains(answer) }
                let share = Double(offered.filter { $0.answers[$0.answer] == answer }.count) / Double(offered.count)
                let deviation = (0.2 * 0.8 / Double(offered.count)).squareRoot()
                #expect(abs(share - 0.2) < 4 * deviation, "\(kind), \(answer): \(share) of \(offered.count)")
            }
        }
    }

    /// The best guess from text alone, learnt on the training clips, is no better than chance on the test clips.
    @Test func textAloneDoesNotAnswer() {
        let train = Motions.clips(.init(train: 1_000, test: 0)).flatMap { $0.questions() }
        let test = Motions.clips(.init(train: 0, test: 300)).flatMap { $0.questions() }
        var right: [String: Double] = [:]
        var offered: [String: Double] = [:]
        for question in train {
            for (place, answer) in question.answers.enumerated() {
                for cue in cues(question, answer) {
                    offered[cue, default: 0] += 1
                    if place == question.answer { right[cue, default: 0] += 1 }
                }
            }
        }
        let hits = test.filter { question in
            let scores = question.answers.map { answer in
                cues(question, answer).reduce(0) { $0 + ((right[$1] ?? 0) + 1) / ((offered[$1] ?? 0) + 5) }
            }
            return scores.indices.max { scores[$0] < scores[$1] } == question.answer
        }.count
        let accuracy = Double(hits) / Double(test.count)
        #expect((0.16...0.24).contains(accuracy), "\(accuracy)")
    }

    private func cues(_ question: Motions.Question, _ answer: String) -> [String] {
        [answer] + question.text.split(separator: " ").map { "\(question.kind) \($0) \(answer)" }
            + question.answers.map { "\(question.kind) beside \($0) \(answer)" }
    }
}
