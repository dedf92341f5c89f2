import Datasets
import Files
import Testing
import TestSupport

@Suite struct VocabularyBuilderTests {
    private func builder(_ texts: [String], minimumCount: Int = 1, maximumCharacters: Int = 1000) -> VocabularyBuilder {
        var builder = VocabularyBuilder(minimumCount: minimumCount, maximumCharacters: maximumCharacters)
        for text in texts { builder.add(text) }
        return builder
    }

    private func joined(_ texts: [String], size: Int = 1000, minimumCount: Int = 1) throws -> [String] {
        let tokens = try builder(texts, minimumCount: minimumCount).vocabulary(size: size).tokens
        return tokens.dropFirst(5).filter { $0.count > ($0.hasPrefix("##") ? 3 : 1) }
    }

    /// A hundred joins, at each of which one pair alone is the most frequent: `tools/reference/wordpiece.py`.
    @Test func joinsThePairsThatHuggingFaceJoins() throws {
        let reference = try reference("text/wordpiece.json")
        var builder = VocabularyBuilder(minimumCount: 1)
        for word in try reference.list("trainedWords") {
            builder.add(Array(repeating: try word.text("word"), count: try word.integer("count")).joined(separator: " "))
        }
        let expected = try reference.list("trainedVocabulary").compactMap(\.stringValue)
        #expect(expected.count == 125)
        #expect(try builder.vocabulary(size: expected.count).tokens == expected)
    }

    @Test func charactersComeFirstThenThoseInsideWords() throws {
        let tokens = try builder(["ba ca", "Éa!"]).vocabulary(size: 12).tokens
        #expect(tokens == Vocabulary.specialTokens + ["!", "a", "b", "c", "e", "##a"] + ["ba"])
    }

    @Test func equallyFrequentPairsAreJoinedByTheirIds() throws {
        #expect(try joined(["cd ab", "ef"]) == ["ab", "cd", "ef"])
        #expect(try joined(["ef ab cd"]) == ["ab", "cd", "ef"])
        #expect(try joined(["ac ab"]) == ["ab", "ac"])
    }

    @Test func theOrderOfTheTextsDoesNotMatter() throws {
        let values = HashValues("vocabulary builder").integers(4000, below: 5)
        let texts = stride(from: 0, to: 4000, by: 5).map {
            String(decoding: values[$0..<$0 + 5].map { UInt8(97 + $0) }, as: UTF8.self)
        }
        let tokens = try builder(texts).vocabulary(size: 400).tokens
        #expect(tokens.count == 400)
        #expect(try builder(texts.reversed()).vocabulary(size: 400).tokens == tokens)
        #expect(try builder([texts.joined(separator: " ")]).vocabulary(size: 400).tokens == tokens)
    }

    /// Each step by counting anew: overlapping pairs, and tokens that two pairs make.
    @Test func countsThatAreKeptUpToDateAreThoseOfCountingAnew() throws {
        let values = HashValues("few letters").integers(3000, below: 2)
        let words = stride(from: 0, to: 2990, by: 10).map { start in
            String(decoding: values[start..<start + 3 + start / 10 % 7].map { UInt8(97 + $0) }, as: UTF8.self)
        }
        let tokens = try builder(words).vocabulary(size: 100).tokens
        #expect(tokens == joinedNaively(words, size: 100))
    }

    private func joinedNaively(_ words: [String], size: Int) -> [String] {
        var tokens = Vocabulary.specialTokens + ["a", "b", "##a", "##b"]
        var split = words.map { $0.enumerated().map { $0 == 0 ? String($1) : "##\($1)" } }
        while tokens.count < size {
            var counts: [[Int]: Int] = [:]
            let ids = Dictionary(uniqueKeysWithValues: zip(tokens, 0...))
            for parts in split {
                for pair in zip(parts, parts.dropFirst()) { counts[[ids[pair.0] ?? 0, ids[pair.1] ?? 0], default: 0] += 1 }
            }
            guard let best = counts.min(by: { ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1]) })?.key else {
                break
            }
            let (left, right) = (tokens[best[0]], tokens[best[1]])
            let token = left + right.dropFirst(2)
            if !tokens.contains(token) { tokens.append(token) }
            split = split.map { parts in
                var new: [String] = [], isOpen = false
                for part in parts {
                    if isOpen, part == right {
                        new[new.count - 1] = token
                        isOpen = false
                    } else {
                        new.append(part)
                        isOpen = part == left
                    }
                }
                return new
            }
        }
        return tokens
    }

    @Test func rarePairsAreNotJoined() throws {
        #expect(try joined(["ab ab ab cd cd ef"], minimumCount: 2) == ["ab", "cd"])
        #expect(try joined(["ab ab ab cd cd ef"], minimumCount: 3) == ["ab"])
    }

    @Test func wordsWithRareCharactersAreLeftOut() throws {
        let tokens = try builder(["aab aab aab ax ax by"], maximumCharacters: 2).vocabulary(size: 100).tokens
        #expect(tokens == Vocabulary.specialTokens + ["a", "b", "##a", "##b", "aa", "aab"])
    }

    @Test func aBuiltVocabularyMakesUpTheWordsItWasBuiltFrom() throws {
        let texts = ["Which way does the blue disc go?", "naïve Straße 中文 한국"]
        let tokenizer = WordPieceTokenizer(vocabulary: try builder(texts).vocabulary(size: 60))
        for text in texts {
            let ids = tokenizer.ids(of: text)
            #expect(!ids.isEmpty && !ids.contains(tokenizer.vocabulary.unknown))
        }
    }

    @Test func textsWithoutWordsAndSizesWithoutRoomAreErrors() {
        #expect(throws: VocabularyError.noWords) { try builder(["", " \t\n"]).vocabulary(size: 100) }
        #expect(throws: VocabularyError.tooSmall(size: 8, needed: 9)) { try builder(["aba"]).vocabulary(size: 8) }
    }
}
