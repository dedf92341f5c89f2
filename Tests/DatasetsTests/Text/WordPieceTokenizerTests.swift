import Datasets
import Files
import Foundation
import Testing
import TestSupport

/// Against Hugging Face's `tokenizers`: `tools/reference/wordpiece.py`.
@Suite struct WordPieceTokenizerTests {
    private static func vocabulary() throws -> Vocabulary {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try Vocabulary(contentsOf: tests.appendingPathComponent("Reference/text/vocabulary.txt").path)
    }

    @Test(arguments: [true, false])
    func linesHaveTheIdsOfHuggingFace(lowercases: Bool) throws {
        let tokenizer = WordPieceTokenizer(vocabulary: try Self.vocabulary(), lowercases: lowercases)
        let lines = try reference("text/wordpiece.json").list("lines")
        #expect(lines.count > 150)
        for line in lines {
            let text = try line.text("text")
            let expected = try line.integers(lowercases ? "uncased" : "cased").map(Int32.init)
            #expect(tokenizer.ids(of: text) == expected, "\(text.debugDescription)")
        }
    }

    @Test(arguments: [("uncasedDigests", true), ("casedDigests", false)])
    func tenThousandMadeLinesHaveTheDigestsOfHuggingFace(key: String, lowercases: Bool) throws {
        let tokenizer = WordPieceTokenizer(vocabulary: try Self.vocabulary(), lowercases: lowercases)
        let reference = try reference("text/wordpiece.json")
        var maker = try LineMaker(reference)
        let digests = try reference.list(key).compactMap(\.stringValue)
        #expect(digests.count == 100)
        for (block, expected) in digests.enumerated() {
            var state: UInt64 = 0xCBF2_9CE4_8422_2325
            for _ in 0..<100 {
                let ids = tokenizer.ids(of: maker.line())
                for value in ids + [Int32(ids.count)] { state = (state ^ UInt64(value)) &* 0x100_0000_01B3 }
            }
            let found = String(state, radix: 16)
            #expect(
                String(repeating: "0", count: 16 - found.count) + found == expected, "lines \(100 * block) to \(100 * block + 99)"
            )
        }
    }

    @Test func appendingKeepsWhatIsThere() throws {
        let tokenizer = WordPieceTokenizer(vocabulary: try Self.vocabulary())
        var ids: [Int32] = [7]
        tokenizer.append(idsOf: "the question", to: &ids)
        tokenizer.append(idsOf: "zzzz", to: &ids)
        #expect(ids == [7] + tokenizer.ids(of: "the question") + [tokenizer.vocabulary.unknown])
    }

    @Test func namesOfSpecialTokensMeanNothingInText() throws {
        let vocabulary = try Self.vocabulary()
        for lowercases in [true, false] {
            let ids = WordPieceTokenizer(vocabulary: vocabulary, lowercases: lowercases).ids(of: "[MASK] [SEP]")
            #expect(!ids.contains(vocabulary.mask) && !ids.contains(vocabulary.separator) && ids.count > 4)
        }
    }
}

/// The lines of `made_lines` in `tools/reference/wordpiece.py`, from the same draws.
private struct LineMaker {
    private let words: [String], onsets: [String], vowels: [String], codas: [String]
    private let blocks: [[Double]]
    private let values = HashValues("wordpiece lines")
    private var draws = 0

    init(_ reference: JSON) throws {
        func texts(_ key: String) throws -> [String] { try reference.list(key).compactMap(\.stringValue) }
        (words, onsets, vowels, codas) = (try texts("words"), try texts("onsets"), try texts("vowels"), try texts("codas"))
        blocks = try reference.list("blocks").map { try $0.numbers() }
    }

    mutating func line() -> String {
        var line = String.UnicodeScalarView()
        for _ in 0..<1 + below(12) {
            switch below(8) {
            case 0, 1: line += (words[below(words.count)] + " ").unicodeScalars
            case 2, 3:
                for _ in 0..<1 + below(4) { line += syllable().unicodeScalars }
                line.append(" ")
            case 4: line += syllable().uppercased().unicodeScalars
            default:
                for _ in 0..<1 + below(3) {
                    let block = blocks[below(blocks.count)]
                    line += [Unicode.Scalar(UInt32(block[0]) + UInt32(below(Int(block[1] - block[0]) + 1)))].compactMap(\.self)
                }
            }
        }
        return String(line)
    }

    private mutating func syllable() -> String {
        onsets[below(onsets.count)] + vowels[below(vowels.count)] + codas[below(codas.count)]
    }

    private mutating func below(_ limit: Int) -> Int {
        draws += 1
        return Int(values.fraction(draws - 1) * Double(limit))
    }
}
