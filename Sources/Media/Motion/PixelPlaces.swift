internal import CKernels

/// Where the content of each pixel of a picture was in an earlier one, followed from picture to picture along motion vectors
/// (compressed-domain card, C.5).
///
/// ```swift
/// var places = PixelPlaces()
/// places.stay(height: 240, width: 320)                       // a keyframe
/// for frame in 0..<vectors.frames { places.follow(vectors, frame: frame) }
/// ```
public struct PixelPlaces: Sendable {
    /// The picture's size in pixels.
    public private(set) var height = 0, width = 0
    /// `[H, W, 2]` in row-major order: column and row.
    public private(set) var places: [Int16] = []
    /// Whether they can be trusted: no picture on the way had vectors that cannot.
    public private(set) var isTrusted = true
    private var others: [Int16] = []

    /// Places in a picture of no size.
    public init() {}

    /// Every pixel is where it was; `isTrusted`: false where nobody can tell, for want of vectors.
    public mutating func stay(height: Int, width: Int, isTrusted: Bool = true) {
        precondition((1...32_767).contains(height) && (1...32_767).contains(width), "a picture of \(height) x \(width)")
        (self.height, self.width, self.isTrusted) = (height, width, isTrusted)
        if places.count != 2 * height * width {
            places = [Int16](repeating: 0, count: 2 * height * width)
            others = places
        }
        vector_stay(&places, Int32(height), Int32(width))
    }

    /// Goes on by one picture with the vectors of `frame`, as they are coded, in whole pixels: what is coded without a vector, or
    /// comes from outside, is taken to have stayed. Places that led over a frame that cannot be trusted cannot be either.
    public mutating func follow(_ clip: VectorClip, frame: Int) {
        precondition(clip.height == height && clip.width == width, "vectors of another size")
        isTrusted = isTrusted && clip.isTrusted[frame]
        guard isTrusted else { return }
        let cells = frame * clip.cellsPerFrame
        clip.vectors.withUnsafeBufferPointer { vectors in
            clip.validity.withUnsafeBufferPointer { validity in
                guard let vectors = vectors.baseAddress, let validity = validity.baseAddress else { return }
                vector_follow(
                    vectors + 2 * cells, validity + cells, Int32(clip.columns), Int32(clip.cellSide), Int32(height), Int32(width),
                    places, &others)
            }
        }
        swap(&places, &others)
    }

    /// Writes from where each pixel is to where it was as the vectors of `frame` of `clip`, whose cells are pixels; none, not valid, where
    /// the places cannot be trusted.
    public func write(to clip: inout VectorClip, frame: Int) {
        precondition(clip.height == height && clip.width == width && clip.cellSide == 1, "vectors of another shape")
        let cells = clip.cellsPerFrame, start = frame * cells
        clip.isTrusted[frame] = isTrusted
        clip.validity.withUnsafeMutableBufferPointer { $0[start..<start + cells].update(repeating: isTrusted ? 1 : 0) }
        guard isTrusted else {
            clip.vectors.withUnsafeMutableBufferPointer { $0[2 * start..<2 * (start + cells)].update(repeating: 0) }
            return
        }
        clip.vectors.withUnsafeMutableBufferPointer { vectors in
            if let base = vectors.baseAddress { vector_displacements(places, Int32(height), Int32(width), base + 2 * start) }
        }
    }

    /// Writes how picture `current` of `source` differs from picture `reference` of it, seen at the places: the difference of each
    /// level plus 128, cut to 0 ... 255, as picture `frame` of `clip` (compressed-domain card, C.6 and quantisation). Where the places
    /// cannot be trusted it is 128 throughout.
    public func writeResidual(of source: PixelClip, _ current: Int, from reference: Int, to clip: inout PixelClip, frame: Int) {
        precondition(source.height == height && source.width == width && clip.height == height && clip.width == width)
        let count = source.bytesPerFrame
        guard isTrusted else {
            clip.pixels.withUnsafeMutableBufferPointer { $0[frame * count..<(frame + 1) * count].update(repeating: 128) }
            return
        }
        source.pixels.withUnsafeBufferPointer { pixels in
            clip.pixels.withUnsafeMutableBufferPointer { output in
                guard let pixels = pixels.baseAddress, let output = output.baseAddress else { return }
                vector_residual(
                    pixels + current * count, pixels + reference * count, places, Int32(height), Int32(width),
                    output + frame * count)
            }
        }
    }
}
