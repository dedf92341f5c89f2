import Files

/// The lines of a UTF-8 text file with their numbers.
enum TextLines {
    struct Line {
        /// From 1.
        let number: Int
        /// Without the end of the line.
        let text: String
    }

    /// The text of the file at `path`, as UTF-8 without a byte order mark.
    static func text(of path: String) throws(DataSetError) -> String {
        do throws(FileError) { return try FileReader.text(of: path) } catch { throw .file(error) }
    }

    /// The lines of the file at `path`; an end of line at its end opens no further line.
    static func of(_ path: String) throws(DataSetError) -> [Line] { lines(of: try text(of: path)) }

    /// The lines of `text`, ended by LF or CR LF.
    static func lines(of text: String) -> [Line] {
        var slices = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if slices.last?.isEmpty == true { slices.removeLast() }
        return slices.enumerated().map { index, slice in
            let ended = slice.last == UInt8(ascii: "\r") ? slice.dropLast() : slice
            return Line(number: index + 1, text: String(Substring(ended)))
        }
    }
}

/// The lines `# key: value` at the beginning of a list.
struct HeaderComments {
    /// How many lines begin with `#` before the first that does not.
    let lineCount: Int
    private let values: [String: (value: String, line: Int)]

    init(_ lines: [TextLines.Line]) {
        let comments = lines.prefix { $0.text.hasPrefix("#") }
        lineCount = comments.count
        var values: [String: (value: String, line: Int)] = [:]
        for comment in comments {
            let parts = comment.text.dropFirst().split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            values[parts[0].trimmed] = (parts[1].trimmed, comment.number)
        }
        self.values = values
    }

    /// The value of `key`, or nil.
    subscript(key: String) -> String? { values[key]?.value }

    /// The value of `key` as `convert` reads it. Throws `field` with the line where it is missing or wrong.
    func value<Value>(
        _ key: String, path: String, expected: String, _ convert: (String) -> Value?
    ) throws(DataSetError) -> Value {
        guard let found = values[key] else {
            throw .field(list: path, line: max(1, lineCount), column: "# \(key)", found: "", expected: expected)
        }
        guard let value = convert(found.value) else {
            throw .field(list: path, line: found.line, column: "# \(key)", found: found.value, expected: expected)
        }
        return value
    }
}

extension StringProtocol {
    /// Without spaces and tabs at both ends.
    var trimmed: String {
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let text = String(self)
        guard let first = text.utf8.firstIndex(where: { !isBlank($0) }), let last = text.utf8.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(text[first...last])
    }
}
