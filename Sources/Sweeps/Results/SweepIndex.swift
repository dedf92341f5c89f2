import Files
import Foundation
internal import GRDB

/// What is known of the cells of a sweep, in a database beside them, so that a thousand runs need not be read each time.
///
/// It is an index: the run directories are the truth. What changed since is read again, and all of it may be made anew.
final class SweepIndex {
    /// What the run directory of a cell says.
    struct Facts: Sendable, Equatable {
        /// The digest of size, time and number of the file it was read from.
        let stamp: String
        /// `running`, `stopped`, `failed` or `finished`; nil where `run.json` cannot be read.
        let state: String?
        /// Why it cannot be read.
        let problem: String?
        /// What a finished run reported, as JSON.
        let result: String?
        let plannedSteps: Int?
        /// The kit that trained it, and its kernels.
        let code: String?
    }

    private let database: DatabaseQueue
    private let path: String

    private static let version = 1

    /// Opens the index of the sweep in `folder`, or makes it; where it cannot be made (a full disk, a folder of somebody else), one in
    /// memory.
    ///
    /// Throws `indexDamaged`, `indexTooNew`, `indexLocked` or `file`.
    init(_ folder: SweepFolder) throws(SweepError) {
        path = folder.indexPath
        do {
            database = try Self.open(path)
        } catch let error as DatabaseError {
            guard error.resultCode != .SQLITE_BUSY, Self.isPassing(error), let memory = try? Self.open(nil) else {
                throw Self.problem(error, path)
            }
            database = memory
        } catch let error as SweepError {
            throw error
        } catch {
            throw .indexDamaged(path: path, reason: "\(error)")
        }
    }

    /// Removes the index of the sweep in `folder`. Nothing is lost but the time to make it again.
    static func remove(_ folder: SweepFolder) throws(SweepError) {
        for suffix in ["", "-wal", "-shm"] where unlink(folder.indexPath + suffix) != 0 && errno != ENOENT {
            throw .file(.system(path: folder.indexPath + suffix, operation: "remove", code: errno))
        }
    }

    private static func open(_ path: String?) throws -> DatabaseQueue {
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(5)
        configuration.journalMode = .wal
        let database =
            if let path { try DatabaseQueue(path: path, configuration: configuration) } else { try DatabaseQueue() }
        func foundVersion(_ database: Database) throws -> Int {
            let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            guard found <= version else { throw SweepError.indexTooNew(path: path ?? "", found: found, known: version) }
            return found
        }
        // Another process that writes keeps nobody from reading.
        if try database.read(foundVersion) < version {
            try database.write { if try foundVersion($0) < version { try create($0) } }
        }
        return database
    }

    private static func create(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE cell (
                    name TEXT NOT NULL PRIMARY KEY, stamp TEXT NOT NULL, state TEXT, problem TEXT, result TEXT,
                    plannedSteps INTEGER, code TEXT) WITHOUT ROWID;
                CREATE TABLE score (
                    name TEXT NOT NULL PRIMARY KEY, stamp TEXT NOT NULL, test TEXT NOT NULL, hits BLOB NOT NULL) WITHOUT ROWID;
                CREATE TABLE test (digest TEXT NOT NULL PRIMARY KEY, units TEXT NOT NULL) WITHOUT ROWID;
                PRAGMA user_version = \(version);
                """)
    }

    // MARK: Facts

    /// The facts of all cells that are in the index, by name.
    func facts() throws(SweepError) -> [String: Facts] {
        try read { database in
            let rows = try Row.fetchCursor(
                database, sql: "SELECT name, stamp, state, problem, result, plannedSteps, code FROM cell")
            var facts: [String: Facts] = [:]
            while let row = try rows.next() {
                facts[row[0]] = Facts(
                    stamp: row[1], state: row[2], problem: row[3], result: row[4], plannedSteps: row[5], code: row[6])
            }
            return facts
        }
    }

    /// Puts in what was read, and takes out cells whose runs are gone.
    func update(_ changed: [String: Facts], gone: [String]) throws(SweepError) {
        guard !changed.isEmpty || !gone.isEmpty else { return }
        try write { database in
            for (name, facts) in changed.sorted(by: { $0.key < $1.key }) {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO cell VALUES (?, ?, ?, ?, ?, ?, ?)",
                    arguments: [
                        name, facts.stamp, facts.state, facts.problem, facts.result, facts.plannedSteps, facts.code,
                    ])
            }
            for name in gone { try database.execute(sql: "DELETE FROM cell WHERE name = ?", arguments: [name]) }
        }
    }

    // MARK: Scores

    /// Which test videos a cell was right about.
    struct Scores: Sendable, Equatable {
        /// The digest of the table that they were read from, and of the units of the test part.
        let stamp: String, test: String
        /// One byte a video, 1 for right, in the order of the units.
        let hits: [UInt8]
    }

    /// The scores of all cells that are in the index, by name; the units of each test part, one a video, by its digest.
    func scores() throws(SweepError) -> (scores: [String: Scores], units: [String: [String]]) {
        try read { database in
            var scores: [String: Scores] = [:], units: [String: [String]] = [:]
            let rows = try Row.fetchCursor(database, sql: "SELECT name, stamp, test, hits FROM score")
            while let row = try rows.next() {
                let hits: Data = row[3]
                scores[row[0]] = Scores(stamp: row[1], test: row[2], hits: [UInt8](hits))
            }
            for row in try Row.fetchAll(database, sql: "SELECT digest, units FROM test") {
                let text: String = row[1]
                units[row[0]] = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            }
            return (scores, units)
        }
    }

    /// Puts in the scores of cells and the units of a test part.
    func update(_ changed: [String: Scores], units: [String: [String]]) throws(SweepError) {
        guard !changed.isEmpty else { return }
        try write { database in
            for (digest, units) in units {
                try database.execute(
                    sql: "INSERT OR IGNORE INTO test VALUES (?, ?)", arguments: [digest, units.joined(separator: "\n")])
            }
            for (name, scores) in changed.sorted(by: { $0.key < $1.key }) {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?)",
                    arguments: [name, scores.stamp, scores.test, Data(scores.hits)])
            }
        }
    }

    private func read<Result>(_ body: (Database) throws -> Result) throws(SweepError) -> Result {
        do { return try database.read(body) } catch { throw Self.problem(error, path) }
    }

    /// Writes what was read from the runs. Where that cannot be written now it is read again the next time: no result depends on it.
    private func write(_ body: (Database) throws -> Void) throws(SweepError) {
        do { try database.write(body) } catch {
            guard let error = error as? DatabaseError, Self.isPassing(error) else { throw Self.problem(error, path) }
        }
    }

    /// Whether the database is whole and only cannot be written: another process holds it, the disk is full, it is somebody else's.
    private static func isPassing(_ error: DatabaseError) -> Bool {
        [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
    }

    private static func problem(_ error: any Error, _ path: String) -> SweepError {
        (error as? DatabaseError).map { problem($0, path) } ?? .indexDamaged(path: path, reason: "\(error)")
    }

    private static func problem(_ error: DatabaseError, _ path: String) -> SweepError {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: .indexLocked(path: path)
        case .SQLITE_FULL: .file(.system(path: path, operation: "write", code: ENOSPC))
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY: .file(.system(path: path, operation: "write", code: EIO))
        default: .indexDamaged(path: path, reason: error.message ?? "\(error.resultCode)")
        }
    }
}
