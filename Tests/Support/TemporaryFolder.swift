import Foundation

/// A folder for one test; it goes when the test ends.
public final class TemporaryFolder {
    /// Where it is.
    public let path: String
    private var folders: Set<String> = [""]

    /// Creates the folder under a name of its own; `inMemory` where thousands of files are made quickly, if the system has it.
    public init(inMemory: Bool = false) throws {
        let parent =
            inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : FileManager.default.temporaryDirectory.path
        path = parent + "/semisup-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` inside.
    public func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes `text` to `name`, whose folders are made where they are not there, and returns its path.
    @discardableResult public func file(_ name: String, _ text: String = "") throws -> String {
        try folder((name as NSString).deletingLastPathComponent)
        try text.write(toFile: self(name), atomically: false, encoding: .utf8)
        return self(name)
    }

    /// Makes the folder `name` and those above it, and returns its path.
    @discardableResult public func folder(_ name: String) throws -> String {
        if folders.insert(name).inserted {
            try FileManager.default.createDirectory(atPath: self(name), withIntermediateDirectories: true)
        }
        return self(name)
    }

    /// Makes `name` a symbolic link to `target`.
    public func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: self(name), withDestinationPath: target)
    }

    /// Creates an empty file in `folder` whose name is given in bytes.
    public func file(bytes: [UInt8], in folder: String) {
        let name = (Array("\(path)/\(folder)/".utf8) + bytes + [0]).map { CChar(bitPattern: $0) }
        close(open(name, O_CREAT | O_WRONLY, 0o644))
    }
}

/// Runs `body` with the path of a folder of its own, which is removed afterwards.
public func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = try TemporaryFolder()
    return try withExtendedLifetime(folder) { try body(folder.path) }
}
