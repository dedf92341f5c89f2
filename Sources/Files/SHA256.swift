internal import CMedia
import Foundation

/// SHA-256 by libcrypto or libavutil, fed piece by piece.
public struct SHA256: ~Copyable {
    private var context: OpaquePointer?

    /// The digest of nothing so far.
    public init() {
        context = media_digest_create()
        precondition(context != nil, "no library of digests can be opened: see requireLibrary")
    }

    /// Throws `MissingDigestLibrary` where neither can be opened; digests are a precondition of the rest.
    public static func requireLibrary() throws(MissingDigestLibrary) {
        guard let context = media_digest_create() else { throw MissingDigestLibrary() }
        var ignored = [UInt8](repeating: 0, count: 32)
        media_digest_finish(context, &ignored)
    }

    deinit {
        var ignored = [UInt8](repeating: 0, count: 32)
        if let context { media_digest_finish(context, &ignored) }
    }

    /// Adds `bytes`.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ media_digest_update(context, $0.baseAddress, $0.count) }) == nil {
            let copy = Array(bytes)
            media_digest_update(context, copy, copy.count)
        }
    }

    /// Adds the UTF-8 of `text`.
    public mutating func update(_ text: String) { update(text.utf8) }

    /// The digest as 64 lowercase hexadecimal digits.
    public consuming func finish() -> String {
        var result = [UInt8](repeating: 0, count: 32)
        media_digest_finish(context, &result)
        context = nil
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: result.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The digest of `bytes` as 64 lowercase hexadecimal digits.
    public static func hexadecimal(of bytes: some Collection<UInt8>) -> String {
        var digest = SHA256()
        digest.update(bytes)
        return digest.finish()
    }

    /// The digest of a file's bytes, read piece by piece. Throws `FileError`.
    public static func hexadecimal(ofFile path: String) throws(FileError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .missing(path: path) : .system(path: path, operation: "open", code: errno)
        }
        defer { close(descriptor) }
        var digest = SHA256(), buffer = [UInt8](repeating: 0, count: 1 << 20), count = 1
        while count > 0 {
            count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { count = 1 } else if count > 0 { digest.update(buffer[..<count]) }
        }
        let code = errno
        guard count == 0 else { throw .system(path: path, operation: "read", code: code) }
        return digest.finish()
    }

    /// The digest of the UTF-8 of `text` as 64 lowercase hexadecimal digits.
    public static func hexadecimal(of text: String) -> String { hexadecimal(of: text.utf8) }
}

/// Neither libcrypto nor libavutil can be opened.
public struct MissingDigestLibrary: ReportedError, Equatable {
    public var exitCode: ExitCode { .unavailable }
    public var description: String {
        "neither libcrypto nor libavutil could be opened; install Debian's libavcodec-dev and libavformat-dev (semisup doctor shows what is missing)"
    }
}
