internal import CJSON
import Foundation

/// A JSON value. Objects keep the order of their members.
public enum JSON: Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int)
    case real(Double)
    case string(String)
    case array([JSON])
    case object([(key: String, value: JSON)])

    public static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let a), .boolean(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.real(let a), .real(let b)): a == b
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a.elementsEqual(b) { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }
}

/// JSON that could not be read.
public struct JSONError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, in json-c's words.
    public let reason: String
    /// The line of the first wrong byte, from 1.
    public let line: Int

    public var description: String { "line \(line): malformed JSON: \(reason)" }
}

extension JSON {
    /// A number, or null.
    public static func number(_ value: Double?) -> JSON { value.map { .real($0) } ?? .null }
}

// MARK: Reading

extension JSON {
    /// Parses one document. Throws `JSONError` with the line of the mistake.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        var message: UnsafePointer<CChar>?
        var offset = 0
        let document = bytes.withUnsafeBytes {
            json_document_parse($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count, &message, &offset)
        }
        if let message {
            let line = bytes.prefix(offset).reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
            throw JSONError(reason: String(cString: message), line: line)
        }
        defer { json_document_free(document) }
        self.init(document)
    }

    /// Parses the file at `path`; the error names the file and the line.
    public init(contentsOf path: String) throws(FileError) {
        let bytes = try FileReader.bytes(of: path)
        do throws(JSONError) {
            try self.init(parsing: bytes)
        } catch {
            throw .malformed(path: path, reason: error.description)
        }
    }

    private init(_ value: OpaquePointer?) {
        guard let value else {
            self = .null
            return
        }
        switch json_value_kind(value) {
        case JSON_BOOLEAN: self = .boolean(json_value_boolean(value))
        case JSON_INTEGER: self = .integer(Int(json_value_integer(value)))
        case JSON_REAL: self = .real(json_value_real(value))
        case JSON_STRING:
            var length = 0
            let text = UnsafeRawBufferPointer(start: json_value_string(value, &length), count: length)
            self = .string(String(decoding: text, as: UTF8.self))
        case JSON_ARRAY:
            self = .array((0..<json_value_count(value)).map { JSON(json_value_element(value, $0)) })
        case JSON_OBJECT:
            var members: [(key: String, value: JSON)] = []
            withUnsafeMutablePointer(to: &members) { pointer in
                json_value_members(value, pointer) { context, key, member in
                    guard let context, let key else { return }
                    context.assumingMemoryBound(to: [(key: String, value: JSON)].self).pointee
                        .append((String(cString: key), JSON(member)))
                }
            }
            self = .object(members)
        default: self = .null
        }
    }
}

// MARK: Access

extension JSON {
    /// The member of an object, or nil.
    public subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The text of a string, or nil.
    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }

    /// The value of an integer, or nil.
    public var integerValue: Int? { if case .integer(let value) = self { value } else { nil } }

    /// The value of any number, or nil.
    public var realValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    /// The value of a boolean, or nil.
    public var booleanValue: Bool? { if case .boolean(let value) = self { value } else { nil } }

    /// The elements of an array, or nil.
    public var arrayValue: [JSON]? { if case .array(let value) = self { value } else { nil } }

    /// The members of an object in order, or nil.
    public var objectValue: [(key: String, value: JSON)]? { if case .object(let value) = self { value } else { nil } }
}

// MARK: Writing

extension JSON {
    /// The document on one line, or indented by two spaces. Numbers read back to the same bits; NaN and infinities become null.
    public func serialized(indented: Bool = false) -> String {
        var text = ""
        write(to: &text, indentation: indented ? "" : nil)
        return text
    }

    private func write(to text: inout String, indentation: String?) {
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .real(let value): text += value.isFinite ? "\(value)" : "null"
        case .string(let value): JSON.quote(value, into: &text)
        case .array(let elements):
            JSON.list(elements, "[", "]", &text, indentation) { $0.write(to: &$1, indentation: $2) }
        case .object(let members):
            JSON.list(members, "{", "}", &text, indentation) { member, text, deeper in
                JSON.quote(member.key, into: &text)
                text += deeper == nil ? ":" : ": "
                member.value.write(to: &text, indentation: deeper)
            }
        }
    }

    private static func list<Element>(
        _ elements: [Element], _ open: String, _ close: String, _ text: inout String, _ indentation: String?,
        _ write: (Element, inout String, String?) -> Void
    ) {
        let deeper = indentation.map { $0 + "  " }
        text += open
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            if let deeper { text += "\n" + deeper }
            write(element, &text, deeper)
        }
        if let indentation, !elements.isEmpty { text += "\n" + indentation }
        text += close
    }

    private static func quote(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            case _ where scalar.value < 0x20: text += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
