import Tensor

/// Replaces tokens by `[MASK]` at random, each on its own.
public struct TokenMasking: Sendable, Equatable {
    /// The probability with which a token is replaced, in 0 ... 1.
    public let rate: Double

    /// Masking with this rate.
    public init(rate: Double = 0.15) { self.rate = rate }

    /// `ids` with `[MASK]` in place of some; special tokens stay.
    ///
    /// The same key gives the same places. Where all tokens of `protected` that are not special were drawn, one of them, drawn at
    /// random, stays, so that an answer can still be told from others.
    ///
    /// - Parameters:
    ///   - ids: Ids of `vocabulary`, of any number.
    ///   - protected: Places in `ids`, such as `TokenSequence.answer`; may be empty.
    ///   - key: A key of this sequence's own.
    public func masked(_ ids: [Int32], protected: Range<Int>, vocabulary: Vocabulary, key: RandomKey) -> [Int32] {
        var random = key.stream
        // A number for each place, so that the draws of one token do not depend on what the others are.
        var isDrawn = ids.map { _ in random.chance(rate) }
        let answer = protected.clamped(to: ids.indices).filter { !vocabulary.isSpecial(ids[$0]) }
        if !answer.isEmpty, answer.allSatisfy({ isDrawn[$0] }) { isDrawn[answer[random.integer(below: answer.count)]] = false }
        return zip(ids, isDrawn).map { $1 && !vocabulary.isSpecial($0) ? vocabulary.mask : $0 }
    }
}
