import Foundation

/// What becomes of each Unicode scalar in the words of a text, found once from the properties that Swift and Foundation know.
struct ScalarRules: Sendable {
    /// The rules where letters become lower case and lose their accents.
    static let uncased = ScalarRules(lowercases: true)
    /// The rules where letters stay as they are.
    static let cased = ScalarRules(lowercases: false)

    enum Kind: UInt32 {
        /// Left out, as if it were not there.
        case dropped
        /// Left out too, but marks do not move across it.
        case droppedStarter
        case space
        /// Part of a word.
        case letter
        /// A word of its own: punctuation and Chinese characters.
        case alone
        /// Holds marks that have to be put in their canonical order.
        case mark
        /// A syllable of Hangul, which falls into its letters.
        case syllable
    }

    /// What becomes of one scalar, in 32 bits.
    struct Rule {
        fileprivate let packed: UInt32

        fileprivate init(_ kind: Kind, offset: Int = 0, length: Int = 0) {
            packed = kind.rawValue | UInt32(length) << 3 | UInt32(offset) << 8
        }

        var kind: Kind { Kind(rawValue: packed & 7) ?? .dropped }
        /// Where its bytes are in `bytes`; empty where they are those of the scalar itself.
        var range: Range<Int> { Int(packed >> 8)..<Int(packed >> 8) + Int(packed >> 3 & 31) }
    }

    /// The UTF-8 of what scalars become, where that is not themselves.
    private(set) var bytes: [UInt8] = []
    private var rules: [Rule] = []
    private let lowercases: Bool

    /// Scalars from here on are looked at when they come: almost all are private or not assigned.
    private static let end: UInt32 = 0x33500

    private init(lowercases: Bool) {
        self.lowercases = lowercases
        let decompositions = lowercases ? Self.decompositions() : [:]
        rules = (0..<Self.end).map { value in
            guard let scalar = Unicode.Scalar(value) else { return Rule(.dropped) }
            return rule(of: scalar, decomposition: decompositions[scalar])
        }
    }

    /// The rule of `scalar`.
    func rule(of scalar: Unicode.Scalar) -> Rule {
        if scalar.value < Self.end { return rules[Int(scalar.value)] }
        var unkept = self
        return unkept.rule(of: scalar, decomposition: nil)
    }

    /// The rule of a scalar that decomposes canonically into others, or does not.
    private mutating func rule(of scalar: Unicode.Scalar, decomposition: [Unicode.Scalar]?) -> Rule {
        if Hangul.isSyllable(scalar) { return Rule(lowercases ? .syllable : .letter) }
        if scalar.isChinese { return decomposition.map { rule(.alone, $0, of: scalar) } ?? Rule(.alone) }
        if scalar == "\t" || scalar == "\n" || scalar == "\r" { return Rule(.space) }
        if scalar.isLeftOut { return Rule(.dropped) }
        if scalar.properties.isWhitespace { return Rule(.space) }
        if !lowercases { return Rule(scalar.isPunctuation ? .alone : .letter) }

        let parts = decomposition ?? [scalar]
        let kept = parts.filter { $0.properties.generalCategory != .nonspacingMark }
        guard let first = kept.first else { return Rule(parts.allSatisfy(\.isStarter) ? .droppedStarter : .dropped) }
        if !kept.allSatisfy(\.isStarter) { return rule(.mark, kept, of: scalar) }
        if kept.count == 1, first.isPunctuation { return rule(.alone, kept, of: scalar) }
        let lower = kept.flatMap {
            $0.properties.changesWhenLowercased ? Array($0.properties.lowercaseMapping.unicodeScalars) : [$0]
        }
        return rule(.letter, lower, of: scalar)
    }

    private mutating func rule(_ kind: Kind, _ result: [Unicode.Scalar], of scalar: Unicode.Scalar) -> Rule {
        if result == [scalar] && kind != .mark { return Rule(kind) }
        let start = bytes.count
        for part in result { bytes += part.utf8 }
        return Rule(kind, offset: start, length: bytes.count - start)
    }

    /// The blocks in which scalars have canonical decompositions, but for the syllables of Hangul.
    private static let decomposing: [ClosedRange<UInt32>] = [
        0x00C0...0x30FF, 0xF900...0xFB4F, 0x105C0...0x105FF, 0x11080...0x1193F, 0x16100...0x1613F, 0x16D40...0x16D7F,
        0x1D100...0x1D1FF, 0x2F800...0x2FA1F,
    ]

    /// The canonical decompositions of single scalars. One call for all is quicker; line feeds keep them apart.
    private static func decompositions() -> [Unicode.Scalar: [Unicode.Scalar]] {
        let scalars = decomposing.joined().compactMap(Unicode.Scalar.init).filter { $0.properties.generalCategory != .unassigned }
        var text = String.UnicodeScalarView()
        for scalar in scalars { text += [scalar, "\n"] }
        let parts = String(text).decomposedStringWithCanonicalMapping.unicodeScalars.split(separator: "\n")
        return Dictionary(zip(scalars, parts.map(Array.init)).lazy.filter { $1 != [$0] }) { first, _ in first }
    }
}

extension Unicode.Scalar {
    /// Whether marks do not move across it in the canonical order.
    var isStarter: Bool { properties.canonicalCombiningClass == .notReordered }

    /// Controls, formats, what is private, and the sign for broken text.
    fileprivate var isLeftOut: Bool {
        switch properties.generalCategory {
        case .control, .format, .privateUse: true
        default: self == "\u{FFFD}"
        }
    }

    /// All of ASCII that is neither letter nor digit counts, such as `$` and `~`.
    fileprivate var isPunctuation: Bool {
        if isASCII { return (0x21...0x7E).contains(value) && !properties.isAlphabetic && properties.numericType == nil }
        return switch properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
            .otherPunctuation:
            true
        default: false
        }
    }

    /// The blocks that Hugging Face's BertNormalizer sets apart, with its gap before 0x2B920.
    fileprivate var isChinese: Bool {
        switch value {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B81F, 0x2B920...0x2CEAF,
            0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}

/// The arithmetic of Hangul syllables (the Unicode Standard, section 3.12).
enum Hangul {
    static func isSyllable(_ scalar: Unicode.Scalar) -> Bool { (0xAC00...0xD7A3).contains(scalar.value) }

    /// The UTF-8 of the two or three letters of a syllable, each three bytes long.
    static func append(lettersOf syllable: Unicode.Scalar, to bytes: inout [UInt8]) {
        let index = syllable.value - 0xAC00
        let (leading, vowel, trailing) = (0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11A7 + index % 28)
        for letter in [leading, vowel, trailing] where letter != 0x11A7 {
            bytes += [0xE0 | UInt8(letter >> 12), 0x80 | UInt8(letter >> 6 & 63), 0x80 | UInt8(letter & 63)]
        }
    }
}
