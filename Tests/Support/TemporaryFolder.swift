import Foundation

/// A folder for one test; it goes when the test ends.
public final class TemporaryFolder {
    /// Where it is.
    public let path: String

    /// Creates the folder under a name of its own.
    public init() throws {
        path = FileManager.default.temporaryDirectory.path + "/semisup-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` inside.
    public func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes `text` to `name` and returns its path.
    public func file(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: self(name), atomically: false, encoding: .utf8)
        return self(name)
    }
}
