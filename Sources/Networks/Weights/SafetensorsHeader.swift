import Files

/// The header of a safetensors file, strictly checked.
///
/// Format: 8 bytes little-endian length, that many bytes of JSON, then the bytes of the tensors without gap or overlap.
/// Stricter than the reference reader: a name or field twice, and fields that the format does not know, are refused.
struct SafetensorsHeader {
    /// The limit of the reference reader.
    static let lengthLimit = 100_000_000
    static let metadataKey = "__metadata__"

    struct Entry {
        let name: String
        let type: StoredType
        let shape: [Int]
        /// From the first byte after the header.
        let range: Range<Int>
    }

    /// In the order of their bytes.
    let entries: [Entry]
    let metadata: [String: String]
    /// Bytes after the header.
    var dataCount: Int { entries.last?.range.upperBound ?? 0 }

    /// Parses and checks the JSON part.
    init(parsing bytes: [UInt8], path: String) throws(WeightsError) {
        guard bytes.first == UInt8(ascii: "{") else {
            throw .malformedHeader(path: path, reason: "expected { as the first byte")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .malformedHeader(path: path, reason: "expected UTF-8 text")
        }
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            throw .malformedHeader(path: path, reason: error.description)
        }
        let keys = HeaderKeys(of: bytes)
        if let name = keys.repeated { throw .repeatedName(path: path, name: name) }
        if keys.holdZero { throw .malformedHeader(path: path, reason: "a name holds a zero character") }
        var metadata: [String: String] = [:]
        var entries: [Entry] = []
        for (name, value) in json.objectValue ?? [] {
            if name == Self.metadataKey {
                metadata = try Self.metadata(value, path)
            } else {
                entries.append(try Self.entry(name, value, path))
            }
        }
        self.metadata = metadata
        self.entries = try Self.withoutGaps(entries, path)
    }

    private static func metadata(_ value: JSON, _ path: String) throws(WeightsError) -> [String: String] {
        var texts: [String: String] = [:]
        guard let members = value.objectValue else {
            throw .malformedHeader(path: path, reason: "\(metadataKey): expected an object of texts, found \(value.serialized())")
        }
        for (key, member) in members {
            guard let text = member.stringValue else {
                throw .malformedHeader(path: path, reason: "\(metadataKey).\(key): expected a text, found \(member.serialized())")
            }
            texts[key] = text
        }
        return texts
    }

    private static func entry(_ name: String, _ value: JSON, _ path: String) throws(WeightsError) -> Entry {
        let fields = ["dtype", "shape", "data_offsets"]
        guard let members = value.objectValue, members.map(\.key).sorted() == fields.sorted() else {
            throw .malformedEntry(
                path: path, tensor: name, field: "description", found: value.serialized(),
                expected: "dtype, shape and data_offsets")
        }
        guard let typeName = value["dtype"]?.stringValue, let type = StoredType(rawValue: typeName) else {
            throw .unsupportedType(
                path: path, tensor: name, found: value["dtype"]?.stringValue ?? value["dtype"]?.serialized() ?? "")
        }
        let shape = try naturals(value["shape"], name, "shape", path)
        let offsets = try naturals(value["data_offsets"], name, "data_offsets", path)
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw .malformedEntry(
                path: path, tensor: name, field: "data_offsets", found: "\(offsets)", expected: "begin and end, in this order")
        }
        guard let expected = StoredTensor.byteCount(type, shape) else {
            throw .malformedEntry(
                path: path, tensor: name, field: "shape", found: "\(shape)",
                expected: "at most \(StoredTensor.greatestRank) extents and fewer elements")
        }
        guard offsets[1] - offsets[0] == expected else {
            throw .wrongSize(path: path, tensor: name, found: offsets[1] - offsets[0], expected: expected)
        }
        return Entry(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
    }

    private static func naturals(_ value: JSON?, _ name: String, _ field: String, _ path: String) throws(WeightsError) -> [Int] {
        let numbers = value?.arrayValue?.compactMap(\.integerValue).filter { $0 >= 0 }
        guard let numbers, numbers.count == value?.arrayValue?.count else {
            throw .malformedEntry(
                path: path, tensor: name, field: field, found: value?.serialized() ?? "nothing",
                expected: "a list of whole numbers from 0")
        }
        return numbers
    }

    private static func withoutGaps(_ entries: [Entry], _ path: String) throws(WeightsError) -> [Entry] {
        let ordered = entries.sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        var end = 0
        for entry in ordered {
            let begin = entry.range.lowerBound
            guard begin <= end else { throw .hole(path: path, tensor: entry.name, found: begin, expected: end) }
            guard begin == end else { throw .overlap(path: path, tensor: entry.name, found: begin, expected: end) }
            end = entry.range.upperBound
        }
        return ordered
    }
}

/// What a JSON reader does not tell about the keys of a well-formed document: of a repeated key it keeps the last value,
/// and a zero character ends a key early.
private struct HeaderKeys {
    /// The first key that stands twice in one object, at any depth.
    private(set) var repeated: String?
    /// Whether a key holds a zero character.
    private(set) var holdZero = false

    init(of document: [UInt8]) {
        var keys: [Set<String>] = []
        var text = 0..<0
        var position = 0
        while position < document.count {
            switch document[position] {
            case UInt8(ascii: "\""):
                text = position..<Self.endOfText(in: document, from: position)
                position = text.upperBound - 1
            case UInt8(ascii: "{"): keys.append([])
            case UInt8(ascii: "}"): keys.removeLast()
            case UInt8(ascii: ":"):
                let key = Self.decoded(document[text]) ?? ""
                if key.utf8.contains(0) { holdZero = true }
                if !keys[keys.count - 1].insert(key).inserted, repeated == nil { repeated = key }
            default: break
            }
            position += 1
        }
    }

    /// The position after the closing quote.
    private static func endOfText(in document: [UInt8], from start: Int) -> Int {
        var position = start + 1
        while position < document.count, document[position] != UInt8(ascii: "\"") {
            position += document[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(position + 1, document.count)
    }

    /// The text of a literal: `"a"` and `"\u0061"` are one key.
    private static func decoded(_ literal: ArraySlice<UInt8>) -> String? {
        guard literal.contains(UInt8(ascii: "\\")) else {
            return String(validating: literal.dropFirst().dropLast(), as: UTF8.self)
        }
        return try? JSON(parsing: Array(literal)).stringValue
    }
}
