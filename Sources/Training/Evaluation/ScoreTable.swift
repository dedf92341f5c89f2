import Files

/// The scores of a network on every test video, as the file `test-scores.tsv` of a run holds them: what evaluations that are paired by
/// video need.
///
/// Columns of tabs: each video with its group, its true class, the predicted one, the rank of the true class from 1, and the score of
/// every class, the mean of the logits over the views.
public struct ScoreTable: Sendable, Equatable {
    /// One scored video.
    public struct Row: Sendable, Equatable {
        /// `Class/stem`, and the group that ties clips of one source together.
        public let video: String, group: String?
        /// The true class and the predicted one, as indices of `classes`.
        public let label: Int, prediction: Int
        /// The place of the true class among all, from 1.
        public let rank: Int
        /// The mean of the logits over the views, by class.
        public let scores: [Double]

        /// Whether the prediction is right.
        public var isRight: Bool { label == prediction }
    }

    /// The classes in index order.
    public let classes: [String]
    /// The videos that could be read, in list order.
    public let rows: [Row]

    private static let facts = ["video", "group", "label", "prediction", "rank"]

    /// Reads the file at `path`. Throws `FileError`, and `MalformedScores` with the first line and field that is wrong.
    public init(contentsOf path: String) throws {
        var lines = try FileReader.bytes(of: path).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let head = lines.first.map(Self.fields)?.map { String(decoding: $0, as: UTF8.self) } ?? []
        guard Array(head.prefix(Self.facts.count)) == Self.facts, head.count > Self.facts.count else {
            let expected = Self.facts.joined(separator: ", ") + " and the classes, with tabs between them"
            throw MalformedScores(path: path, line: 1, field: "columns", expected: expected)
        }
        classes = Array(head.dropFirst(Self.facts.count))
        let indices = Dictionary(classes.enumerated().map { ($1, $0) }) { first, _ in first }
        rows = try lines.enumerated().dropFirst().map { number, line throws -> Row in
            try Row(Self.fields(line), indices) { field, expected in
                MalformedScores(path: path, line: number + 1, field: field, expected: expected)
            }
        }
    }

    private static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    }
}

extension ScoreTable.Row {
    /// Reads the fields of a line; `mistake` makes the error out of a field and what was expected of it.
    fileprivate init(
        _ fields: [ArraySlice<UInt8>], _ classes: [String: Int],
        _ mistake: (_ field: String, _ expected: String) -> MalformedScores
    ) throws {
        guard fields.count == classes.count + 5 else {
            throw mistake("columns", "\(classes.count + 5) as in the first line, found \(fields.count)")
        }
        let texts = fields.prefix(5).map { String(decoding: $0, as: UTF8.self) }
        func index(_ place: Int, _ name: String) throws -> Int {
            guard let index = classes[texts[place]] else {
                throw mistake(name, "a class of the first line, found \(texts[place])")
            }
            return index
        }
        video = texts[0]
        group = texts[1].isEmpty ? nil : texts[1]
        label = try index(2, "label")
        prediction = try index(3, "prediction")
        guard let rank = Int(texts[4]), (1...classes.count).contains(rank) else {
            throw mistake("rank", "a whole number from 1 to \(classes.count), found \(texts[4])")
        }
        self.rank = rank
        scores = try fields[5...].enumerated().map { place, field in
            let text = String(decoding: field, as: UTF8.self)
            guard let score = Double(text), score.isFinite else {
                throw mistake("score \(place + 1)", "a finite number, found \(text)")
            }
            return score
        }
    }
}

/// A table of scores that does not read back.
public struct MalformedScores: ReportedError, Equatable {
    /// The file, the line from 1, the column, and what should be there.
    public let path: String, line: Int, field: String, expected: String
    public var exitCode: ExitCode { .badData }
    public var description: String {
        "\(path): line \(line): \(field): expected \(expected); restore the file, or write it anew by training again"
    }
}

extension ClassificationReport {
    /// Writes what `ScoreTable` reads. Throws `FileError`.
    func writeScores(classes: [String], to path: String) throws(FileError) {
        let head = ["video", "group", "label", "prediction", "rank"] + classes
        let lines = rows.map { row in
            let facts = [row.name, row.group ?? "", classes[row.label], classes[prediction(of: row)], String(rank(of: row) + 1)]
            // The network's scores have no more digits than Float has.
            return facts + row.scores.map { String(Float($0)) }
        }
        try AtomicFile.write(([head] + lines).map { $0.joined(separator: "\t") + "\n" }.joined(), to: path)
    }
}
