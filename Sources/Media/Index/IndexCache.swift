import Files
import Glibc

/// Indices of files in a folder that may be deleted, copied or shared by processes at any time.
///
/// A file is known by its path, its size, its modification time and a sample of its content. What is in the folder is never
/// trusted: an entry that is not whole is as good as none.
public struct IndexCache: Sendable {
    /// The folder; it is made when the first index is stored.
    public let folder: String

    /// A cache in `folder`.
    public init(folder: String) { self.folder = folder }

    /// `indices` in the user's cache folder, or nil where there is none.
    public static func standard() -> IndexCache? { UserFolder.cache().map { IndexCache(folder: $0 + "/indices") } }

    /// Opens a file, with its index from the cache or one that is made and kept now. Throws what making an index throws.
    public func open(_ path: String) throws(MediaError) -> (reader: VideoReader, index: VideoIndex) {
        let key = Key(path: path)
        if let key, let index = index(key) { return (try VideoReader(path: path, index: index), index) }
        let index = try VideoReader(path: path).makeIndex()
        // A file that somebody was still writing is indexed again the next time.
        if let key, Key(path: path) == key { store(index, key) }
        // A reader that has looked at the first pictures may have met errors there: whoever indexes a file sees it as everybody else.
        return (try VideoReader(path: path, index: index), index)
    }

    /// What a file is known by; nil where it cannot be read.
    private struct Key: Equatable {
        let digest: String

        /// Bytes of each of three samples: at the beginning, in the middle, at the end.
        private static let sampleCount = 16_384

        init?(path: String) {
            let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            let size = Int(status.st_size), count = min(size, Key.sampleCount)
            var hash = SHA256()
            hash.update("\(path)\n\(size)\n\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)\n")
            for offset in [0, (size - count) / 2, size - count] {
                let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                    initialized = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
                }
                hash.update(bytes)
            }
            digest = hash.finish()
        }
    }

    private func index(_ key: Key) -> VideoIndex? {
        guard let bytes = try? FileReader.bytes(of: path(of: key)) else { return nil }
        return try? VideoIndex(serialized: bytes)
    }

    /// Keeps an index. A folder that cannot be written to, or is full, keeps none.
    private func store(_ index: VideoIndex, _ key: Key) {
        guard (try? Folder.create(at: parent(of: key))) != nil else { return }
        try? AtomicFile.write(index.serialized, to: path(of: key), isDurable: false)
    }

    /// Two letters of the digest are a folder, so that no folder grows very long.
    private func parent(of key: Key) -> String { "\(folder)/\(key.digest.prefix(2))" }

    private func path(of key: Key) -> String { "\(parent(of: key))/\(key.digest.dropFirst(2)).index" }
}
