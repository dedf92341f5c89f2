import Foundation

/// The JSON values in a file, one after the other: only one of them is held in memory.
///
/// A scanner cuts them out of the text and `JSON(parsing:)` reads each. Blank lines, ends of line with a carriage return and a byte
/// order mark are allowed; a bare `NaN` or `Infinity`, as Python writes them, is a real number.
public struct JSONElements: ~Copyable {
    /// How the values stand in the file.
    public enum Layout: Sendable {
        /// One value a line.
        case lines
        /// The elements of one array.
        case array
        /// The members of one object.
        case members
    }

    /// One value of the file.
    public struct Element: Sendable {
        /// The name of a member, else nil.
        public let key: String?
        /// What was read.
        public let value: JSON
        /// The line of the file in which it begins, from 1.
        public let line: Int
        /// Its place among the values, from 1.
        public let number: Int
    }

    /// How the values stand in the file.
    public let layout: Layout
    private var window: FileWindow
    private var line = 1
    private var number = 0
    private var isFinished = false

    /// Opens the file at `path`. Throws what `FileReader.bytes` throws.
    ///
    /// - Parameters:
    ///   - layout: How the values stand in it; nil: an array where the file begins with `[`, else lines.
    ///   - chunk: How many bytes are read at a time.
    public init(of path: String, layout: Layout? = nil, chunk: Int = 1 << 20) throws {
        var window = try FileWindow(path, chunk: chunk)
        if try window.byte(at: 0) == 0xEF, try window.byte(at: 1) == 0xBB, try window.byte(at: 2) == 0xBF { window.take(3) }
        var line = 1
        let first = try Self.skipBlanks(&window, &line)
        self.layout = layout ?? (first == UInt8(ascii: "[") ? .array : .lines)
        self.line = line
        self.window = window
    }

    /// The next value, or nil after the last.
    ///
    /// Throws `FileError.malformed`, whose reason names the line of the file and what is wrong there, and `FileError.system`.
    public mutating func next() throws -> Element? {
        switch layout {
        case .lines: try nextLine()
        case .array: try nextInside(open: UInt8(ascii: "["), close: UInt8(ascii: "]"))
        case .members: try nextInside(open: UInt8(ascii: "{"), close: UInt8(ascii: "}"))
        }
    }

    /// The name of a byte in a message.
    static func named(_ byte: UInt8?) -> String {
        guard let byte else { return "the end of the file" }
        return (0x21..<0x7F).contains(byte) ? String(UnicodeScalar(byte)) : "the byte \(byte)"
    }
}

// MARK: One value a line

extension JSONElements {
    private mutating func nextLine() throws -> Element? {
        guard try Self.skipBlanks(&window, &line) != nil else { return nil }
        let value = try parse(try lengthOfLine(), key: nil)
        return value
    }

    /// How many bytes there are before the end of the line or of the file.
    private mutating func lengthOfLine() throws -> Int {
        var searched = 0
        while true {
            let rest = window.bytes[(window.position + searched)...]
            if let end = rest.firstIndex(of: UInt8(ascii: "\n")) { return end - window.position }
            searched = window.count
            guard try window.fill() else { return searched }
        }
    }
}

// MARK: Elements and members

extension JSONElements {
    private mutating func nextInside(open: UInt8, close: UInt8) throws -> Element? {
        guard !isFinished else { return nil }
        var found = try Self.skipBlanks(&window, &line)
        if number == 0 {
            guard found == open else { throw expected(Self.named(open), found) }
            found = try skip(1)
        } else if found == UInt8(ascii: ",") {
            found = try skip(1)
            if found == close { throw expected("a value after the comma", found) }
        } else if found != close {
            throw expected(", or \(Self.named(close)) after \(layout == .members ? "member" : "element") \(number)", found)
        }
        if found == close { return try finish() }
        let key = layout == .members ? try takeKey() : nil
        return try parse(try lengthOfValue(), key: key)
    }

    /// The name of a member; the value comes next.
    private mutating func takeKey() throws -> String {
        guard try window.byte(at: 0) == UInt8(ascii: "\"") else { throw expected("the name of a member", try window.byte(at: 0)) }
        let name = try parsed(try lengthOfValue()).stringValue ?? ""
        let found = try Self.skipBlanks(&window, &line)
        guard found == UInt8(ascii: ":") else { throw expected(": after the name of a member", found) }
        _ = try skip(1)
        return name
    }

    /// After the closing bracket nothing may come.
    private mutating func finish() throws -> Element? {
        let found = try skip(1)
        guard found == nil else { throw expected("nothing after the closing bracket", found) }
        isFinished = true
        return nil
    }

    /// Takes `count` bytes and the blanks after them; the byte that comes next.
    private mutating func skip(_ count: Int) throws -> UInt8? {
        window.take(count)
        return try Self.skipBlanks(&window, &line)
    }

    /// How many bytes the value has that begins here.
    private mutating func lengthOfValue() throws -> Int {
        var scanner = JSONValueScanner()
        var length = 0
        while true {
            let start = window.position + length
            let outcome = window.bytes.withUnsafeBufferPointer { scanner.scan($0, from: start) }
            switch outcome {
            case .ends(let end):
                guard end > window.position else { throw expected("a value", try window.byte(at: 0)) }
                return end - window.position
            case .wrong(let reason): throw malformed(reason, line: line + scanner.lineEnds)
            case .goesOn:
                length = window.count
                guard try window.fill() else {
                    guard length > 0 else { throw expected("a value", nil) }
                    throw malformed("the file ends inside the value that begins in line \(line)", line: line + scanner.lineEnds)
                }
            }
        }
    }
}

// MARK: Parsing

extension JSONElements {
    /// The element whose value is the next `length` bytes, which are taken.
    private mutating func parse(_ length: Int, key: String?) throws -> Element {
        let begins = line
        let value = try parsed(length)
        number += 1
        return Element(key: key, value: value, line: begins, number: number)
    }

    /// The value of the next `length` bytes, which are taken.
    private mutating func parsed(_ length: Int) throws -> JSON {
        let bytes = Array(window.bytes[window.position..<window.position + length])
        let value: JSON
        do {
            value = try JSON(parsing: bytes)
        } catch {
            throw malformed("malformed JSON: \(error.reason)", line: line + error.line - 1)
        }
        line += Self.lineEnds(in: bytes)
        window.take(length)
        return value
    }

    private static func lineEnds(in bytes: [UInt8]) -> Int { bytes.reduce(0) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 } }

    /// Takes blanks and ends of line; the byte that comes next, or nil at the end of the file.
    private static func skipBlanks(_ window: inout FileWindow, _ line: inout Int) throws -> UInt8? {
        while let byte = try window.byte(at: 0) {
            switch byte {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            default: return byte
            }
            window.take(1)
        }
        return nil
    }

    private func malformed(_ reason: String, line: Int) -> FileError {
        .malformed(path: window.path, reason: "line \(line): \(reason)")
    }

    private func expected(_ what: String, _ found: UInt8?) -> FileError {
        malformed("found \(Self.named(found)), expected \(what)", line: line)
    }
}
