import Datasets
import Files

/// Lines of text files to tokens on one thread, from strings in memory to ids in one array.
struct TokenizerBenchmark {
    let bench: BenchmarkSetting
    let files: [String]

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let work = bench.configuration[TokenizerBenchmarkOptions.self]
        let lines = try files.flatMap { path in
            try FileReader.text(of: path).utf8.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        }
        let vocabulary = try work.vocabulary.map { try Vocabulary(contentsOf: $0) } ?? built(from: lines, work)
        let tokenizer = WordPieceTokenizer(vocabulary: vocabulary, lowercases: work.lowercases)
        var ids: [Int32] = []
        let seconds = bench.seconds {
            ids.removeAll(keepingCapacity: true)
            for line in lines { tokenizer.append(idsOf: line, to: &ids) }
        }
        let megabytes = Double(lines.reduce(0) { $0 + $1.utf8.count }) / 1e6
        let digest = ids.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        try report(
            BenchmarkResult(
                bench: bench.name, subject: "\(lines.count) lines, \(vocabulary.count) tokens, one thread", unit: "MB/s",
                rates: seconds.map { megabytes / $0 },
                details: [
                    ("lines", Double(lines.count)), ("megabytes", megabytes), ("tokens", Double(ids.count)),
                    ("seconds", seconds.sorted()[seconds.count / 2]),
                ],
                note: ("digest", String(digest, radix: 16))))
    }

    private func built(from lines: [String], _ work: TokenizerBenchmarkOptions) throws(VocabularyError) -> Vocabulary {
        var builder = VocabularyBuilder(lowercases: work.lowercases)
        for line in lines { builder.add(line) }
        return try builder.vocabulary(size: work.size)
    }
}

/// With what tokens the lines are made up.
public struct TokenizerBenchmarkOptions: ConfigurationGroup {
    /// A `vocab.txt`; without one a vocabulary is built from the texts.
    public var vocabulary: String?
    /// How many tokens a vocabulary that is built has at most.
    public var size = 30_000
    /// Whether letters become lower case and lose their accents.
    public var lowercases = true

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("tokenizer.vocabulary", \.vocabulary, help: "A vocab.txt; without one it is built from the texts."),
        .init("tokenizer.size", \.size, in: 100...10_000_000, help: "Tokens at most, where the vocabulary is built."),
        .init("tokenizer.lowercases", \.lowercases, help: "Lower case without accents."),
    ]
}
