import Files
import Training

/// A sweep file as it was written: a base configuration, lists over options, and what is left out.
///
/// ```yaml
/// base: {data: motions, steps: 300}
/// grid:
///   method: [supervised, fixmatch, cmpl]
///   labels: [1%, 10%]
/// exclude:
///   - {method: supervised, labels: 10%}
/// repeats: 3
/// published:
///   - {method: cmpl, labels: 1%, percent: 84.1, source: "our own, 2026"}
/// ```
public struct SweepFile: Sendable {
    /// An option with the values that are gone through.
    public struct Axis: Sendable {
        /// The dotted name of the option.
        public let name: String
        /// At least one value.
        public var values: [ConfigurationInput]
        /// Where it is written.
        let origin: ConfigurationOrigin
    }

    /// Values of options that pick out cells.
    struct Selection: Sendable {
        /// The options, and for each the values of which a cell must have one.
        let values: [(name: String, anyOf: [ConfigurationInput])]
        let origin: ConfigurationOrigin
    }

    /// A number from a publication for the cells of a selection.
    struct Reference: Sendable {
        let selection: Selection
        /// The name of a line in `splits/published-results`, or the number itself.
        let source: Source

        enum Source: Sendable {
            case result(String)
            case number(PublishedNumber)
        }
    }

    /// The file.
    public let path: String
    /// The options that all cells share.
    public let base: ConfigurationLayer
    /// The options that differ, in the order of the file.
    public let grid: [Axis]
    let exclusions: [Selection]
    /// How many seeds each cell gets; nil: the seed is an option like any other.
    public let repeats: Int?
    let references: [Reference]
}

/// A top-1 accuracy from a publication, in percent as it is printed there.
public struct PublishedNumber: Sendable, Equatable {
    /// The accuracy and the standard deviation over runs, in percent; nil where none is given.
    public let percent: Double, deviation: Double?
    /// Where it stands.
    public let source: String

    /// A number and where it stands.
    public init(percent: Double, deviation: Double? = nil, source: String) {
        self.percent = percent
        self.deviation = deviation
        self.source = source
    }
}

// MARK: Reading

extension SweepFile {
    private static let keys = ["base", "grid", "exclude", "repeats", "published"]
    /// More values than any honest file has.
    private static let valueLimit = 100_000

    /// Reads the file at `path`. Throws `FileError`, and `ConfigurationError` with everything that is wrong about it.
    public init(contentsOf path: String) throws {
        let document = try YAMLNode.file(path, limit: Self.valueLimit)
        var reader = SweepFileReader(path: path, findings: document.findings)
        let sections = reader.sections(document.root, known: Self.keys)
        self.path = path
        base = sections["base"].map { ConfigurationLayer(section: $0.node, of: path) } ?? ConfigurationLayer([])
        grid = sections["grid"].map { reader.grid($0) } ?? []
        let axes = grid
        exclusions = sections["exclude"].map { reader.exclusions($0, of: axes) } ?? []
        repeats = sections["repeats"].flatMap { reader.repeats($0) }
        references = sections["published"].map { reader.references($0) } ?? []
        if repeats != nil, let seeds = axes.first(where: { $0.name == "seed" }) {
            reader.findings.append(
                .malformed(origin: seeds.origin, reason: "seed is in the grid, and repeats chooses seeds too; give one of them"))
        }
        guard reader.findings.isEmpty else { throw ConfigurationError(findings: reader.findings) }
    }
}
