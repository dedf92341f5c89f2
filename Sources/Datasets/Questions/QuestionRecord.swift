import Files
import Foundation

/// The fields of one element of a question or subtitle file; what is missing or of another kind is told with its place.
struct QuestionRecord {
    /// Where it stands; `id` is set once it is read.
    private(set) var place: QuestionPlace
    /// The fields in the order of the file.
    let members: [(key: String, value: JSON)]

    /// The fields of `value`, which must be an object.
    init(_ value: JSON, at place: QuestionPlace) throws {
        guard let members = value.objectValue else {
            throw QuestionError.field(place, field: "element", found: Self.named(value), expected: "an object")
        }
        self.place = place
        self.members = members
    }

    /// The fields of an object inside this record.
    func inside(_ value: JSON) throws -> QuestionRecord { try QuestionRecord(value, at: place) }

    /// The value of `field`; null counts as missing.
    subscript(field: String) -> JSON? {
        guard let value = members.first(where: { $0.key == field })?.value, value != .null else { return nil }
        return value
    }

    /// The error of a field that holds something else than it should.
    func wrong(_ field: String, _ value: JSON, expected: String) -> QuestionError {
        .field(place, field: field, found: Self.named(value), expected: expected)
    }

    /// The value of `field` as `convert` reads it, or nil where it is missing.
    func optional<Value>(_ field: String, expected: String, _ convert: (JSON) -> Value?) throws -> Value? {
        guard let found = self[field] else { return nil }
        guard let value = convert(found) else { throw wrong(field, found, expected: expected) }
        return value
    }

    /// The value of `field`, which must be there.
    func required<Value>(_ field: String, expected: String, _ convert: (JSON) -> Value?) throws -> Value {
        guard let value = try optional(field, expected: expected, convert) else {
            throw QuestionError.missingField(place, field: field, expected: expected)
        }
        return value
    }

    /// A name: a text or a whole number. It names the record from now on.
    mutating func identifier(_ field: String) throws -> String {
        let id = try required(field, expected: "a name or a whole number") { $0.integerValue.map { "\($0)" } ?? Self.text($0) }
        place = QuestionPlace(path: place.path, line: place.line, number: place.number, id: id)
        return id
    }

    /// A text that is not blank.
    func text(_ field: String) throws -> String { try required(field, expected: "a text that is not blank", Self.text) }

    /// A whole number, also one written as text.
    func integer(_ field: String) throws -> Int? {
        try optional(field, expected: "a whole number") { $0.integerValue ?? $0.stringValue.flatMap { Int($0) } }
    }

    /// A finite number, also one written as text.
    func number(_ field: String) throws -> Double? { try optional(field, expected: "a number", Self.finite) }

    /// A finite number that must be there.
    func requiredNumber(_ field: String) throws -> Double { try required(field, expected: "a number", Self.finite) }

    /// An array of texts that are not blank.
    func texts(_ field: String) throws -> [String]? {
        try optional(field, expected: "an array of texts that are not blank") { found in
            guard let elements = found.arrayValue else { return nil }
            let texts = elements.compactMap(Self.text)
            return texts.count == elements.count ? texts : nil
        }
    }

    /// A time span in seconds: `[begin, end]` or `"begin-end"`; nil where it is missing, holds NaN or null, or is empty.
    func span(_ field: String) throws -> ClosedRange<Double>? {
        let expected = "[begin, end] or \"begin-end\" in seconds"
        let times: [Double]? = try optional(field, expected: expected) { found in
            if let text = found.stringValue { return Self.times(in: text) }
            if let number = found.realValue { return number.isNaN ? [] : nil }
            let times = (found.arrayValue ?? []).map { $0 == .null ? .nan : $0.realValue }
            return times.count == 2 && !times.contains(nil) ? times.compactMap { $0 } : nil
        }
        guard let times, times.count == 2, times[0].isFinite, times[1].isFinite, times[0] < times[1] else { return nil }
        return times[0]...times[1]
    }

    /// The two times of `begin-end`; none where the text is empty or `nan`; nil where it is something else.
    private static func times(in text: String) -> [Double]? {
        let parts = text.utf8.split(separator: UInt8(ascii: "-")).map { Double(Substring($0).trimmed) }
        if parts.isEmpty || (parts.count == 1 && parts[0]?.isNaN == true) { return [] }
        return parts.count == 2 && !parts.contains(nil) ? parts.compactMap { $0 } : nil
    }

    private static func text(_ value: JSON) -> String? {
        guard let text = value.stringValue, text.utf8.contains(where: { $0 > UInt8(ascii: " ") }) else { return nil }
        return text
    }

    private static func finite(_ value: JSON) -> Double? {
        let number = value.realValue ?? value.stringValue.flatMap { Double($0) }
        return number?.isFinite == true ? number : nil
    }

    /// A value in a message, cut where it is long.
    static func named(_ value: JSON) -> String {
        if case .real(let number) = value, !number.isFinite { return "\(number)" }
        let text = value.serialized()
        return text.count > 60 ? "\(text.prefix(60))..." : text
    }
}

/// Texts and groups that many questions share, held once.
struct SharedTexts {
    private var texts: Set<String> = []
    private var groups: Set<[String: String]> = []

    /// The first of the equal texts that were asked for.
    mutating func shared(_ text: String) -> String { texts.insert(text).memberAfterInsert }

    /// The first of the equal groups that were asked for.
    mutating func shared(_ group: [String: String]) -> [String: String] { groups.insert(group).memberAfterInsert }
}
