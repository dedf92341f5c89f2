/// Cuts text into words as BERT does before it looks tokens up.
///
/// Controls are left out; white space separates words; each punctuation mark and each Chinese character is a word. Uncased, text is
/// decomposed canonically, loses its nonspacing marks, and each scalar becomes lower case on its own.
struct WordSplitter: Sendable {
    let lowercases: Bool
    /// What each ASCII byte becomes; the first three values are no letters.
    private let ascii: [UInt8]

    private static let dropped: UInt8 = 0, space: UInt8 = 1, alone: UInt8 = 2

    init(lowercases: Bool) {
        self.lowercases = lowercases
        ascii = (0..<128).map { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): lowercases ? byte | 0x20 : byte
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            case 0x09, 0x0A, 0x0D, 0x20: Self.space
            case 0x21...0x7E: Self.alone
            default: Self.dropped
            }
        }
    }

    /// Calls `body` with the UTF-8 of each word of `text`, in order; none is empty.
    @inline(__always) func forEachWord(of text: String, _ body: ([UInt8]) -> Void) {
        let bytes = text.utf8.span
        var word = Word()
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                index += 1
                let code = ascii[Int(byte)]
                if code > Self.alone {
                    word.bytes.append(code)
                } else if code != Self.dropped {
                    word.end(body)
                    if code == Self.alone { word.isolate(byte, body) }
                }
            } else {
                let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
                add(bytes.extracting(index..<index + length), to: &word, body)
                index += length
            }
        }
        word.end(body)
    }

    /// Adds a scalar outside ASCII, given by its UTF-8.
    @inline(never) private func add(_ encoded: Span<UInt8>, to word: inout Word, _ body: ([UInt8]) -> Void) {
        let rules = lowercases ? ScalarRules.uncased : ScalarRules.cased
        let scalar = Unicode.Scalar(utf8: encoded)
        let rule = rules.rule(of: scalar)
        switch rule.kind {
        case .dropped: break
        case .droppedStarter: word.marks.removeAll()
        case .space: word.end(body)
        case .letter: word.append(rule, encoded, rules)
        case .alone:
            word.end(body)
            word.append(rule, encoded, rules)
            word.end(body)
        case .mark:
            for scalar in String(decoding: rules.bytes[rule.range], as: UTF8.self).unicodeScalars { word.add(mark: scalar) }
        case .syllable: Hangul.append(lettersOf: scalar, to: &word.bytes)
        }
    }
}

/// The word that is being put together.
private struct Word {
    var bytes: [UInt8] = []
    /// The marks at the end, if nothing was appended since: classes and lengths in bytes.
    var marks: [(order: UInt8, length: Int)] = []
    /// How long the word was after the last mark; -1 where it has none.
    private var markedEnd = -1

    @inline(__always) mutating func end(_ body: ([UInt8]) -> Void) {
        if bytes.isEmpty { return }
        body(bytes)
        bytes.removeAll(keepingCapacity: true)
        markedEnd = -1
    }

    @inline(__always) mutating func isolate(_ byte: UInt8, _ body: ([UInt8]) -> Void) {
        bytes.append(byte)
        end(body)
    }

    mutating func append(_ rule: ScalarRules.Rule, _ encoded: Span<UInt8>, _ rules: ScalarRules) {
        if rule.range.isEmpty {
            for index in encoded.indices { bytes.append(encoded[index]) }
        } else {
            for index in rule.range { bytes.append(rules.bytes[index]) }
        }
    }

    /// Puts a mark that is kept into the canonical order of those before it; a starter ends them.
    mutating func add(mark: Unicode.Scalar) {
        if markedEnd != bytes.count { marks.removeAll() }
        let order = mark.properties.canonicalCombiningClass.rawValue
        let later = order == 0 ? [] : marks.reversed().prefix { $0.order > order }
        bytes.insert(contentsOf: mark.utf8, at: bytes.count - later.reduce(0) { $0 + $1.length })
        if order == 0 { marks.removeAll() } else { marks.insert((order, mark.utf8.count), at: marks.count - later.count) }
        markedEnd = bytes.count
    }
}

extension Unicode.Scalar {
    /// The scalar of well-formed UTF-8 of two to four bytes, as all strings hold.
    fileprivate init(utf8 bytes: Span<UInt8>) {
        var value = UInt32(bytes[0]) & (0xFF >> UInt32(bytes.count + 1))
        for index in 1..<bytes.count { value = value << 6 | UInt32(bytes[index] & 0x3F) }
        self = Unicode.Scalar(value) ?? "\u{FFFD}"
    }
}
