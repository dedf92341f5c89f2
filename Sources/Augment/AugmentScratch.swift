import Media

/// Working memory of the augmentations, kept from clip to clip. Each worker has its own.
public struct AugmentScratch: Sendable {
    /// Eight-byte words, for their alignment.
    private var words: [UInt64] = []
    /// The clip between two operations.
    var between = PixelClip(frames: 0, height: 1, width: 1)

    /// Scratch memory that grows at its first use.
    public init() {}

    /// Lends `count` bytes whose content is undefined.
    mutating func withBytes(_ count: Int, _ body: (UnsafeMutableRawPointer?) -> Void) {
        let needed = (count + 7) / 8
        if words.count < needed { words = [UInt64](repeating: 0, count: needed) }
        words.withUnsafeMutableBytes { body($0.baseAddress) }
    }
}
