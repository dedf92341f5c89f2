/// Builds a WordPiece vocabulary out of texts: characters first, then again and again the two neighbouring tokens that stand side by
/// side most often are joined, as Hugging Face's WordPieceTrainer does.
///
/// The result depends on the texts only, not on their order: of pairs that are equally frequent the one whose tokens have the lower ids
/// is joined first, the left token deciding before the right one.
public struct VocabularyBuilder: Sendable {
    /// Pairs that stand side by side less often are not joined.
    public let minimumCount: Int
    /// How many characters are kept at most, the most frequent ones; words with others are left out, since they cannot be made up.
    public let maximumCharacters: Int

    private let splitter: WordSplitter
    private var words = TokenTable()
    private var counts: [Int] = []

    /// A builder without texts, for a tokenizer of the same `lowercases`.
    public init(lowercases: Bool = true, minimumCount: Int = 2, maximumCharacters: Int = 1000) {
        self.minimumCount = minimumCount
        self.maximumCharacters = maximumCharacters
        splitter = WordSplitter(lowercases: lowercases)
    }

    /// How many different words the texts have so far.
    public var distinctWords: Int { words.count }

    /// Counts the words of a text.
    public mutating func add(_ text: String) {
        var (words, counts) = (self.words, self.counts)
        (self.words, self.counts) = (TokenTable(), [])
        splitter.forEachWord(of: text) { word in
            let (id, isNew) = words.insert(word)
            if isNew { counts.append(1) } else { counts[Int(id)] += 1 }
        }
        (self.words, self.counts) = (words, counts)
    }

    /// A vocabulary of at most `size` tokens: the special ones, each character, each character that stands inside a word with `##`, all
    /// by code point, then the joined tokens in the order of joining. It is smaller where no pair is left that is frequent enough.
    ///
    /// Throws `VocabularyError.noWords` where the texts have no word, and `tooSmall` where `size` has no room for the characters.
    public func vocabulary(size: Int) throws(VocabularyError) -> Vocabulary {
        guard words.count > 0 else { throw .noWords }
        let alphabet = alphabet()
        let kept = (0..<Int32(words.count)).map { scalars(of: $0) }.enumerated().filter { alphabet.isSuperset(of: $0.element) }
        let inside = kept.reduce(into: Set<Unicode.Scalar>()) { $0.formUnion($1.element.dropFirst()) }
        var tokens = TokenTable()
        for special in Vocabulary.specialTokens { _ = tokens.insert(Array(special.utf8)) }
        for character in alphabet.sorted() { _ = tokens.insert(Array(character.utf8)) }
        for character in inside.sorted() { _ = tokens.insert(Array("##".utf8) + character.utf8) }
        guard tokens.count <= size else { throw .tooSmall(size: size, needed: tokens.count) }

        let firsts = Dictionary(uniqueKeysWithValues: alphabet.map { ($0, tokens.id(of: String($0)) ?? 0) })
        let others = Dictionary(uniqueKeysWithValues: inside.map { ($0, tokens.id(of: "##\($0)") ?? 0) })
        var joining = PairJoining(tokens: tokens)
        for (index, word) in kept {
            joining.add(word.enumerated().compactMap { ($0 == 0 ? firsts : others)[$1] }, count: counts[index])
        }
        let joined = joining.joined(size: size, minimumCount: minimumCount)
        return try Vocabulary(tokens: (0..<Int32(joined.count)).map { String(decoding: joined[$0], as: UTF8.self) })
    }

    /// The most frequent characters; of equally frequent ones those of lower code points.
    private func alphabet() -> Set<Unicode.Scalar> {
        var frequencies: [Unicode.Scalar: Int] = [:]
        for index in counts.indices {
            for scalar in scalars(of: Int32(index)) { frequencies[scalar, default: 0] += counts[index] }
        }
        let ordered = frequencies.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return Set(ordered.prefix(maximumCharacters).map(\.key))
    }

    private func scalars(of word: Int32) -> [Unicode.Scalar] {
        Array(String(decoding: words[word], as: UTF8.self).unicodeScalars)
    }
}
