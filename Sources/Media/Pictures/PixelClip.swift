/// RGB pictures of one clip, 8 bits a channel, in a buffer that is used again for the next clip.
public struct PixelClip: Sendable, Equatable {
    /// T, the number of pictures.
    public private(set) var frames: Int
    /// H, in pixels.
    public private(set) var height: Int
    /// W, in pixels.
    public private(set) var width: Int
    /// The samples, `[T, H, W, 3]` in row-major order: red, green, blue of the first pixel of the first picture, and so on.
    /// Whoever writes them leaves their number as it is.
    public var pixels: [UInt8]

    /// A black clip.
    public init(frames: Int = 0, height: Int = 0, width: Int = 0) {
        precondition(frames >= 0 && height >= 0 && width >= 0, "a clip of \(frames) frames, \(height) x \(width)")
        (self.frames, self.height, self.width) = (frames, height, width)
        pixels = [UInt8](repeating: 0, count: frames * height * width * 3)
    }

    /// A clip of pixels that are there already, `[T, H, W, 3]`.
    public init(frames: Int, height: Int, width: Int, pixels: [UInt8]) {
        precondition(
            pixels.count == frames * height * width * 3, "\(pixels.count) samples for [\(frames), \(height), \(width), 3]")
        (self.frames, self.height, self.width, self.pixels) = (frames, height, width, pixels)
    }

    /// Takes another shape, without allocating where the samples fit. What the samples hold afterwards is unspecified.
    public mutating func resize(frames: Int, height: Int, width: Int) {
        precondition(frames >= 0 && height >= 0 && width >= 0, "a clip of \(frames) frames, \(height) x \(width)")
        (self.frames, self.height, self.width) = (frames, height, width)
        let count = bytesPerFrame * frames
        if pixels.count > count {
            pixels.removeLast(pixels.count - count)
        } else if pixels.count < count {
            pixels.append(contentsOf: repeatElement(0, count: count - pixels.count))
        }
    }

    /// H * W * 3, the samples of one picture.
    public var bytesPerFrame: Int { height * width * 3 }

    /// The samples of one picture, `[H, W, 3]`.
    public func frame(_ index: Int) -> ArraySlice<UInt8> {
        precondition(index >= 0 && index < frames, "frame \(index) of \(frames)")
        return pixels[index * bytesPerFrame..<(index + 1) * bytesPerFrame]
    }
}
