/// Turns text into tokens as BERT does, in the form of Hugging Face's `tokenizers` (BertNormalizer, BertPreTokenizer, WordPiece).
///
/// Uncased text loses accents and becomes lower case. White space separates words; punctuation marks and Chinese characters are words of
/// their own. A word becomes the longest token that it begins with, then the longest with `##` that its rest begins with, and so on; a
/// word of more than 100 scalars, or with a rest that begins with no token, is `[UNK]`. The names of special tokens mean nothing in text.
///
/// Scalars follow the Unicode of Swift and the decompositions of Foundation, while `tokenizers` 0.23 takes nonspacing marks, punctuation and
/// formats from Unicode 8: uncased it treats 659 of all scalars differently, cased 163, all of them assigned or recategorised since.
public struct WordPieceTokenizer: Sendable {
    /// The tokens and their ids.
    public let vocabulary: Vocabulary
    /// Whether letters become lower case and lose their accents.
    public var lowercases: Bool { splitter.lowercases }

    private let splitter: WordSplitter

    /// A word of more scalars is unknown.
    private static let longestWord = 100
    private static let continuationSeed = TokenTable.hash(of: "##".utf8)

    /// A tokenizer with the tokens of `vocabulary`; a cased model has `lowercases` false.
    public init(vocabulary: Vocabulary, lowercases: Bool = true) {
        self.vocabulary = vocabulary
        splitter = WordSplitter(lowercases: lowercases)
    }

    /// The ids of the tokens of `text`, without special tokens around them.
    public func ids(of text: String) -> [Int32] {
        var ids: [Int32] = []
        append(idsOf: text, to: &ids)
        return ids
    }

    /// Appends the ids of the tokens of `text`, for loops that keep their array.
    public func append(idsOf text: String, to ids: inout [Int32]) {
        var hashes: [UInt64] = []
        splitter.forEachWord(of: text) { word in
            if let id = vocabulary.table.id(hash: TokenTable.hash(of: word), of: word[...]),
                !isTooLong(word)
            {
                ids.append(id)
            } else {
                append(piecesOf: word, to: &ids, &hashes)
            }
        }
    }

    /// Appends the longest tokens that make the word up, or `[UNK]`. `hashes` is room for those of the beginnings of a rest.
    private func append(piecesOf word: [UInt8], to ids: inout [Int32], _ hashes: inout [UInt64]) {
        let before = ids.count
        var start = 0
        while start < word.count, let (id, end) = longestToken(of: word, from: start, &hashes), !isTooLong(word) {
            ids.append(id)
            start = end
        }
        if start == word.count { return }
        ids.removeLast(ids.count - before)
        ids.append(vocabulary.unknown)
    }

    /// The longest token that begins at `start`, and where it ends.
    private func longestToken(of word: [UInt8], from start: Int, _ hashes: inout [UInt64]) -> (id: Int32, end: Int)? {
        var hash = start == 0 ? TokenTable.seed : Self.continuationSeed
        hashes.removeAll(keepingCapacity: true)
        for byte in word[start...].prefix(vocabulary.longestToken) {
            hash = TokenTable.hash(hash, byte)
            hashes.append(hash)
        }
        for length in stride(from: hashes.count, to: 0, by: -1) {
            let piece = word[start..<start + length], hash = hashes[length - 1]
            let id =
                start == 0
                ? vocabulary.table.id(hash: hash, of: piece) : vocabulary.table.id(hash: hash, prefix: "##", of: piece)
            if let id { return (id, start + length) }
        }
        return nil
    }

    private func isTooLong(_ word: [UInt8]) -> Bool {
        word.count > Self.longestWord && word.count { $0 & 0xC0 != 0x80 } > Self.longestWord
    }
}
