import Foundation

/// A file read piece by piece: the bytes that were read and not yet taken, one after the other in memory.
struct FileWindow: ~Copyable {
    /// The file.
    let path: String
    /// What was read; the bytes before `position` are taken.
    private(set) var bytes: [UInt8] = []
    /// The first byte that is not yet taken.
    private(set) var position = 0
    private let chunk: Int
    private let descriptor: Int32

    /// Opens `path`, to be read `chunk` bytes at a time. Throws what `FileReader.bytes` throws.
    init(_ path: String, chunk: Int) throws(FileError) {
        descriptor = try FileReader.descriptor(of: path).descriptor
        self.path = path
        self.chunk = max(1, chunk)
    }

    deinit { close(descriptor) }

    /// How many bytes are there and not taken.
    var count: Int { bytes.count - position }

    /// Marks the next `count` bytes as taken.
    mutating func take(_ count: Int) { position += count }

    /// The byte `offset` places after the first one not taken, or nil where the file has ended.
    mutating func byte(at offset: Int) throws -> UInt8? {
        while offset >= count { guard try fill() else { return nil } }
        return bytes[position + offset]
    }

    /// Reads one more piece; what was taken makes room for it. False at the end of the file.
    mutating func fill() throws -> Bool {
        bytes.removeSubrange(..<position)
        position = 0
        let held = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: chunk))
        let got = bytes.withUnsafeMutableBytes { buffer in
            var got = -1
            repeat {
                got = read(descriptor, buffer.baseAddress.map { $0 + held }, chunk)
            } while got < 0 && errno == EINTR
            return got
        }
        let code = errno
        bytes.removeLast(chunk - max(0, got))
        guard got >= 0 else { throw FileError.system(path: path, operation: "read", code: code) }
        return got > 0
    }
}
