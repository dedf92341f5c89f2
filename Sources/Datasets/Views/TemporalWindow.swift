import Tensor

/// Which frames of a video a clip shows.
public struct TemporalWindow: Hashable, Sendable {
    /// Where the clip begins.
    public enum Start: Hashable, Sendable {
        /// Anywhere such that the clip fits, uniformly.
        case random
        /// Clip `index` of `count` spread evenly over the video (protocol card, section 2).
        case uniform(index: Int, of: Int)
    }

    /// Frames of the clip.
    public let length: Int
    /// Frames of the video from one frame of the clip to the next.
    public let stride: Int
    /// Where the clip begins.
    public let start: Start

    /// A window; `length` and `stride` are at least 1.
    public init(length: Int, stride: Int, start: Start) {
        precondition(length >= 1 && stride >= 1, "an empty window")
        self.length = length
        self.stride = stride
        self.start = start
    }

    /// The first frame in a video of `frameCount` frames.
    ///
    /// Evenly spread: with a = (N - W + 1) / n and W = length x stride, clip i begins at floor(i a + a / 2).
    public func firstFrame(of frameCount: Int, using stream: inout RandomStream) -> Int {
        switch start {
        case .random:
            let starts = frameCount - (length - 1) * stride
            return starts > 1 ? stream.integer(below: starts) : 0
        case .uniform(let index, let count):
            let starts = frameCount - length * stride + 1
            return starts > 0 ? (2 * index + 1) * starts / (2 * count) : 0
        }
    }
}
