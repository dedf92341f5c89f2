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

extension VideoIndex {
    /// The frames from `start` to before `end`, in seconds; nil stands for the first and the last frame.
    ///
    /// Frames without a time belong to every stretch. At least one frame is in it where the file has any.
    func frames(from start: Double?, to end: Double?) -> Range<Int> {
        guard start != nil || end != nil, frameCount > 0 else { return 0..<frameCount }
        let first = start.flatMap { start in (0..<frameCount).first { (seconds(of: $0) ?? start) >= start } } ?? 0
        let last = end.flatMap { end in (0..<frameCount).last { (seconds(of: $0) ?? 0) < end } } ?? frameCount - 1
        return min(first, last)..<max(first, last) + 1
    }
}

extension DecodeReport {
    /// What was wrong, in words; nil where every picture is exact.
    var problem: String? {
        guard !isClean else { return nil }
        return "\(missingPositions.count) frames missing, \(corruptPositions.count) corrupt, \(errors) decoder errors"
    }
}
