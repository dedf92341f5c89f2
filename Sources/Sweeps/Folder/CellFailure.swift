import Files
import Foundation

/// Why a cell failed: a file of `failures/`. As long as it is there the cell is not tried again.
public struct CellFailure: Sendable, Equatable {
    /// The exit code, or minus the number of the signal that ended the process.
    public let code: Int
    /// What the process said last, or what its end means.
    public let reason: String
    /// The last lines of its log.
    public let logEnd: [String]

    private static let shownLines = 20
    private static let marks = ["error: ", "internal error: ", "fatal: "]

    /// The failure of a process that ended with `code` and had written the log at `path`.
    init(code: Int, log path: String) {
        self.code = code
        let lines = Self.end(of: path).split(separator: "\n").map(String.init)
        logEnd = Array(lines.suffix(Self.shownLines))
        // What an earlier attempt said is followed by what the last one has done.
        let said = lines.suffix(Self.shownLines).last { line in Self.marks.contains { line.hasPrefix($0) } }.map { line in
            line.hasPrefix("error: ") ? String(line.dropFirst("error: ".count)) : line
        }
        reason =
            code < 0
            ? "ended by the signal \(String(cString: strsignal(Int32(-code))))" : said ?? "exit code \(code), without a word"
    }

    /// A failure that is no process's own.
    init(code: Int, reason: String, log path: String) {
        self.code = code
        self.reason = reason
        logEnd = Array(Self.end(of: path).split(separator: "\n").map(String.init).suffix(Self.shownLines))
    }

    /// The last 64 KiB of a log.
    private static func end(of path: String) -> String { FileReader.end(of: path, bytes: 1 << 16) }

    var json: JSON {
        .object([
            ("code", .integer(code)), ("reason", .string(reason)), ("logEnd", .array(logEnd.map(JSON.string))),
        ])
    }

    /// Reads a file of `failures/`; nil where there is none. A file that cannot be read still says that the cell failed.
    init?(contentsOf path: String) {
        guard access(path, F_OK) == 0 else { return nil }
        let json = try? JSON(contentsOf: path)
        code = json?["code"]?.integerValue ?? Int(ExitCode.internalError.rawValue)
        reason = json?["reason"]?.stringValue ?? "\(path) cannot be read"
        logEnd = json?["logEnd"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
}
