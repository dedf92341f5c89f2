import Files
import Foundation

/// A committed reference, such as `engine/operations.json`. Throws where it cannot be read.
public func reference(_ name: String) throws -> JSON {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try JSON(contentsOf: folder.appendingPathComponent("Reference/\(name)").path)
}

/// A reference that does not hold what a test expects of it.
public struct ReferenceError: Error, CustomStringConvertible {
    public let description: String

    /// An error in these words.
    public init(_ description: String) { self.description = description }
}

extension JSON {
    /// The member called `key`, which must be there.
    public func member(_ key: String) throws -> JSON {
        guard let value = self[key] else { throw ReferenceError("the reference has no \(key)") }
        return value
    }

    /// The elements of the array called `key`.
    public func list(_ key: String) throws -> [JSON] { try expect(key, member(key).arrayValue) }

    /// The number called `key`.
    public func number(_ key: String) throws -> Double { try expect(key, member(key).realValue) }

    /// The whole number called `key`.
    public func integer(_ key: String) throws -> Int { try expect(key, member(key).integerValue) }

    /// The text called `key`.
    public func text(_ key: String) throws -> String { try expect(key, member(key).stringValue) }

    /// The numbers of the array called `key`, inner arrays one after the other.
    public func numbers(_ key: String) throws -> [Double] { try member(key).numbers() }

    /// The whole numbers of the array called `key`.
    public func integers(_ key: String) throws -> [Int] { try list(key).map { try expect(key, $0.integerValue) } }

    /// The numbers of this array, inner arrays one after the other.
    public func numbers() throws -> [Double] {
        guard let elements = arrayValue else { return [try expect("number", realValue)] }
        return try elements.flatMap { try $0.numbers() }
    }

    private func expect<Value>(_ key: String, _ value: Value?) throws -> Value {
        guard let value else { throw ReferenceError("\(key) of the reference is of another kind") }
        return value
    }
}
