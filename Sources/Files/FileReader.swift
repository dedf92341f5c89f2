import Foundation

/// Reads whole files, with the reason when that fails.
public enum FileReader {
    /// All bytes of a regular file. Throws `missing`, `notAFile` (a folder, a FIFO) or `system`.
    public static func bytes(of path: String) throws(FileError) -> [UInt8] {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw errno == ENOENT ? .missing(path: path) : .system(path: path, operation: "look at it", code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path: path, operation: "open", code: errno) }
        defer { close(descriptor) }
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
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
