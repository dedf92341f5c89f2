/// Decoded pictures of one clip: u8 RGB, `[T, H, W, 3]`, interleaved.
public struct PixelClip: Equatable, Sendable {
    /// The number of pictures, T.
    public let frames: Int
    /// The rows of a picture, H.
    public let height: Int
    /// The pixels of a row, W.
    public let width: Int
    /// The levels, `frames * height * width * 3` of them.
    public var pixels: [UInt8]

    /// A clip of given pixels; their number must be `frames * height * width * 3`.
    public init(frames: Int, height: Int, width: Int, pixels: [UInt8]) {
        precondition(
            pixels.count == frames * height * width * 3, "\(pixels.count) levels for [\(frames), \(height), \(width), 3]")
        self.frames = frames
        self.height = height
        self.width = width
        self.pixels = pixels
    }

    /// A black clip.
    public init(frames: Int, height: Int, width: Int) {
        self.init(
            frames: frames, height: height, width: width, pixels: [UInt8](repeating: 0, count: frames * height * width * 3))
    }
}
