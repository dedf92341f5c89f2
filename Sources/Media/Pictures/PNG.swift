internal import CMedia

/// Pictures as PNG, by libavcodec.
public enum PNG {
    /// Encodes RGB samples `[height, width, 3]`. Throws `MediaError.failed`.
    public static func encode(_ pixels: some Collection<UInt8>, height: Int, width: Int) throws(MediaError) -> [UInt8] {
        precondition(
            height > 0 && width > 0 && pixels.count == height * width * 3,
            "\(pixels.count) samples for [\(height), \(width), 3]")
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        let samples = Array(pixels)
        let status = media_png_encode(samples, Int32(width), Int32(height), &bytes, &count)
        guard status == MEDIA_OK, let bytes else { throw MediaError(status, path: "PNG", operation: "encode a picture") }
        defer { media_png_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    /// Decodes an 8-bit RGB picture to a clip of one frame. Throws `MediaError.notAPicture`.
    public static func decode(_ bytes: [UInt8]) throws(MediaError) -> PixelClip {
        var pixels: UnsafeMutablePointer<UInt8>?
        var (width, height): (Int32, Int32) = (0, 0)
        let status = media_png_decode(bytes, bytes.count, &pixels, &width, &height)
        guard status == MEDIA_OK, let pixels else { throw .notAPicture }
        defer { media_png_free(pixels) }
        let samples = Array(UnsafeBufferPointer(start: pixels, count: Int(height) * Int(width) * 3))
        return PixelClip(frames: 1, height: Int(height), width: Int(width), pixels: samples)
    }
}
