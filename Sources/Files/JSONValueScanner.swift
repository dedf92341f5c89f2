/// Finds where one JSON value ends, over any number of pieces of text.
///
/// It knows strings, escapes and nesting only: whether the value is well formed is for the parser to say.
struct JSONValueScanner {
    /// What a piece of text held.
    enum Outcome {
        /// The value goes on after the piece.
        case goesOn
        /// The value ends before this place of the piece.
        case ends(Int)
        /// No value can hold this.
        case wrong(String)
    }

    /// As deep as json-c parses.
    private static let greatestDepth = 64

    /// The brackets that close what is open, innermost last.
    private var closers: [UInt8] = []
    private var isInString = false
    private var isEscaped = false
    /// How many line ends the value holds so far.
    private(set) var lineEnds = 0

    /// Looks through `bytes` from the place `start` on.
    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Outcome {
        var place = start
        while place < bytes.count {
            if let outcome = isInString ? scanString(bytes[place], at: place) : scan(bytes[place], at: place) { return outcome }
            place += 1
        }
        return .goesOn
    }

    @inline(__always)
    private mutating func scanString(_ byte: UInt8, at place: Int) -> Outcome? {
        if byte == UInt8(ascii: "\n") { return .wrong("the line ends inside a string; a quote is missing") }
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
            return closers.isEmpty ? .ends(place + 1) : nil
        }
        return nil
    }

    @inline(__always)
    private mutating func scan(_ byte: UInt8, at place: Int) -> Outcome? {
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"): return open(UInt8(ascii: "}"))
        case UInt8(ascii: "["): return open(UInt8(ascii: "]"))
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            guard let closer = closers.popLast() else { return .ends(place) }
            guard byte == closer else {
                return .wrong("found \(JSONElements.named(byte)), expected \(JSONElements.named(closer))")
            }
            if closers.isEmpty { return .ends(place + 1) }
        case UInt8(ascii: "\n"):
            if closers.isEmpty { return .ends(place) }
            lineEnds += 1
        case UInt8(ascii: ","), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
            if closers.isEmpty { return .ends(place) }
        default: break
        }
        return nil
    }

    private mutating func open(_ closer: UInt8) -> Outcome? {
        guard closers.count < Self.greatestDepth else { return .wrong("nested more than \(Self.greatestDepth) deep") }
        closers.append(closer)
        return nil
    }
}
