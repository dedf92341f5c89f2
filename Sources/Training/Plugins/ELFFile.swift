import Files

/// What a shared library says of itself, read from the file without loading it (System V ABI, 64-bit little-endian ELF).
struct ELFFile {
    /// A name in the table of dynamic symbols.
    struct Symbol {
        let name: String, isDefined: Bool, isFunction: Bool
    }

    /// The instruction set it is for, as ELF numbers it.
    let machine: UInt16
    /// Names of libraries that it needs.
    let needed: [String]
    /// Names that it offers and names that it wants.
    let symbols: [Symbol]
    /// The length of the library proper; what lies behind is not part of it.
    let length: Int

    /// Why a file is no library that can be read.
    enum Problem: Error {
        case notELF
        case notALibrary
        /// Of another word length or byte order.
        case foreign
        case truncated(expected: Int, found: Int)
        case malformed(String)
    }

    /// The machine of this process.
    static var ownMachine: UInt16 {
        #if arch(x86_64)
            62
        #elseif arch(arm64)
            183
        #else
            0
        #endif
    }

    /// The name of a machine.
    static func name(ofMachine machine: UInt16) -> String {
        [3: "x86 (32 bits)", 40: "ARM (32 bits)", 62: "x86-64", 183: "ARM64", 243: "RISC-V", 21: "PowerPC64", 22: "S/390"][
            machine]
            ?? "ELF machine \(machine)"
    }

    init(_ bytes: [UInt8]) throws(Problem) {
        guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { throw .notELF }
        guard bytes.count >= 64 else { throw .truncated(expected: 64, found: bytes.count) }
        let reader = ByteReader(bytes)
        machine = UInt16(truncatingIfNeeded: reader.integer(18, 2))
        guard bytes[4] == 2, bytes[5] == 1 else { throw .foreign }
        guard reader.integer(16, 2) == 3 else { throw .notALibrary }
        let sections = try ELFFile.sections(reader)
        length = try ELFFile.length(reader, sections)
        guard length <= bytes.count else { throw .truncated(expected: length, found: bytes.count) }
        let isText = { (link: Int) in sections.indices.contains(link) && sections[link].kind == 3 }
        guard let table = sections.first(where: { $0.kind == 11 }), isText(table.link) else {
            throw .malformed("there is no table of dynamic symbols")
        }
        let strings = sections[table.link]
        symbols = stride(from: table.offset, to: table.offset + table.size - 23, by: 24).compactMap { entry in
            let name = reader.text(reader.integer(entry, 4), within: strings.range)
            guard !name.isEmpty else { return nil }
            return Symbol(
                name: name, isDefined: reader.integer(entry + 6, 2) != 0, isFunction: reader.integer(entry + 4, 1) & 15 == 2)
        }
        guard let dynamic = sections.first(where: { $0.kind == 6 }), isText(dynamic.link) else {
            throw .malformed("there is no dynamic section")
        }
        let names = sections[dynamic.link]
        needed = stride(from: dynamic.offset, to: dynamic.offset + dynamic.size - 15, by: 16).compactMap { entry in
            reader.integer(entry, 8) == 1 ? reader.text(reader.integer(entry + 8, 8), within: names.range) : nil
        }
    }

    private struct Section {
        let kind: Int, offset: Int, size: Int, link: Int
        var range: Range<Int> { offset..<offset + size }
    }

    private static func sections(_ reader: ByteReader) throws(Problem) -> [Section] {
        let start = reader.integer(40, 8), size = reader.integer(58, 2), count = reader.integer(60, 2)
        guard start > 0, size == 64, count > 0 else { throw .malformed("there is no table of sections") }
        let (end, overflow) = start.addingReportingOverflow(size * count)
        guard !overflow, start > 0, end <= reader.count else { throw .truncated(expected: end, found: reader.count) }
        return (0..<count).map { number in
            let entry = start + number * size
            return Section(
                kind: reader.integer(entry + 4, 4), offset: reader.integer(entry + 24, 8), size: reader.integer(entry + 32, 8),
                link: reader.integer(entry + 40, 4))
        }
    }

    /// The end of the last thing that the headers speak of.
    private static func length(_ reader: ByteReader, _ sections: [Section]) throws(Problem) -> Int {
        var end = reader.integer(40, 8) + reader.integer(58, 2) * reader.integer(60, 2)
        // Sections of kind 8 take no room in the file.
        for section in sections where section.kind != 8 {
            let (last, overflow) = section.offset.addingReportingOverflow(section.size)
            guard !overflow, section.offset >= 0, section.size >= 0 else {
                throw .malformed("a section has no place in the file")
            }
            end = max(end, last)
        }
        return end
    }
}

/// Numbers and texts at places of a file; 0 and nothing beyond its end.
private struct ByteReader {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }

    /// A little-endian number of `size` bytes.
    func integer(_ offset: Int, _ size: Int) -> Int {
        guard offset >= 0, offset <= bytes.count - size else { return 0 }
        let value = (0..<size).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
        return Int(truncatingIfNeeded: value)
    }

    /// The text up to the next zero byte.
    func text(_ start: Int, within range: Range<Int>) -> String {
        guard (0..<range.count).contains(start), case let offset = range.lowerBound + start, range.upperBound <= bytes.count
        else { return "" }
        return String(decoding: bytes[offset..<range.upperBound].prefix { $0 != 0 }, as: UTF8.self)
    }
}
