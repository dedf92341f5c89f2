import Tensor

/// Draws the windows of a sample's views together, where they depend on each other: a distance, an overlap, an order.
///
/// ```swift
/// /// Two clips of which the second begins up to `distance` frames after the first.
/// struct NearbyClips: ClipSampler {
///     let length: Int, distance: Int
///     var windowLengths: [Int] { [length, length] }
///     func windows(frameCount: Int, using stream: inout RandomStream) -> [ClipWindow] {
///         let first = stream.integer(below: max(1, frameCount - length))
///         let second = first + stream.integer(below: distance + 1)
///         return [first, second].map { ClipWindow(first: $0, length: length, stride: 1) }
///     }
/// }
/// ```
public protocol ClipSampler: Sendable {
    /// Frames of each window.
    var windowLengths: [Int] { get }
    /// The windows in a video of `frameCount` frames, as many and as long as `windowLengths` says.
    func windows(frameCount: Int, using stream: inout RandomStream) -> [ClipWindow]
}

/// Equally spaced frames of a video; beyond its end they go on at its beginning.
public struct ClipWindow: Hashable, Sendable {
    /// The position of the first frame, the number of frames, and the step from one to the next.
    public let first: Int, length: Int, stride: Int

    /// A window; `length` and `stride` are at least 1.
    public init(first: Int, length: Int, stride: Int) {
        precondition(first >= 0 && length >= 1 && stride >= 1, "an impossible window")
        self.first = first
        self.length = length
        self.stride = stride
    }

    /// The positions in a video of `frameCount` frames.
    public func positions(frameCount: Int) -> [Int] { (0..<length).map { (first + $0 * stride) % frameCount } }
}
