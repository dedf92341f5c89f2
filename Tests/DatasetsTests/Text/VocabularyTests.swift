import Datasets
import Files
import Testing
import TestSupport

@Suite struct VocabularyTests {
    private let specials = Vocabulary.specialTokens

    @Test func idsAreTheNumbersOfTheLines() throws {
        let vocabulary = try Vocabulary(tokens: ["the", "[MASK]", "[SEP]", "[CLS]", "[UNK]", "[PAD]", "##e"])
        #expect(vocabulary.count == 7 && vocabulary.id(of: "the") == 0 && vocabulary.id(of: "##e") == 6)
        #expect(vocabulary.id(of: "e") == nil && vocabulary[6] == "##e")
        #expect(
            [vocabulary.mask, vocabulary.separator, vocabulary.beginning, vocabulary.unknown, vocabulary.padding] == [
                1, 2, 3, 4, 5,
            ])
        #expect((0..<7).filter { vocabulary.isSpecial($0) } == [1, 2, 3, 4, 5])
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let folder = try TemporaryFolder()
        let vocabulary = try Vocabulary(tokens: specials + ["e\u{301}", "\u{E9}", "##ß", "中", "#"])
        try vocabulary.write(to: folder("vocab.txt"))
        #expect(
            try FileReader.text(of: folder("vocab.txt"))
                == (specials + ["e\u{301}", "\u{E9}", "##ß", "中", "#"]).map { $0 + "\n" }.joined())
        #expect(try Vocabulary(contentsOf: folder("vocab.txt")) == vocabulary)
        #expect(throws: VocabularyError.self) { try vocabulary.write(to: folder("none/vocab.txt")) }
    }

    /// Swift holds the two strings for equal; BERT does not.
    @Test func composedAndDecomposedLettersAreTwoTokens() throws {
        let vocabulary = try Vocabulary(tokens: specials + ["\u{E9}", "e\u{301}"])
        #expect(vocabulary.id(of: "\u{E9}") == 5 && vocabulary.id(of: "e\u{301}") == 6)
        #expect(try vocabulary != Vocabulary(tokens: specials + ["e\u{301}", "\u{E9}"]))
    }

    @Test func carriageReturnsAndEmptyLinesAtTheEndAreLeftOut() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("vocab.txt", "\u{FEFF}" + (specials + ["a"]).map { $0 + "\r\n" }.joined() + "\r\n\n")
        #expect(try Vocabulary(contentsOf: path) == Vocabulary(tokens: specials + ["a"]))
    }

    @Test func errorsNameFileAndLine() throws {
        let folder = try TemporaryFolder()
        let head = specials.joined(separator: "\n") + "\n"
        let twice = try folder.file("twice.txt", head + "a\nb\na\n"), gap = try folder.file("gap.txt", head + "a\n\nb\n")
        let bare = try folder.file("bare.txt", "[PAD]\n[UNK]\n[SEP]\na\n"), empty = try folder.file("empty.txt")
        #expect(throws: VocabularyError.duplicate(source: twice, token: "a", line: 8, first: 6)) {
            try Vocabulary(contentsOf: twice)
        }
        #expect(throws: VocabularyError.emptyLine(source: gap, line: 7)) { try Vocabulary(contentsOf: gap) }
        #expect(throws: VocabularyError.missingSpecials(source: bare, tokens: ["[CLS]", "[MASK]"])) {
            try Vocabulary(contentsOf: bare)
        }
        #expect(throws: VocabularyError.missingSpecials(source: empty, tokens: specials)) { try Vocabulary(contentsOf: empty) }
        #expect(throws: VocabularyError.file(.missing(path: folder("none")))) { try Vocabulary(contentsOf: folder("none")) }
        for error in [VocabularyError.duplicate(source: twice, token: "a", line: 8, first: 6), .emptyLine(source: gap, line: 7)] {
            #expect(error.description.contains(".txt, line ") && error.exitCode == .badData)
        }
    }

    @Test func tokensThatNoLineCanHoldAreRefused() {
        for token in ["a\nb", "a\r"] {
            #expect(throws: VocabularyError.lineBreak(source: "mine", token: token)) {
                try Vocabulary(tokens: specials + [token], source: "mine")
            }
        }
    }
}
