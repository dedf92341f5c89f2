import Files
import Foundation

/// A file of JSON lines, one object a line, that grows by whole lines.
///
/// A checkpoint keeps `position`; a resumed run cuts off what was written after it, so that the file of a run that was
/// stopped is in the end that of a run that was not.
public final class MetricsLog {
    /// Where the lines go.
    public var path: String { writer.path }
    /// The length in bytes so far: the end of a line.
    public private(set) var position: Int
    private let writer: FileWriter

    /// Opens the log and cuts it to `position` (0 for a new run).
    ///
    /// - Parameter isNeeded: Whether all up to there has to be in it; a log that no result depends on goes on where its last whole
    ///   line ends.
    /// Throws `metricsTooShort` when it holds less, `metricsMisaligned` when no line ends there, or `file`.
    public init(path: String, position: Int = 0, isNeeded: Bool = true) throws(RunError) {
        let position = isNeeded ? position : Self.lastLineEnd(upTo: position, path)
        let writer = try asRunError { () throws(FileError) in try FileWriter(appendingTo: path) }
        var status = stat()
        guard stat(path, &status) == 0 else { throw .file(.system(path: path, operation: "look at it", code: errno)) }
        let length = Int(status.st_size)
        guard length >= position else { throw .metricsTooShort(path: path, found: length, expected: position) }
        guard try Self.lineEnds(at: position, path) else { throw .metricsMisaligned(path: path, position: position) }
        try asRunError { () throws(FileError) in try writer.truncate(to: position) }
        self.writer = writer
        self.position = position
    }

    /// Appends `{"step": step, ...}`. After an error the file ends with the line before.
    public func append(step: Int, _ members: [(String, JSON)]) throws(RunError) {
        let line = Array((JSON.object([("step", .integer(step))] + members).serialized() + "\n").utf8)
        guard FileReader.size(of: path) == position else { throw .metricsMisaligned(path: path, position: position) }
        do throws(FileError) {
            try writer.append(line)
        } catch {
            try? writer.truncate(to: position)
            throw .file(error)
        }
        position += line.count
    }

    private static func lastLineEnd(upTo position: Int, _ path: String) -> Int {
        let bytes = (try? FileReader.bytes(of: path)) ?? []
        return (bytes.prefix(position).lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    }

    private static func lineEnds(at position: Int, _ path: String) throws(RunError) -> Bool {
        guard position > 0 else { return position == 0 }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(.system(path: path, operation: "open", code: errno)) }
        defer { close(descriptor) }
        var byte: UInt8 = 0
        guard pread(descriptor, &byte, 1, position - 1) == 1 else {
            throw .file(.system(path: path, operation: "read", code: errno))
        }
        return byte == UInt8(ascii: "\n")
    }
}
