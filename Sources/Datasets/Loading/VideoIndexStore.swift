import Media
import Synchronization

/// The indices of the videos read so far, so that each file is indexed once.
public final class VideoIndexStore: Sendable {
    private let indices = Mutex<[String: VideoIndex]>([:])

    /// A store without indices.
    public init() {}

    /// The index of the file that `reader` has open.
    func index(of path: String, _ reader: VideoReader) throws(MediaError) -> VideoIndex {
        if let known = indices.withLock({ $0[path] }) { return known }
        let index = try reader.makeIndex()
        indices.withLock { $0[path] = index }
        return index
    }
}
