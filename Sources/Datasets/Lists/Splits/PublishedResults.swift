import Files

/// Accuracies that papers print, to stand beside one's own: the tables of `splits/published-results`, each figure with its source.
public struct PublishedResults: Sendable {
    /// One figure. What is nil was not told.
    public struct Entry: Sendable, Equatable {
        /// A name of its own, such as `ucf101-cmpl-10%`.
        public let name: String
        /// The data set as the split catalogue calls it, such as `ucf101`.
        public let dataSet: String
        /// The method, by the name that `--method` takes where it is one of ours.
        public let method: String
        /// The share of labelled clips, as its paper calls it.
        public let rate: String
        /// In percent, as printed.
        public let accuracyTop1: Double
        /// The standard deviation over the runs, in percentage points.
        public let deviation: Double?
        /// How many runs it is the mean of.
        public let runs: Int?
        /// The network, in the words of the paper.
        public let backbone: String?
        /// What the network sees: rgb, flow, gradient.
        public let input: String?
        /// What the weights began with: `none` for drawn ones.
        public let pretraining: String?
        /// The family of the labelled lists, as in the split catalogue.
        public let lists: String?
        /// What else must be known, such as `unconfirmed`.
        public let note: String?
        /// Where the figure was seen, in the words of `splits/NOTICE`.
        public let source: String
    }

    /// All figures, in the order of the files and their lines.
    public let entries: [Entry]

    /// Reads all tables (`<data set>.tsv`) of `folder`. Throws `file`, and `malformedList` or `field` with the line.
    public init(folder: String) throws(DataSetError) {
        let files = try FolderListing(folder).files.filter { $0.hasSuffix(PublishedResults.fileExtension) }
        guard !files.isEmpty else {
            throw .malformedList(path: folder, line: nil, reason: "no table <data set>\(PublishedResults.fileExtension) in it")
        }
        var entries: [Entry] = [], places: [String: String] = [:]
        for file in files {
            for (entry, place) in try PublishedResultsTable(Paths.join(folder, file)).rows() {
                if let earlier = places.updateValue("\(place)", forKey: entry.name) {
                    throw place.wrong("name", found: entry.name, expected: "a name of its own; it stands at \(earlier) too")
                }
                entries.append(entry)
            }
        }
        self.entries = entries
    }

    /// The tables beside the program, in the folder of the split catalogue. Throws `noCatalogue` where there is none.
    public static func standard() throws(DataSetError) -> PublishedResults {
        try PublishedResults(folder: Paths.join(SplitCatalogue.standard().root, "published-results"))
    }

    /// The figure called `name`. Throws `unknownResult` with the nearest name.
    public func entry(named name: String) throws(DataSetError) -> Entry {
        guard let entry = entries.first(where: { $0.name == name }) else {
            throw .unknownResult(name: name, nearest: NearestName.likely(name, among: entries.map(\.name)))
        }
        return entry
    }

    static let fileExtension = ".tsv"
}

/// One table of published results: a header that names all columns, then a figure a line.
private struct PublishedResultsTable {
    /// A line of a table.
    struct Place: CustomStringConvertible {
        let path: String, line: Int
        var description: String { "\(path), line \(line)" }

        func wrong(_ column: String, found: String, expected: String) -> DataSetError {
            .field(list: path, line: line, column: column, found: found, expected: expected)
        }
    }

    private static let columns = [
        "name", "method", "rate", "accuracyTop1", "deviation", "runs", "backbone", "input", "pretraining", "lists", "note",
        "source",
    ]

    private let path: String
    private let dataSet: String
    private let table: DelimitedText

    init(_ path: String) throws(DataSetError) {
        self.path = path
        dataSet = String(Paths.lastComponent(path).dropLast(PublishedResults.fileExtension.count))
        let lines = try TextLines.of(path)
        let comments = HeaderComments(lines).lineCount
        let body = lines.dropFirst(comments).map(\.text).joined(separator: "\n")
        table = try DelimitedText(body.utf8, separator: "\t", path: path, firstLine: comments + 1)
        guard let header = table.rows.first, header.fields == Self.columns else {
            throw .malformedList(
                path: path, line: table.rows.first?.line,
                reason: "expected the columns \(Self.columns.joined(separator: ", ")), separated by tabs")
        }
    }

    func rows() throws(DataSetError) -> [(PublishedResults.Entry, Place)] {
        var rows: [(PublishedResults.Entry, Place)] = []
        for row in table.rows.dropFirst() {
            let place = Place(path: path, line: row.line)
            guard row.fields.count == Self.columns.count else {
                throw .malformedList(
                    path: path, line: row.line,
                    reason: "\(counted(row.fields.count, "field")), the header has \(Self.columns.count)")
            }
            let fields = Dictionary(uniqueKeysWithValues: zip(Self.columns, row.fields))
            rows.append((try entry(PublishedResultsRow(fields: fields, place: place)), place))
        }
        return rows
    }

    private func entry(_ row: PublishedResultsRow) throws(DataSetError) -> PublishedResults.Entry {
        let name = try row.text("name")
        guard name.hasPrefix(dataSet + "-") else {
            throw row.place.wrong("name", found: name, expected: "a name that begins with \(dataSet)-")
        }
        let rate = try row.text("rate")
        do throws(DataSetError) { _ = try LabelRate(rate) } catch {
            throw row.place.wrong("rate", found: rate, expected: "a rate such as 10%")
        }
        return PublishedResults.Entry(
            name: name, dataSet: dataSet, method: try row.text("method"), rate: rate,
            accuracyTop1: try row.value("accuracyTop1", "a percentage, 0 to 100") { Double($0).flatMap(percentage) },
            deviation: try row.optional("deviation", "percentage points, 0 to 100, or nothing") {
                Double($0).flatMap(percentage)
            },
            runs: try row.optional("runs", "a whole number from 1, or nothing") { Int($0).flatMap { $0 > 0 ? $0 : nil } },
            backbone: row["backbone"], input: row["input"], pretraining: row["pretraining"], lists: row["lists"],
            note: row["note"], source: try row.text("source"))
    }

    private func percentage(_ value: Double) -> Double? { (0...100).contains(value) ? value : nil }
}

/// The fields of a line by column; errors name the line and the column.
private struct PublishedResultsRow {
    let fields: [String: String]
    let place: PublishedResultsTable.Place

    /// Nil where the field is empty.
    subscript(column: String) -> String? { fields[column].flatMap { $0.isEmpty ? nil : $0 } }

    func text(_ column: String) throws(DataSetError) -> String { try value(column, "a text") { $0 } }

    func value<Value>(_ column: String, _ expected: String, _ convert: (String) -> Value?) throws(DataSetError) -> Value {
        guard let value = self[column].flatMap(convert) else {
            throw place.wrong(column, found: self[column] ?? "", expected: expected)
        }
        return value
    }

    func optional<Value>(_ column: String, _ expected: String, _ convert: (String) -> Value?) throws(DataSetError) -> Value? {
        self[column] == nil ? nil : try value(column, expected, convert)
    }
}
