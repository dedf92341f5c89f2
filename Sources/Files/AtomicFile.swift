import Foundation
import Synchronization

/// Writes a file so that a reader finds the old content or the new one, never a part of it.
///
/// The bytes go to a sibling with a temporary name, which is fsynced and renamed; then the folder is fsynced.
public enum AtomicFile {
    /// Numbers the temporary names of this process, whose threads may write the same file.
    private static let counter = Atomic(0)

    /// Replaces or creates `path` with `bytes`. Throws `FileError.system` and leaves what was there untouched.
    ///
    /// - Parameter isDurable: Whether the bytes outlast a power failure; what can be made again need not wait for the disk.
    public static func write(
        _ bytes: some Collection<UInt8>, to path: String, isDurable: Bool = true
    ) throws(FileError) {
        try write(to: path, isDurable: isDurable) { writer throws(FileError) in try writer.append(bytes) }
    }

    /// Replaces or creates `path` with the UTF-8 of `text`.
    public static func write(_ text: String, to path: String) throws(FileError) {
        try write(text.utf8, to: path)
    }

    /// Replaces or creates `path` with what `body` appends.
    public static func write(
        to path: String, isDurable: Bool = true, _ body: (FileWriter) throws(FileError) -> Void
    ) throws(FileError) {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        let temporary = "\(path).tmp-\(getpid())-\(number)"
        let writer = try create(temporary, for: path)
        do throws(FileError) {
            try body(writer)
            if isDurable { try writer.synchronizeAndClose() } else { writer.close() }
            guard rename(temporary, path) == 0 else { throw FileError.system(path: path, operation: "rename", code: errno) }
        } catch {
            writer.close()
            unlink(temporary)
            throw error
        }
        if isDurable { try synchronizeFolder(of: path) }
    }

    /// Creates the sibling; an error tells of the file that was asked for, or of its folder.
    private static func create(_ temporary: String, for path: String) throws(FileError) -> FileWriter {
        do throws(FileError) {
            return try FileWriter(creating: temporary)
        } catch {
            guard case .system(_, let operation, let code) = error else { throw error }
            throw code == ENOENT
                ? .system(path: NewFile.folder(of: path), operation: "find the folder", code: code)
                : .system(path: path, operation: operation, code: code)
        }
    }

    /// Makes a rename inside the folder of `path` last through a power failure.
    public static func synchronizeFolder(of path: String) throws(FileError) {
        try synchronize(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Makes what was written into a file, or renamed in a folder, last through a power failure.
    public static func synchronize(_ path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path: path, operation: "open", code: errno) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(path: path, operation: "fsync", code: errno) }
    }
}

/// Appends bytes to a new file; short writes are continued, errors carry the path.
public final class FileWriter {
    /// Where the bytes go.
    public let path: String
    private var descriptor: Int32

    /// Creates (or empties) the file.
    public init(creating path: String) throws(FileError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(path: path, operation: "create", code: errno) }
    }

    /// Opens the file at its end, creating it if needed.
    public init(appendingTo path: String) throws(FileError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(path: path, operation: "open for appending", code: errno) }
    }

    deinit { close() }

    /// Appends `bytes`.
    public func append(_ bytes: some Collection<UInt8>) throws(FileError) {
        let code = bytes.withContiguousStorageIfAvailable { write(UnsafeRawBufferPointer($0)) }
        guard let code else { return try append(Array(bytes)) }
        guard code == 0 else { throw .system(path: path, operation: "write", code: code) }
    }

    /// Returns 0 or the error code. It does not throw: Swift 6.3.1 miscompiles a typed throw out of this loop with -O.
    private func write(_ buffer: UnsafeRawBufferPointer) -> Int32 {
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? ENOSPC : errno }
            rest = rest.dropFirst(count)
        }
        return 0
    }

    /// Cuts everything after the first `length` bytes off.
    public func truncate(to length: Int) throws(FileError) {
        guard ftruncate(descriptor, length) == 0 else { throw .system(path: path, operation: "truncate", code: errno) }
    }

    /// Makes the content last through a power failure, then closes.
    public func synchronizeAndClose() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw .system(path: path, operation: "fsync", code: errno) }
        let closed = Glibc.close(descriptor)
        descriptor = -1
        guard closed == 0 else { throw .system(path: path, operation: "close", code: errno) }
    }

    /// Closes without waiting for the disk. May be called twice.
    public func close() {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        descriptor = -1
    }
}
