import Files

/// What somebody wrote for an option, before its type is looked at.
public enum ConfigurationInput: Sendable, Equatable {
    /// Bare text: the right side of `key=value`, a plain YAML scalar, a JSON number or boolean.
    case text(String)
    /// Text that was marked as text by quotes: never a number.
    case quoted(String)
    /// A sequence of bare texts.
    case list([String])
    /// YAML's or JSON's null.
    case null

    /// What `run.json` holds for an option; nil for objects and nested lists, which no option has.
    public init?(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .boolean(let value): self = .text("\(value)")
        case .integer(let value): self = .text("\(value)")
        case .real(let value): self = .text("\(value)")
        case .string(let value): self = .quoted(value)
        case .array(let elements):
            let texts = elements.compactMap { element in element.integerValue.map { "\($0)" } ?? element.stringValue }
            guard texts.count == elements.count else { return nil }
            self = .list(texts)
        case .object: return nil
        }
    }

    /// As it stands in messages.
    public var words: String {
        switch self {
        case .text(let text): text
        case .quoted(let text): "\"\(text)\""
        case .list(let texts): "[" + texts.joined(separator: ", ") + "]"
        case .null: "null"
        }
    }
}

/// A type that an option can have.
///
/// Conforming types: `Bool`, `Int`, `Double`, `String`, `[Int]`, optionals of these, and enumerations by `ConfigurationChoice`.
public protocol ConfigurationValue: Sendable, Equatable {
    /// What has to be written, for help and messages: "a whole number".
    static var expectation: String { get }
    /// Reads a value; nil when the input is not of this type.
    init?(_ input: ConfigurationInput)
    /// The value in `run.json`; reads back as the same value.
    var json: JSON { get }
}

extension Bool: ConfigurationValue {
    /// In words.
    public static var expectation: String { "true or false" }

    /// Reads `true` or `false`.
    public init?(_ input: ConfigurationInput) {
        guard case .text(let text) = input else { return nil }
        self.init(text)
    }

    /// A JSON boolean.
    public var json: JSON { .boolean(self) }
}

extension Int: ConfigurationValue {
    /// In words.
    public static var expectation: String { "a whole number" }

    /// Reads decimal digits with an optional sign.
    public init?(_ input: ConfigurationInput) {
        guard case .text(let text) = input else { return nil }
        self.init(text)
    }

    /// A JSON integer.
    public var json: JSON { .integer(self) }
}

extension Double: ConfigurationValue {
    /// In words.
    public static var expectation: String { "a number" }

    /// Reads a finite decimal number.
    public init?(_ input: ConfigurationInput) {
        guard case .text(let text) = input, let value = Double(text), value.isFinite else { return nil }
        self = value
    }

    /// A JSON number.
    public var json: JSON { .real(self) }
}

extension String: ConfigurationValue {
    /// In words.
    public static var expectation: String { "text" }

    /// Reads any text that is not empty.
    public init?(_ input: ConfigurationInput) {
        switch input {
        case .text(let text) where !text.isEmpty, .quoted(let text) where !text.isEmpty: self = text
        default: return nil
        }
    }

    /// A JSON string.
    public var json: JSON { .string(self) }
}

extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
    /// In words.
    public static var expectation: String { Wrapped.expectation + ", or none" }

    /// Reads `none` (or null) as nil, everything else as the wrapped type.
    public init?(_ input: ConfigurationInput) {
        if input == .null || input == .text("none") {
            self = .none
        } else {
            guard let value = Wrapped(input) else { return nil }
            self = value
        }
    }

    /// Null, or the wrapped value.
    public var json: JSON { map(\.json) ?? .null }
}

extension [Int]: ConfigurationValue {
    /// In words.
    public static var expectation: String { "whole numbers separated by commas" }

    /// Reads `1,2,3` or a YAML sequence.
    public init?(_ input: ConfigurationInput) {
        let texts: [String]
        switch input {
        case .text(let text):
            texts = text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
        case .list(let elements): texts = elements
        default: return nil
        }
        let numbers = texts.compactMap { Int($0) }
        guard numbers.count == texts.count else { return nil }
        self = numbers
    }

    /// A JSON array.
    public var json: JSON { .array(map { .integer($0) }) }
}

/// An enumeration of texts as the type of an option.
public protocol ConfigurationChoice: ConfigurationValue, CaseIterable, RawRepresentable where RawValue == String {}

extension ConfigurationChoice {
    /// The choices.
    public static var expectation: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }

    /// Reads the text of a case.
    public init?(_ input: ConfigurationInput) {
        guard let text = String(input) else { return nil }
        self.init(rawValue: text)
    }

    /// The text of the case.
    public var json: JSON { .string(rawValue) }
}
