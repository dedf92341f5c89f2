import Files
import Foundation

/// The folder `splits/`: published lists, class indexes and known digests, all named in `splits/manifest.json`.
public struct SplitCatalogue: Sendable {
    /// One published list.
    public struct Entry: Sendable, Equatable {
        /// The name that `--split` takes, such as `ucf101-videossl-5`.
        public let name: String
        /// The data set, such as `ucf101`.
        public let dataSet: String
        /// Who made it: lists of one data set and rate from two families are two experiments.
        public let family: String
        /// The official split it belongs to, or nil where there is only one.
        public let split: Int?
        /// What its clips are for.
        public let part: Part
        /// The rate as its makers call it, or nil for a whole part.
        public let rate: String?
        /// How its lines read.
        public let format: PublishedList.Format
        /// The file, from the folder of the catalogue; nil where only the digest is shipped.
        public let file: String?
        /// How many lines it has.
        public let rows: Int
        /// SHA-256 of the file.
        public let sha256: String
        /// The repository and path it comes from.
        public let source: String
        /// The licence of that repository.
        public let licence: String
    }

    /// What the clips of a published list are for.
    public enum Part: String, Sendable {
        case train
        case test
        /// Training clips that carry a label.
        case labelled
        /// Training clips that carry none.
        case unlabelled
        /// Training clips from which labelled ones were drawn.
        case pool
    }

    /// A list that the drawing rule must reproduce.
    public struct KnownDraw: Sendable, Equatable {
        /// The data set, its split, and the draw.
        public let dataSet: String, split: Int, draw: LabelDraw
        /// How many clips it labels.
        public let count: Int
        /// SHA-256 of its lines `Class/stem` + newline.
        public let sha256: String
    }

    /// The folder.
    public let root: String
    /// The published lists.
    public let entries: [Entry]
    /// Draws with known digests.
    public let knownDraws: [KnownDraw]
    private let classIndexes: [String: (file: String, sha256: String)]

    /// Reads `manifest.json` in the folder `root`. Throws `file` or `malformedList` where it is missing or broken.
    public init(root: String) throws(DataSetError) {
        let path = Paths.join(root, "manifest.json")
        let manifest: JSON
        do throws(FileError) { manifest = try JSON(contentsOf: path) } catch { throw .file(error) }
        let reader = ManifestReader(path: path)
        guard manifest["version"] == .integer(1) else { throw reader.malformed("version", "1") }
        var entries: [Entry] = []
        for (number, member) in (manifest["lists"]?.arrayValue ?? []).enumerated() {
            entries.append(try reader.entry(member, number: number))
        }
        var indexes: [String: (file: String, sha256: String)] = [:]
        for member in manifest["classIndexes"]?.arrayValue ?? [] {
            let set = try reader.string(member, "dataSet")
            indexes[set] = (try reader.string(member, "file"), try reader.string(member, "sha256"))
        }
        var draws: [KnownDraw] = []
        for member in manifest["draws"]?.arrayValue ?? [] { draws.append(try reader.draw(member)) }
        self.root = root
        self.entries = entries
        classIndexes = indexes
        knownDraws = draws
    }

    /// The catalogue beside the program: `$SEMISUP_HOME/splits`, else `../share/semisup/splits` from the executable.
    public static func standard() throws(DataSetError) -> SplitCatalogue {
        var places: [String] = []
        if let home = ProcessInfo.processInfo.environment["SEMISUP_HOME"], !home.isEmpty {
            places.append(Paths.join(home, "splits"))
        }
        if let executable = Bundle.main.executablePath {
            places.append(Paths.normalised(Paths.folder(of: executable) + "/../share/semisup/splits"))
        }
        guard let root = places.first(where: { FolderListing.kind(of: Paths.join($0, "manifest.json")) == .file }) else {
            throw .noCatalogue(searched: places)
        }
        return try SplitCatalogue(root: root)
    }

    /// The entry called `name`. Throws `unknownList` with the nearest name.
    public func entry(named name: String) throws(DataSetError) -> Entry {
        guard let entry = entries.first(where: { $0.name == name }) else {
            throw .unknownList(name: name, nearest: NearestName.likely(name, among: entries.map(\.name)))
        }
        return entry
    }

    /// The whole official part of a split of a data set, or nil where there is none.
    public func official(_ dataSet: String, split: Int, part: Part) -> Entry? {
        entries.first { $0.dataSet == dataSet && $0.family == "official" && $0.split == split && $0.part == part }
    }

    /// The list of `entry`, its digest checked.
    ///
    /// Throws `notShipped` for a list that is imported on demand, `digestMismatch` where the file was changed.
    public func list(_ entry: Entry) throws(DataSetError) -> PublishedList {
        guard let file = entry.file else {
            throw .notShipped(name: entry.name, source: entry.source, licence: entry.licence)
        }
        let path = Paths.join(root, file)
        try SplitCatalogue.check(path, sha256: entry.sha256)
        return try PublishedList(contentsOf: path)
    }

    /// The labelled list that `--split` names: one of the catalogue, or else a file.
    ///
    /// A file that is a known list is recognised by its digest. Throws `unknownList` where there is neither.
    public func splitList(nameOrPath: String) throws(DataSetError) -> SplitList {
        if let entry = entries.first(where: { $0.name == nameOrPath }) {
            return SplitList(try list(entry), dataSet: entry.dataSet, split: entry.split.map { "\($0)" })
        }
        guard FolderListing.kind(of: nameOrPath) == .file else {
            throw .unknownList(name: nameOrPath, nearest: NearestName.likely(nameOrPath, among: entries.map(\.name)))
        }
        guard let entry = try recognise(nameOrPath) else { return try SplitList(contentsOf: nameOrPath) }
        return SplitList(try PublishedList(contentsOf: nameOrPath), dataSet: entry.dataSet, split: entry.split.map { "\($0)" })
    }

    /// The entry whose digest the file at `path` has, or nil: tells a list that may not be shipped from any other.
    ///
    /// The digest is that of the bytes, or that of the lines `Class/video label` where the paths have more folders or the
    /// label follows a comma.
    public func recognise(_ path: String) throws(DataSetError) -> Entry? {
        let digest = try SplitCatalogue.digest(path)
        if let entry = entries.first(where: { $0.sha256 == digest }) { return entry }
        let plain = SHA256.hexadecimal(of: PublishedList.plainLines(try TextLines.of(path)))
        return entries.first { $0.sha256 == plain }
    }

    /// The digest that `list` must have if it is one of the known draws, else nil.
    ///
    /// Where the list does not say of which split it is, it is that whose digest it has.
    public func expectedDigest(of list: SplitList) -> String? {
        guard case .drawn(let rate, let unit, let quota, let seed, LabelDraw.ruleVersion) = list.origin else { return nil }
        let draw = LabelDraw(rate: rate, seed: seed, unit: unit)
        let known = knownDraws.filter { $0.dataSet == list.dataSet && $0.draw == draw && $0.draw.quota == quota }
        guard let split = list.split else { return known.first { $0.sha256 == list.digest }?.sha256 }
        return known.first { "\($0.split)" == split }?.sha256
    }

    /// The classes of `dataSet` in index order, or nil where no index is shipped. Throws as `list` does.
    public func classes(of dataSet: String) throws(DataSetError) -> ClassList? {
        guard let index = classIndexes[dataSet] else { return nil }
        let path = Paths.join(root, index.file)
        try SplitCatalogue.check(path, sha256: index.sha256)
        return try ClassList(contentsOf: path)
    }

    private static func digest(_ path: String) throws(DataSetError) -> String {
        do throws(FileError) { return SHA256.hexadecimal(of: try FileReader.bytes(of: path)) } catch { throw .file(error) }
    }

    private static func check(_ path: String, sha256: String) throws(DataSetError) {
        let found = try digest(path)
        guard found == sha256 else { throw .digestMismatch(path: path, expected: sha256, found: found) }
    }
}

/// Reads the members of a manifest; errors name the member.
private struct ManifestReader {
    let path: String

    func malformed(_ member: String, _ expected: String) -> DataSetError {
        .malformedList(path: path, line: nil, reason: "\(member): expected \(expected)")
    }

    func string(_ object: JSON, _ key: String) throws(DataSetError) -> String {
        guard let value = object[key]?.stringValue else { throw malformed(key, "a text") }
        return value
    }

    func integer(_ object: JSON, _ key: String) throws(DataSetError) -> Int {
        guard let value = object[key]?.integerValue else { throw malformed(key, "a whole number") }
        return value
    }

    func entry(_ object: JSON, number: Int) throws(DataSetError) -> SplitCatalogue.Entry {
        guard let part = SplitCatalogue.Part(rawValue: try string(object, "part")),
            let format = PublishedList.Format(rawValue: try string(object, "format"))
        else { throw malformed("lists[\(number)]", "a known part and format") }
        return SplitCatalogue.Entry(
            name: try string(object, "name"), dataSet: try string(object, "dataSet"), family: try string(object, "family"),
            split: object["split"]?.integerValue, part: part, rate: object["rate"]?.stringValue, format: format,
            file: object["file"]?.stringValue, rows: try integer(object, "rows"), sha256: try string(object, "sha256"),
            source: try string(object, "source"), licence: try string(object, "licence"))
    }

    func draw(_ object: JSON) throws(DataSetError) -> SplitCatalogue.KnownDraw {
        guard let seed = UInt64(exactly: try integer(object, "seed")),
            let unit = LabelDraw.Unit(rawValue: try string(object, "unit"))
        else { throw malformed("draws", "a seed and a unit") }
        return SplitCatalogue.KnownDraw(
            dataSet: try string(object, "dataSet"), split: try integer(object, "split"),
            draw: LabelDraw(rate: try LabelRate(try string(object, "rate")), seed: seed, unit: unit),
            count: try integer(object, "count"), sha256: try string(object, "sha256"))
    }
}
