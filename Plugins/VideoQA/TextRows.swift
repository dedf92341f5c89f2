import Tensor

/// Texts that a network reads at once: for each question one row a candidate, and behind them rows that are no candidates.
public struct TextRows: Sendable, Equatable {
    /// A sentence of a row.
    public struct Sentence: Sendable, Equatable {
        /// Its number among the sentences of the clip; nil: no sentence of the clip, said as it were all the time.
        public let number: Int?
        /// Its tokens, by their places in the row.
        public let tokens: Range<Int>

        /// A sentence of one token or more.
        public init(number: Int?, tokens: Range<Int>) {
            precondition(!tokens.isEmpty, "a sentence without tokens")
            self.number = number
            self.tokens = tokens
        }
    }

    /// Question, answer and what is said in the clip as one sequence of tokens.
    public struct Row: Sendable, Equatable {
        /// The tokens and the kind of each: 0 in question and answer, 1 after them.
        public let tokens: [Int], types: [Int]
        /// Where the tokens of the answer are; none of them may be masked all at once.
        public let answer: Range<Int>
        /// The sentences, in the order of time; never none.
        public let sentences: [Sentence]
        /// Tokens that it had no room for.
        public let omitted: Int

        /// A row; without `sentences` question and answer are its one sentence.
        public init(tokens: [Int], types: [Int], answer: Range<Int>, sentences: [Sentence], omitted: Int = 0) {
            precondition(!tokens.isEmpty && tokens.count == types.count, "\(tokens.count) tokens of \(types.count) types")
            precondition(sentences.allSatisfy { $0.tokens.upperBound <= tokens.count }, "a sentence goes on after its row")
            self.tokens = tokens
            self.types = types
            self.answer = answer
            self.omitted = omitted
            let asked = max(1, types.prefix { $0 == 0 }.count)
            self.sentences = sentences.isEmpty ? [Sentence(number: nil, tokens: 0..<asked)] : sentences
        }

        /// The same row with other tokens, such as masked ones.
        public func with(tokens: [Int]) -> Row {
            Row(tokens: tokens, types: types, answer: answer, sentences: sentences, omitted: omitted)
        }
    }

    /// All rows: the candidates of the first question, of the next, ..., and the copies.
    public let rows: [Row]
    /// Which rows are the candidates of a question.
    public let rowsOfQuestion: [Range<Int>]

    /// - Parameters:
    ///   - questions: The candidates of each question, one or more.
    ///   - copies: Rows of which the text alone is wanted, such as the masked text of the right answer of each question.
    public init(questions: [[Row]], copies: [Row] = []) {
        precondition(!questions.isEmpty && questions.allSatisfy { !$0.isEmpty }, "a question without candidates")
        var end = 0
        rowsOfQuestion = questions.map { candidates in
            defer { end += candidates.count }
            return end..<end + candidates.count
        }
        rows = questions.joined() + copies
    }

    /// Tokens of a row, in the mean, that it had no room for.
    public var omittedTokens: Double { Double(rows.reduce(0) { $0 + $1.omitted }) / Double(rows.count) }

    /// How many rows are candidates.
    var candidateCount: Int { rowsOfQuestion.last?.upperBound ?? 0 }

    /// Tokens of the longest row, sentences of the one that has most.
    var length: Int { rows.reduce(0) { max($0, $1.tokens.count) } }
    var sentenceLimit: Int { rows.reduce(0) { max($0, $1.sentences.count) } }

    /// How many sentences each row has.
    var sentenceCounts: [Int] { rows.map(\.sentences.count) }

    /// One value a token, row after row, each filled up with 0.
    func filled(_ values: KeyPath<Row, [Int]>) -> [Int] {
        let length = length
        return rows.flatMap { row in row[keyPath: values] + Array(repeating: 0, count: length - row.tokens.count) }
    }

    /// What makes the mean of each sentence of the states of tokens, `[rows, sentences, tokens]`; 0 for sentences that are not there.
    func averages(_ elementType: ElementType) -> Tensor {
        let (length, limit) = (length, sentenceLimit)
        var shares = [Double](repeating: 0, count: rows.count * limit * length)
        for (number, row) in rows.enumerated() {
            for (place, sentence) in row.sentences.enumerated() {
                let start = (number * limit + place) * length
                for token in sentence.tokens { shares[start + token] = 1 / Double(sentence.tokens.count) }
            }
        }
        return Tensor(shares, shape: [rows.count, limit, length]).converted(to: elementType)
    }
}
