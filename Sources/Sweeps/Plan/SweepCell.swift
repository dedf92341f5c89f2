import Files
import Training

/// One run of a sweep.
public struct SweepCell: Sendable, Equatable {
    /// One option of the grid with the value that this cell has.
    public struct Value: Sendable, Equatable, Hashable {
        /// The dotted name, and the value as on the command line.
        public let name: String, text: String
    }

    /// The first 16 digits of the SHA-256 of the full configuration, so that equal cells have one name whatever file describes them.
    public let name: String
    /// What tells it from other cells: the options of the grid, and the seed of a repeat.
    public let values: [Value]
    /// Numbers from publications to set beside it.
    public let published: [PublishedNumber]

    /// What tells it from cells that differ in the seed alone.
    public var condition: [Value] { values.filter { $0.name != "seed" } }

    /// The seed as it was written; nil where all cells have one seed.
    public var seed: String? { values.first { $0.name == "seed" }?.text }

    /// In words: `cmpl, 1%, seed 0`.
    public var title: String { Self.title(values) }

    /// Values in words; methods, rates and splits speak for themselves.
    static func title(_ values: [Value]) -> String {
        values.map { value in
            switch value.name {
            case "method", "labels", "split", "data", "backbone": value.text
            case "seed": "seed \(value.text)"
            default: "\(value.name)=\(value.text)"
            }
        }.joined(separator: ", ")
    }
}

// MARK: sweep.json

extension SweepCell {
    /// The cell as it stands in `sweep.json`.
    public var json: JSON {
        .object([
            ("name", .string(name)), ("values", .object(values.map { ($0.name, .string($0.text)) })),
            ("published", .array(published.map(\.json))),
        ])
    }

    init?(_ json: JSON) {
        guard let name = json["name"]?.stringValue, let values = json["values"]?.objectValue,
            let published = json["published"]?.arrayValue
        else { return nil }
        self.name = name
        self.values = values.compactMap { name, value in value.stringValue.map { Value(name: name, text: $0) } }
        self.published = published.compactMap { PublishedNumber($0) }
    }
}

extension PublishedNumber {
    var json: JSON {
        .object([
            ("percent", .real(percent)), ("deviation", .number(deviation)), ("source", .string(source)),
        ])
    }

    init?(_ json: JSON) {
        guard let percent = json["percent"]?.realValue, let source = json["source"]?.stringValue else { return nil }
        self.init(percent: percent, deviation: json["deviation"]?.realValue, source: source)
    }
}
