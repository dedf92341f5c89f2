import Files
import Foundation
import Training

/// The folder of a sweep:
///
/// | | |
/// |---|---|
/// | `sweep.json` | the cells and where they come from |
/// | `configurations/` | a YAML file a cell, for `train --config` |
/// | `cells/` | the run directories, which are the truth about results |
/// | `logs/` | what each cell printed, attempt after attempt |
/// | `failures/` | why cells failed: those with a file here are not tried again unless somebody says so |
/// | `locks/` | who works on a cell; locks of the kernel, which end with their processes |
/// | `index.sqlite` | what is known of the cells, to be quick; made anew from the rest at any time |
public struct SweepFolder: Sendable {
    /// The folder.
    public let path: String
    /// What `sweep.json` says.
    public internal(set) var record: SweepRecord

    var recordPath: String { path + "/sweep.json" }
    var indexPath: String { path + "/index.sqlite" }
    func configurationPath(_ cell: SweepCell) -> String { "\(path)/configurations/\(cell.name).yaml" }
    func lockPath(_ cell: SweepCell) -> String { "\(path)/locks/\(cell.name)" }
    func failurePath(_ cell: SweepCell) -> String { "\(path)/failures/\(cell.name).json" }
    /// Where a cell's run directory is, or will be.
    public func runPath(_ cell: SweepCell) -> String { "\(path)/cells/\(cell.name)" }
    /// What a cell printed.
    public func logPath(_ cell: SweepCell) -> String { "\(path)/logs/\(cell.name).log" }

    private static let folders = ["cells", "configurations", "logs", "failures", "locks"]

    /// Opens the sweep at `path`. Throws `file(.missing)`, `notASweep` or `malformedRecord`.
    public init(_ path: String) throws(SweepError) {
        guard access(path, F_OK) == 0 else { throw .file(.missing(path: path)) }
        guard SweepFolder.isSweep(path) else { throw .notASweep(path: path) }
        self.path = path
        record = try SweepRecord(contentsOf: path + "/sweep.json")
    }

    /// Whether there is a `sweep.json` in the folder `path`.
    public static func isSweep(_ path: String) -> Bool { access(path + "/sweep.json", F_OK) == 0 }

    private init(path: String, record: SweepRecord) {
        self.path = path
        self.record = record
    }

    /// The sweep of `file` at `path`; nil where there is none yet. Throws where there is something else: `exists`, `belongsToAnother`.
    static func existing(at path: String, of file: SweepFile) throws(SweepError) -> SweepFolder? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        guard isSweep(path) else {
            if isBeginning(path) { return nil }
            throw .exists(path: path)
        }
        let folder = try SweepFolder(path)
        let digest = try asSweepError { () throws(FileError) in try SHA256.hexadecimal(ofFile: file.path) }
        guard folder.record.file == absolute(file.path) || folder.record.fileDigest == digest else {
            throw .belongsToAnother(path: path, file: folder.record.file)
        }
        return folder
    }

    /// Whether the folder holds nothing but what a process left that was killed before it had written `sweep.json`.
    private static func isBeginning(_ path: String) -> Bool {
        func names(_ folder: String) -> [String]? { try? FileManager.default.contentsOfDirectory(atPath: folder) }
        let own = names(path)?.allSatisfy { name in (folders + ["lock"]).contains(name) || name.hasPrefix("sweep.json.tmp-") }
        return own == true && (names(path + "/cells") ?? []).isEmpty
    }

    /// Makes what belongs into the folder `path`, or brings it up to `plan`; the runs of cells stay as they are. The caller holds the
    /// sweep's lock. Throws `FileError`, and what the plan's configurations throw.
    static func prepare(at path: String, for file: SweepFile, _ plan: SweepPlan, share: [String]) throws -> SweepFolder {
        let digest = try SHA256.hexadecimal(ofFile: file.path)
        let record = SweepRecord(file: absolute(file.path), fileDigest: digest, share: share, cells: plan.cells)
        let folder = SweepFolder(path: path, record: record)
        for name in folders { try Folder.create(at: "\(path)/\(name)") }
        for cell in plan.cells { try folder.writeConfiguration(cell, plan) }
        // Last, since it is what makes the folder a sweep.
        try AtomicFile.write(record.json.serialized(indented: true) + "\n", to: folder.recordPath)
        return folder
    }

    /// Writes the configuration of a cell, unless it stands there already.
    private func writeConfiguration(_ cell: SweepCell, _ plan: SweepPlan) throws {
        let path = configurationPath(cell), text = try "# \(cell.title)\n" + plan.configuration(of: cell).writtenYAML
        guard (try? FileReader.text(of: path)) != text else { return }
        try AtomicFile.write(Array(text.utf8), to: path, isDurable: false)
    }

    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

    /// The cell called `name`. Throws `unknownCell`.
    public func cell(named name: String) throws(SweepError) -> SweepCell {
        guard let cell = record.cells.first(where: { $0.name == name }) else { throw .unknownCell(path: path, name: name) }
        return cell
    }

    /// Run directories of cells that the file describes no longer.
    public var strangers: [String] {
        let known = Set(record.cells.map(\.name))
        let found = (try? FileManager.default.contentsOfDirectory(atPath: path + "/cells")) ?? []
        return found.filter { !known.contains($0) && !$0.hasPrefix(".") }.sorted()
    }
}

/// The content of `sweep.json`.
public struct SweepRecord: Sendable, Equatable {
    /// The sweep file, and the digest that it had.
    public let file: String, fileDigest: String
    /// What each cell has of the machine, as `key=value`: kept, since the number of threads may change bits.
    public let share: [String]
    /// The cells in the order of the file.
    public let cells: [SweepCell]

    private static let format = 1

    init(file: String, fileDigest: String, share: [String], cells: [SweepCell]) {
        self.file = file
        self.fileDigest = fileDigest
        self.share = share
        self.cells = cells
    }

    var json: JSON {
        .object([
            ("format", .integer(Self.format)), ("file", .string(file)), ("fileDigest", .string(fileDigest)),
            ("share", .array(share.map(JSON.string))), ("cells", .array(cells.map(\.json))),
        ])
    }

    init(contentsOf path: String) throws(SweepError) {
        let json = try asSweepError { () throws(FileError) in try JSON(contentsOf: path) }
        guard json["format"] == .integer(Self.format) else {
            throw .malformedRecord(
                path: path, field: "format", expected: "\(Self.format); another version of semisup wrote this sweep")
        }
        guard let file = json["file"]?.stringValue else { throw .malformedRecord(path: path, field: "file", expected: "a path") }
        guard let digest = json["fileDigest"]?.stringValue else {
            throw .malformedRecord(path: path, field: "fileDigest", expected: "a digest")
        }
        guard let elements = json["cells"]?.arrayValue, case let cells = elements.compactMap({ SweepCell($0) }),
            cells.count == elements.count, !cells.isEmpty
        else { throw .malformedRecord(path: path, field: "cells", expected: "a list of cells with name, values and published") }
        self.file = file
        fileDigest = digest
        share = json["share"]?.arrayValue?.compactMap(\.stringValue) ?? []
        self.cells = cells
    }
}
