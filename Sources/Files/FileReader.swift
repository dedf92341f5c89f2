import Foundation

/// Reads whole files, with the reason when that fails.
public enum FileReader {
    /// All bytes of a regular file. Throws `missing`, `notAFile` (a folder, a FIFO) or `system`.
    public static func bytes(of path: String) throws(FileError) -> [UInt8] {
        let (descriptor, size) = try descriptor(of: path)
        defer { close(descriptor) }
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < buffer.count {
                let got = read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { code = errno }
                if got <= 0 { break }
                count += got
            }
        }
        guard code == 0 else { throw .system(path: path, operation: "read", code: code) }
        return bytes
    }

    /// A regular file opened for reading, with its length in bytes; the caller closes it. Throws what `bytes` throws.
    static func descriptor(of path: String) throws(FileError) -> (descriptor: Int32, size: Int) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw errno == ENOENT ? .missing(path: path) : .system(path: path, operation: "look at it", code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path: path, operation: "open", code: errno) }
        return (descriptor, Int(status.st_size))
    }

    /// The length of a file in bytes; nil where there is none.
    public static func size(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// The text of a UTF-8 file; a leading byte order mark is left out. Throws `malformed` where it is not UTF-8.
    public static func text(of path: String) throws(FileError) -> String {
        var bytes = try bytes(of: path)[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(path: path, reason: "expected UTF-8 text")
        }
        return text
    }
}

extension FileReader {
    /// The last `bytes` bytes of a file as text from the beginning of a line; empty where it cannot be read.
    public static func end(of path: String, bytes: Int) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        guard let size = size(of: path) else { return "" }
        let start = max(0, size - bytes)
        let found = [UInt8](unsafeUninitializedCapacity: size - start) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, start))
        }
        let newline = UInt8(ascii: "\n")
        let whole = start == 0 ? found[...] : found.drop { $0 != newline }.dropFirst()
        return String(decoding: whole, as: UTF8.self)
    }
}
