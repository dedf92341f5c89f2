import Files

/// A list of labelled clips, by name: which clips of a training part carry their label.
///
/// As a file: lines `# key: value` that say how it came about, then one `Class/stem` a line.
public struct SplitList: Sendable, Equatable {
    /// How a list came about.
    public enum Origin: Sendable, Equatable {
        /// Drawn by `LabelDraw`.
        case drawn(rate: LabelRate, unit: LabelDraw.Unit, quota: String, seed: UInt64, ruleVersion: Int)
        /// Published by others, with the name or path it was read from.
        case published(source: String)
    }

    /// The labelled clips, `Class/stem`, in the order of the draw.
    public let names: [String]
    /// The data set it belongs to, or nil where nobody said.
    public let dataSet: String?
    /// The split of the data set it belongs to, or nil where there is only one.
    public let split: String?
    /// How it came about.
    public let origin: Origin
    /// SHA-256 of the lines `Class/stem` + newline, 64 hexadecimal digits.
    public let digest: String

    /// A list; see the properties.
    public init(names: [String], dataSet: String?, split: String?, origin: Origin) {
        self.names = names
        self.dataSet = dataSet
        self.split = split
        self.origin = origin
        digest = VideoList.digest(ofNames: names)
    }

    /// The names of a published list.
    public init(_ list: PublishedList, dataSet: String? = nil, split: String? = nil) {
        self.init(names: list.clips.map(\.name), dataSet: dataSet, split: split, origin: .published(source: list.source))
    }

    /// Reads a list that `write(to:)` wrote, or one of the published formats.
    ///
    /// Throws `digestMismatch` and `malformedList` where the content is not what the header says.
    public init(contentsOf path: String) throws(DataSetError) {
        let lines = try TextLines.of(path)
        if lines.first?.text == SplitList.title {
            try self.init(path: path, lines: lines)
        } else {
            self.init(try PublishedList(contentsOf: path))
        }
    }

    /// Writes the list. Throws `FileError.exists` where there is something: lists are never overwritten.
    public func write(to path: String) throws(DataSetError) {
        do throws(FileError) { try NewFile.write(text, to: path) } catch { throw .file(error) }
    }

    static let title = "# semisup split list 1"

    /// The content of the file.
    public var text: String {
        var header = [SplitList.title]
        if let dataSet { header.append("# data set: \(dataSet)") }
        if let split { header.append("# split: \(split)") }
        switch origin {
        case .drawn(let rate, let unit, let quota, let seed, let version):
            header.append("# rate: \(rate)")
            header.append("# unit: \(unit.rawValue)")
            header.append("# quota: \(quota)")
            header.append("# seed: \(seed)")
            header.append("# rule version: \(version)")
        case .published(let source): header.append("# source: \(source)")
        }
        header += ["# count: \(names.count)", "# sha256: \(digest)"]
        return (header + names).joined(separator: "\n") + "\n"
    }

    private init(path: String, lines: [TextLines.Line]) throws(DataSetError) {
        let header = HeaderComments(lines)
        let names = lines.dropFirst(header.lineCount).map(\.text)
        if let empty = names.firstIndex(of: "") {
            throw .malformedList(path: path, line: header.lineCount + empty + 1, reason: "an empty line, expected Class/stem")
        }
        let origin: Origin
        if let source = header["source"] {
            origin = .published(source: source)
        } else {
            let seed = try header.value("seed", path: path, expected: "a whole number") { UInt64($0) }
            let unit = try header.value("unit", path: path, expected: "clip or group") { LabelDraw.Unit(rawValue: $0) }
            let version = try header.value("rule version", path: path, expected: "\(LabelDraw.ruleVersion)") {
                Int($0) == LabelDraw.ruleVersion ? LabelDraw.ruleVersion : nil
            }
            let quota = try header.value("quota", path: path, expected: "balanced, global or fixed:k") { $0 }
            let rate = try header.value("rate", path: path, expected: "a rate such as 1%") { try? LabelRate($0) }
            origin = .drawn(rate: rate, unit: unit, quota: quota, seed: seed, ruleVersion: version)
        }
        self.init(names: names, dataSet: header["data set"], split: header["split"], origin: origin)
        let count = try header.value("count", path: path, expected: "a whole number") { Int($0) }
        guard count == names.count else {
            throw .malformedList(
                path: path, line: nil, reason: "\(names.count) clips, its header says \(count); it was changed or cut off")
        }
        let expected = try header.value("sha256", path: path, expected: "64 hexadecimal digits") { $0.count == 64 ? $0 : nil }
        guard expected == digest else { throw .digestMismatch(path: path, expected: expected, found: digest) }
    }
}

extension SplitList {
    /// The object of `data split draw --json`; `path` is where the list was written.
    public func json(path: String?) -> JSON {
        .object([
            ("event", .string("draw")), ("list", path.map { .string($0) } ?? .null),
            ("dataSet", dataSet.map { .string($0) } ?? .null), ("count", .integer(names.count)), ("digest", .string(digest)),
            ("names", .array(names.map { .string($0) })),
        ])
    }
}
