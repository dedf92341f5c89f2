import Datasets
import Testing

@Suite struct TokenSequenceTests {
    private let vocabulary: Vocabulary

    init() throws { vocabulary = try Vocabulary(tokens: Vocabulary.specialTokens) }

    private func sequence(
        _ question: [Int32] = [11, 12], _ answer: [Int32] = [21, 22, 23], _ objects: [Int32] = [31, 32],
        _ sentences: [[Int32]] = [[41], [51, 52, 53]], _ maximumLength: Int = 512
    ) -> TokenSequence {
        TokenSequence(
            question: question, answer: answer, objects: objects, sentences: sentences, vocabulary: vocabulary,
            maximumLength: maximumLength)
    }

    /// Where the sentences are, by their index.
    private func places(_ sequence: TokenSequence) -> [Int: Range<Int>] {
        Dictionary(uniqueKeysWithValues: sequence.sentences.map { ($0.index, $0.tokens) })
    }

    @Test func partsStandInTheOrderOfTheCard() {
        let whole = sequence()
        #expect(whole.ids == [2, 11, 12, 3, 21, 22, 23, 3, 31, 32, 3, 41, 3, 51, 52, 53, 3])
        #expect(whole.types == [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1])
        #expect(whole.answer == 4..<7 && whole.omitted == 0)
        #expect(places(whole) == [0: 11..<12, 1: 13..<16])
    }

    @Test func theContextIsCutAtItsEnd() {
        #expect(sequence([11, 12], [21, 22, 23], [31, 32], [[41], [51, 52, 53]], 17) == sequence())
        let cut = sequence([11, 12], [21, 22, 23], [31, 32], [[41], [51, 52, 53]], 15)
        #expect(cut.ids == [2, 11, 12, 3, 21, 22, 23, 3, 31, 32, 3, 41, 3, 51, 3])
        #expect(places(cut) == [0: 11..<12, 1: 13..<14] && cut.omitted == 2)
        // One place is no room for a token and its separator.
        let tight = sequence([11, 12], [21, 22, 23], [31, 32], [[41], [51, 52, 53]], 14)
        #expect(tight.ids.count == 13 && places(tight) == [0: 11..<12] && tight.omitted == 3)
        let objects = sequence([11, 12], [21, 22, 23], [31, 32], [[41], [51, 52, 53]], 10)
        #expect(objects.ids == [2, 11, 12, 3, 21, 22, 23, 3, 31, 3] && objects.sentences.isEmpty && objects.omitted == 5)
    }

    /// After a sentence that was cut nothing follows, even where it would have fitted.
    @Test func nothingFollowsWhatWasCut() {
        let cut = sequence([11], [21], [], [[41, 42, 43], [51]], 9)
        #expect(cut.ids == [2, 11, 3, 21, 3, 41, 42, 43, 3] && cut.omitted == 1)
        let none = sequence([11], [21], [31, 32], [[41]], 6)
        #expect(none.ids == [2, 11, 3, 21, 3] && none.omitted == 3)
    }

    @Test(arguments: [
        (8, [Int32](11...12), [Int32](21...23), 0), (7, [11, 12], [21, 22], 1), (6, [11], [21, 22], 2), (5, [11], [21], 3),
        (4, [], [21], 4), (3, [], [], 5),
    ])
    func questionAndAnswerAreCutOnlyWhereTheyAloneDoNotFit(length: Int, question: [Int32], answer: [Int32], cut: Int) {
        let short = sequence([11, 12], [21, 22, 23], [31, 32], [[41], [51, 52, 53]], length)
        #expect(short.ids == [2] + question + [3] + answer + [3])
        #expect(short.answer == question.count + 2..<question.count + 2 + answer.count)
        #expect(short.types == [Int32](repeating: 0, count: short.ids.count) && short.omitted == 6 + cut)
    }

    @Test func theLongerOfTheTwoIsShortenedFirst() {
        let long = sequence([Int32](11...18), [21, 22], [], [], 8)
        #expect(long.ids == [2, 11, 12, 13, 3, 21, 22, 3] && long.omitted == 5)
    }

    @Test func partsWithoutTokensWork() {
        let bare = sequence([], [], [], [])
        #expect(bare.ids == [2, 3, 3] && bare.types == [0, 0, 0] && bare.answer == 2..<2 && bare.sentences.isEmpty)
        let gap = sequence([], [21], [], [[], [41], []])
        #expect(gap.ids == [2, 3, 21, 3, 41, 3] && places(gap) == [1: 4..<5])
    }
}
