import Files

/// The tokens of a text encoder and their ids, as in the `vocab.txt` of a BERT model: the n-th line, from 0, is the token of id n.
///
/// Tokens are told apart by their bytes: a composed letter and the same letter with a combining accent are two tokens.
public struct Vocabulary: Sendable, Equatable {
    /// The special tokens that each vocabulary has: padding, unknown word, beginning, end of a part, masked token.
    public static let specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

    /// The id of `[PAD]`, which fills a batch up.
    public let padding: Int32
    /// The id of `[UNK]`, which stands for a word that no tokens make up.
    public let unknown: Int32
    /// The id of `[CLS]`, which begins a sequence.
    public let beginning: Int32
    /// The id of `[SEP]`, which ends each part of a sequence.
    public let separator: Int32
    /// The id of `[MASK]`, which hides a token.
    public let mask: Int32
    let table: TokenTable
    /// The length of the longest token in bytes.
    let longestToken: Int

    /// The vocabulary in which the ids of `tokens` are their places; errors call it `source`.
    ///
    /// Throws `VocabularyError` where a token is empty, stands twice or holds a line break, and where a special token is missing.
    public init(tokens: [String], source: String = "the vocabulary") throws(VocabularyError) {
        var table = TokenTable()
        var longestToken = 0
        for (index, token) in tokens.enumerated() {
            let bytes = Array(token.utf8)
            guard !bytes.isEmpty else { throw .emptyLine(source: source, line: index + 1) }
            guard !bytes.contains(Self.newline), bytes.last != Self.carriageReturn else {
                throw .lineBreak(source: source, token: token)
            }
            let (id, isNew) = table.insert(bytes)
            guard isNew else { throw .duplicate(source: source, token: token, line: index + 1, first: Int(id) + 1) }
            longestToken = max(longestToken, bytes.count)
        }
        let specials = Self.specialTokens.map { table.id(of: $0) }
        let missing = zip(Self.specialTokens, specials).filter { $0.1 == nil }.map(\.0)
        guard missing.isEmpty else { throw .missingSpecials(source: source, tokens: missing) }
        let ids = specials.compactMap(\.self)
        (padding, unknown, beginning, separator, mask) = (ids[0], ids[1], ids[2], ids[3], ids[4])
        self.table = table
        self.longestToken = longestToken
    }

    /// Reads a token a line from a UTF-8 file whose lines end in a line feed, or in a carriage return and a line feed.
    ///
    /// Empty lines at the end are left out. Throws `VocabularyError`, which names the file and the line.
    public init(contentsOf path: String) throws(VocabularyError) {
        let text: String
        do { text = try FileReader.text(of: path) } catch { throw .file(error) }
        var lines = text.utf8.split(separator: Self.newline, omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == Self.carriageReturn ? line.dropLast() : line, as: UTF8.self)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        try self.init(tokens: lines, source: path)
    }

    /// Writes a token a line; a reader finds the whole file or none. Throws `VocabularyError.file`.
    public func write(to path: String) throws(VocabularyError) {
        let bytes = (0..<Int32(count)).flatMap { table[$0] + [Self.newline] }
        do { try AtomicFile.write(bytes, to: path) } catch { throw .file(error) }
    }

    /// How many tokens there are.
    public var count: Int { table.count }

    /// All tokens in the order of their ids.
    public var tokens: [String] { (0..<Int32(count)).map { self[$0] } }

    /// The token of an id in 0 ..< count.
    public subscript(id: Int32) -> String { String(decoding: table[id], as: UTF8.self) }

    /// The id of a token with these bytes; nil where there is none.
    public func id(of token: String) -> Int32? { table.id(of: token) }

    /// Whether `id` is that of one of the special tokens.
    public func isSpecial(_ id: Int32) -> Bool {
        id == padding || id == unknown || id == beginning || id == separator || id == mask
    }

    private static let newline = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")
}

extension TokenTable {
    /// The number of the string with the UTF-8 of `token`.
    func id(of token: String) -> Int32? {
        let bytes = Array(token.utf8)
        return id(hash: Self.hash(of: bytes), of: bytes[...])
    }
}
