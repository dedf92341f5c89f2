import Datasets
import Tensor
import Testing

@Suite struct TokenMaskingTests {
    private static func vocabulary() throws -> Vocabulary { try Vocabulary(tokens: Vocabulary.specialTokens + ["a", "b"]) }

    private func key(_ number: UInt64) -> RandomKey {
        RandomKey(seed: 3, purpose: .photometry).derived("masking").derived(number)
    }

    @Test func masksAtTheRateAndTheSamePlacesForTheSameKey() throws {
        let vocabulary = try Self.vocabulary()
        let ids = [Int32](repeating: 5, count: 20_000)
        let masked = TokenMasking().masked(ids, protected: 0..<0, vocabulary: vocabulary, key: key(1))
        let share = Double(masked.count { $0 == vocabulary.mask }) / 20_000
        // Five standard deviations.
        #expect(abs(share - 0.15) < 0.0127)
        #expect(masked.allSatisfy { $0 == 5 || $0 == vocabulary.mask })
        #expect(TokenMasking().masked(ids, protected: 0..<0, vocabulary: vocabulary, key: key(1)) == masked)
        #expect(TokenMasking().masked(ids, protected: 0..<0, vocabulary: vocabulary, key: key(2)) != masked)
    }

    @Test func specialTokensStay() throws {
        let vocabulary = try Self.vocabulary()
        let ids: [Int32] = [2, 5, 1, 3, 0, 6, 4, 3]
        let masked = TokenMasking(rate: 1).masked(ids, protected: 0..<0, vocabulary: vocabulary, key: key(1))
        #expect(masked == [2, 4, 1, 3, 0, 4, 4, 3])
        #expect(TokenMasking(rate: 0).masked(ids, protected: 1..<2, vocabulary: vocabulary, key: key(1)) == ids)
    }

    /// Which one stays is drawn evenly; special tokens in the range do not count.
    @Test func oneTokenOfTheAnswerStays() throws {
        let vocabulary = try Self.vocabulary()
        let ids: [Int32] = [2, 5, 3, 5, 5, 1, 6, 3, 5]
        var stayed = [Int](repeating: 0, count: ids.count)
        for number in 0..<3000 as Range<UInt64> {
            let masked = TokenMasking(rate: 1).masked(ids, protected: 3..<8, vocabulary: vocabulary, key: key(number))
            let kept = ids.indices.filter { !vocabulary.isSpecial(ids[$0]) && masked[$0] != vocabulary.mask }
            #expect(kept.count == 1)
            for place in kept { stayed[place] += 1 }
        }
        #expect([3, 4, 6].allSatisfy { abs(stayed[$0] - 1000) < 130 } && stayed.reduce(0, +) == 3000)
    }

    @Test func anAnswerOfWhichSomethingStaysIsLeftToTheDraws() throws {
        let vocabulary = try Self.vocabulary()
        let ids = [Int32](repeating: 5, count: 6)
        for number in 0..<200 as Range<UInt64> {
            let free = TokenMasking(rate: 0.5).masked(ids, protected: 0..<0, vocabulary: vocabulary, key: key(number))
            let kept = TokenMasking(rate: 0.5).masked(ids, protected: 1..<3, vocabulary: vocabulary, key: key(number))
            let isHidden = free[1] == vocabulary.mask && free[2] == vocabulary.mask
            #expect(zip(free, kept).count { $0 != $1 } == (isHidden ? 1 : 0))
            #expect(kept[1] == 5 || kept[2] == 5)
        }
    }

    @Test func answersWithoutTokensAndRangesOutsideAreNoMatter() throws {
        let vocabulary = try Self.vocabulary()
        #expect(TokenMasking(rate: 1).masked([2, 3, 3], protected: 2..<2, vocabulary: vocabulary, key: key(1)) == [2, 3, 3])
        #expect(TokenMasking(rate: 1).masked([5], protected: 4..<9, vocabulary: vocabulary, key: key(1)) == [4])
        #expect(TokenMasking(rate: 1).masked([], protected: 0..<3, vocabulary: vocabulary, key: key(1)) == [])
    }
}
