import Files
import Foundation

/// The folder of a run, held by this process: `run.json`, `metrics.jsonl`, `timings.jsonl`, event files, `checkpoints/`.
///
/// It appears under its name complete, by a rename, and is never overwritten.
public struct RunDirectory: Sendable {
    /// The folder.
    public let path: String
    private let lock: RunLock

    /// The file of the record.
    public var recordPath: String { path + "/run.json" }
    /// The file of the metrics: equal runs have equal ones.
    public var metricsPath: String { path + "/metrics.jsonl" }
    /// The file of everything measured on the way, each step: its seconds, those spent waiting for the loader, its clips, and the peak
    /// of memory so far.
    public var timingsPath: String { path + "/timings.jsonl" }
    /// The files that grow line by line.
    var logPaths: [String] { [metricsPath, timingsPath] }
    /// The folder of the checkpoints.
    public var checkpointsPath: String { path + "/checkpoints" }

    /// Creates the folder with `run.json` and an empty `checkpoints` in it, and takes its lock; missing parents are created.
    ///
    /// Throws `exists` when anything has that name already, or `file`.
    public static func create(at path: String, record: RunRecord) throws(RunError) -> RunDirectory {
        let target = URL(fileURLWithPath: path).standardizedFileURL
        guard !somethingExists(at: target.path) else { throw .exists(path: path) }
        let parent = target.deletingLastPathComponent().path
        try asRunError { () throws(FileError) in try Folder.create(at: parent) }
        let name = target.lastPathComponent
        removeLeftovers(of: name, in: parent)
        let temporary = "\(parent)/.\(name).partial-\(getpid())"
        do throws(RunError) {
            let lock = try prepare(temporary, record)
            guard rename(temporary, target.path) == 0 else {
                let taken = [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno)
                throw taken ? .exists(path: path) : .file(.system(path: path, operation: "create", code: errno))
            }
            try asRunError { () throws(FileError) in try AtomicFile.synchronizeFolder(of: target.path) }
            // As it was typed, unless a folder on its way is not there (`missing/../run`).
            return RunDirectory(path: somethingExists(at: path) ? path : target.path, lock: lock)
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    /// Creates the folder `name` inside `folder`, or the first of `name-2`, `name-3`, ... that is free.
    public static func create(in folder: String, named name: String, record: RunRecord) throws(RunError) -> RunDirectory {
        var number = 1
        while true {
            do throws(RunError) {
                return try create(at: "\(folder)/\(name)" + (number == 1 ? "" : "-\(number)"), record: record)
            } catch .exists {
                number += 1
            }
        }
    }

    /// Creates the folder `out`, or a free one in `runs` where that is nil, for a run of `plan`.
    static func create(_ out: String?, _ plan: TrainingPlan, record: RunRecord) throws(RunError) -> RunDirectory {
        if let out { return try create(at: out, record: record) }
        return try create(in: "runs", named: plan.standardRunName, record: record)
    }

    /// Takes an existing run, to go on with it. Throws `file(.missing)`, `notARun` or `locked`.
    public static func open(_ path: String) throws(RunError) -> RunDirectory {
        guard somethingExists(at: path) else { throw .file(.missing(path: path)) }
        guard somethingExists(at: path + "/run.json") else { throw .notARun(path: path) }
        return RunDirectory(path: path, lock: try RunLock(folder: path))
    }

    /// Reads `run.json`.
    public func record() throws(RunError) -> RunRecord { try RunRecord(contentsOf: recordPath) }

    /// Throws `file` unless the folder is still that of this run.
    func requireHeld() throws(RunError) { try lock.requireHeld(on: path) }

    /// Replaces `run.json`.
    public func write(_ record: RunRecord) throws(RunError) {
        try requireHeld()
        try asRunError { () throws(FileError) in
            try AtomicFile.write(record.json.serialized(indented: true) + "\n", to: recordPath)
        }
    }

    /// `<method>-<data>-<labels>-seed<seed>`; of a path as `data` its last part counts.
    public static func standardName(method: String, data: String, labels: String, seed: Int) -> String {
        let last = URL(fileURLWithPath: data).deletingPathExtension().lastPathComponent
        let name = "\(method)-\(last)-\(labels)-seed\(seed)"
        return String(name.map { $0.isLetter || $0.isNumber || "-_.%".contains($0) ? $0 : "-" })
    }

    private static func prepare(_ folder: String, _ record: RunRecord) throws(RunError) -> RunLock {
        for path in [folder, folder + "/checkpoints"] {
            guard mkdir(path, 0o755) == 0 else { throw .file(.system(path: path, operation: "create the folder", code: errno)) }
        }
        let directory = RunDirectory(path: folder, lock: try RunLock(folder: folder))
        try directory.write(record)
        return directory.lock
    }

    /// Removes what killed processes left of an unfinished `create`: their lock is free.
    private static func removeLeftovers(of name: String, in parent: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        for leftover in names where leftover.hasPrefix(".\(name).partial-") {
            guard let process = Int32(leftover.split(separator: "-").last ?? ""), process == getpid() || kill(process, 0) != 0,
                (try? RunLock(folder: "\(parent)/\(leftover)")) != nil
            else { continue }
            try? FileManager.default.removeItem(atPath: "\(parent)/\(leftover)")
        }
    }

    private static func somethingExists(at path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }
}
