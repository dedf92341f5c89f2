import Media
import Synchronization

/// Opens videos, and keeps the index of each file that was opened before, so that it is made once.
public final class VideoIndexStore: Sendable {
    private let indices = Mutex<[String: VideoIndex]>([:])

    /// A store without indices.
    public init() {}

    /// A reader of the file and its index.
    func open(_ path: String) throws(MediaError) -> (reader: VideoReader, index: VideoIndex) {
        if let known = indices.withLock({ $0[path] }) {
            return (try VideoReader(path: path, index: known), known)
        }
        let reader = try VideoReader(path: path)
        let index = try reader.makeIndex()
        indices.withLock { $0[path] = index }
        return (reader, index)
    }
}
