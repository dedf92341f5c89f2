/// Rows of separated fields with the quoting of RFC 4180: `"a, b"`, `"say ""yes"""`, line ends inside quotes.
///
/// Blank lines are left out; blanks around a field that is not quoted, too. Several spaces separate like one.
struct DelimitedText {
    struct Row: Equatable {
        /// The line where the row begins, from 1.
        let line: Int
        let fields: [String]
    }

    /// The rows in order.
    private(set) var rows: [Row] = []
    private let bytes: [UInt8]
    private let separator: UInt8
    private let path: String
    private var position = 0
    private var line: Int

    /// Parses `text`, whose first line is line `firstLine` of the file `path`. Throws `malformedList` for a broken quote.
    init(_ text: some Collection<UInt8>, separator: Character, path: String, firstLine: Int = 1) throws(DataSetError) {
        bytes = Array(text)
        self.separator = separator.asciiValue ?? UInt8(ascii: ",")
        self.path = path
        line = firstLine
        while position < bytes.count { try readRow() }
    }

    private mutating func readRow() throws(DataSetError) {
        let start = line
        var fields: [String] = []
        var ended = false
        while !ended {
            skipBlanks()
            let field = peek == UInt8(ascii: "\"") ? try readQuoted() : readPlain()
            fields.append(field)
            skipBlanks()
            switch peek {
            case separator?: position += 1
            case nil: ended = true
            case UInt8(ascii: "\r")? where position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "\n"):
                position += 2
                ended = true
            case UInt8(ascii: "\n")?, UInt8(ascii: "\r")?:
                position += 1
                ended = true
            default: throw .malformedList(path: path, line: line, reason: "text after a closing quote, expected a separator")
            }
        }
        line += 1
        if separator == UInt8(ascii: " "), fields.last == "", fields.count > 1 { fields.removeLast() }
        if fields != [""] { rows.append(Row(line: start, fields: fields)) }
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Blanks around fields; where blanks separate, all but the last are skipped so that one is left to separate.
    private mutating func skipBlanks() {
        while let byte = peek, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
            if byte == separator {
                guard byte == UInt8(ascii: " "), position + 1 < bytes.count, bytes[position + 1] == byte else { return }
            }
            position += 1
        }
    }

    private mutating func readPlain() -> String {
        let start = position
        while let byte = peek, byte != separator, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self).trimmed
    }

    private mutating func readQuoted() throws(DataSetError) -> String {
        let opened = line
        position += 1
        var field: [UInt8] = []
        while let byte = peek {
            position += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            if byte != UInt8(ascii: "\"") {
                field.append(byte)
            } else if peek == byte {
                field.append(byte)
                position += 1
            } else {
                return String(decoding: field, as: UTF8.self)
            }
        }
        throw .malformedList(path: path, line: opened, reason: "a quote is opened and never closed")
    }

    /// `fields` as one line, quoted where needed.
    static func line(_ fields: [String]) -> String {
        fields.map { field in
            let special: Set<Character> = [",", "\"", "\n", "\r", "\t"]
            let needsQuotes = field.contains(where: special.contains) || field.hasPrefix("#") || field != field.trimmed
            return needsQuotes ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
        }.joined(separator: ",")
    }
}
