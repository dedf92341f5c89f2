import Datasets
import Tensor
import Testing

@Suite struct QuestionPoolTests {
    private func key(_ sample: Int, seed: UInt64 = 1) -> RandomKey {
        RandomKey(seed: seed, purpose: .order, sample: UInt64(sample))
    }

    /// Twelve shows of two episodes of two clips of three questions.
    private static let questions = (0..<144).map { number in
        let (show, episode, clip) = (number / 12, number / 6, number / 3)
        return Question(
            id: "\(number)", clip: "clip\(clip)", text: "Question \(number)?", answers: ["x", "y"],
            groups: ["show": "show\(show)", "episode": "episode\(episode)", "type": "what"])
    }

    @Test func drawsHardOnesFirst() {
        let pool = QuestionPool(Self.questions)
        for index in Self.questions.indices {
            let drawn = pool.negatives(for: index, count: 20, key: key(index))
            #expect(drawn.count == 20 && Set(drawn).count == 20 && !drawn.contains(index))
            #expect(Set(drawn[..<2]) == Set(index / 3 * 3..<index / 3 * 3 + 3).subtracting([index]))
            #expect(drawn[2..<5].allSatisfy { $0 / 6 == index / 6 })
            #expect(drawn[5..<11].allSatisfy { $0 / 12 == index / 12 })
            #expect(drawn[11...].allSatisfy { $0 / 12 != index / 12 })
        }
    }

    /// Two shows of six clips of a question of each of three kinds: the five others of the kind and show come before all others.
    @Test func thoseOfTheSameKindComeFirstWhereAsked() {
        let questions = (0..<36).map { number in
            Question(
                id: "\(number)", clip: "clip\(number / 3)", text: "Question \(number)?", answers: ["x", "y"],
                groups: ["show": "\(number / 18)", "kind": "\(number % 3)"])
        }
        let pool = QuestionPool(questions, first: .kind)
        for index in questions.indices {
            let drawn = pool.negatives(for: index, count: 8, key: key(index))
            #expect(drawn.count == 8 && drawn[..<5].allSatisfy { $0 % 3 == index % 3 && $0 / 18 == index / 18 && $0 != index })
            #expect(drawn[5...].allSatisfy { $0 % 3 != index % 3 || $0 / 18 != index / 18 })
        }
    }

    @Test func theKeyDecidesTheDraw() {
        let pool = QuestionPool(Self.questions)
        let first = pool.negatives(for: 5, count: 8, key: key(5))
        #expect(pool.negatives(for: 5, count: 8, key: key(5)) == first)
        #expect(pool.negatives(for: 5, count: 8, key: key(5, seed: 2)) != first)
        #expect(pool.negatives(for: 5, count: 3, key: key(5)) == Array(first[..<3]))
    }

    @Test func eachIsDrawnAsOftenAsTheOthersOfItsCircle() {
        let pool = QuestionPool(Self.questions)
        var counts = [Int](repeating: 0, count: Self.questions.count)
        for sample in 0..<6_000 { for index in pool.negatives(for: 0, count: 6, key: key(sample))[5...] { counts[index] += 1 } }
        #expect(
            counts[6..<12].allSatisfy { (850...1_150).contains($0) } && counts[12...].allSatisfy { $0 == 0 }, "\(counts[..<12])")
    }

    @Test func noTextIsDrawnTwiceAndNoneIsTheTrueOne() {
        let texts = ["Who?", "who? ", "Why?", "Why?", "Where?"]
        let questions = texts.enumerated().map { Question(id: "\($0)", clip: "clip", text: $1, answers: ["x", "y"]) }
        let pool = QuestionPool(questions)
        for sample in 0..<20 {
            let drawn = pool.negatives(for: 0, count: 4, key: key(sample)).map { texts[$0] }
            #expect(Set(drawn) == ["Why?", "Where?"] && drawn.count == 2)
        }
    }

    @Test func twoStretchesOfAVideoAreTwoClips() {
        let questions = [0.0, 0, 30, 30].enumerated().map {
            Question(id: "\($0)", clip: "v.mp4", start: $1, text: "Question \($0)?", answers: ["x", "y"])
        }
        let pool = QuestionPool(questions)
        for sample in 0..<10 { #expect(pool.negatives(for: 0, count: 1, key: key(sample)) == [1]) }
        #expect(Set(pool.negatives(for: 0, count: 9, key: key(0))) == [1, 2, 3])
    }
}
