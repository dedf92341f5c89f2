/// A question, one answer and what is known of the clip as one sequence of tokens:
///
///     [CLS] question [SEP] answer [SEP] objects [SEP] sentence 1 [SEP] sentence 2 [SEP] ...
///
/// Objects and sentences are the context. Where one has no tokens, it has no `[SEP]` either; question and answer always have theirs.
public struct TokenSequence: Sendable, Equatable {
    /// A sentence of the subtitles, all of it or its beginning.
    public struct Sentence: Sendable, Equatable {
        /// Its place among the sentences that were given.
        public let index: Int
        /// Where its tokens are in `ids`, without `[SEP]`; never empty.
        public let tokens: Range<Int>
    }

    /// The ids of the tokens, at most `maximumLength` of them.
    public private(set) var ids: [Int32]
    /// For each token 0 in question and answer, with `[CLS]` and their `[SEP]`, and 1 in the context.
    public private(set) var types: [Int32]
    /// Where the tokens of the answer are in `ids`, without `[SEP]`; may be empty.
    public let answer: Range<Int>
    /// The sentences of which tokens are there, in order.
    public private(set) var sentences: [Sentence] = []
    /// How many tokens of the five parts there was no room for; those set between the parts do not count.
    public private(set) var omitted: Int

    /// Puts the parts, which are tokens already, one after the other.
    ///
    /// What is too long loses the end of its context, and still ends in `[SEP]`. Question and answer are cut only where they alone do
    /// not fit: the longer of the two loses tokens at its end until they are equally long, then both in turn, the question first.
    ///
    /// - Parameters:
    ///   - objects: The names of all objects that were seen, in one row.
    ///   - sentences: The sentences of the subtitles in the order of time.
    ///   - maximumLength: How many tokens there may be, at least 3: `[CLS]` and twice `[SEP]` are always there.
    public init(
        question: [Int32], answer: [Int32], objects: [Int32], sentences: [[Int32]], vocabulary: Vocabulary, maximumLength: Int
    ) {
        precondition(maximumLength >= 3, "a sequence without room for its separators")
        let kept = Self.lengths(question.count, answer.count, room: maximumLength - 3)
        ids = [vocabulary.beginning] + question.prefix(kept.question) + [vocabulary.separator]
        self.answer = ids.count..<ids.count + kept.answer
        ids += answer.prefix(kept.answer) + [vocabulary.separator]
        types = [Int32](repeating: 0, count: ids.count)
        omitted = question.count - kept.question + answer.count - kept.answer

        append(objects, vocabulary.separator, maximumLength)
        for (index, sentence) in sentences.enumerated() {
            let start = ids.count
            append(sentence, vocabulary.separator, maximumLength)
            if ids.count > start { self.sentences.append(.init(index: index, tokens: start..<ids.count - 1)) }
        }
    }

    /// Appends what there is room for of a part of the context, and its separator. After a part that was cut there is room for none.
    private mutating func append(_ part: [Int32], _ separator: Int32, _ maximumLength: Int) {
        let kept = part.prefix(max(0, maximumLength - ids.count - 1))
        omitted += part.count - kept.count
        if kept.isEmpty { return }
        ids += kept + [separator]
        types += [Int32](repeating: 1, count: kept.count + 1)
    }

    /// How many tokens of question and answer fit into `room`.
    private static func lengths(_ question: Int, _ answer: Int, room: Int) -> (question: Int, answer: Int) {
        let excess = question + answer - room
        guard excess > 0 else { return (question, answer) }
        let longer = min(excess, abs(question - answer)), both = excess - longer
        return (
            question - (question > answer ? longer : 0) - (both + 1) / 2,
            answer - (answer > question ? longer : 0) - both / 2
        )
    }
}
