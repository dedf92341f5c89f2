import Media
import Synchronization

/// Opens videos, and keeps the index of each file that was opened before, so that it is made once.
public final class VideoIndexStore: Sendable {
    private let indices = Mutex<[String: VideoIndex]>([:])
    private let cache: IndexCache?

    /// A store that begins with what `cache` holds, and adds to it; without one it forgets all at the end.
    public init(cache: IndexCache? = nil) { self.cache = cache }

    /// A reader of the file and its index.
    func open(_ path: String) throws(MediaError) -> (reader: VideoReader, index: VideoIndex) {
        if let known = indices.withLock({ $0[path] }) {
            return (try VideoReader(path: path, index: known), known)
        }
        let opened: (reader: VideoReader, index: VideoIndex)
        if let cache {
            opened = try cache.open(path)
        } else {
            let index = try VideoReader(path: path).makeIndex()
            opened = (try VideoReader(path: path, index: index), index)
        }
        indices.withLock { $0[path] = opened.index }
        return opened
    }
}
