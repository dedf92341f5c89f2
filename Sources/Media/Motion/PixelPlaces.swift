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
    private var others: [Int16] = []

    /// Places in a picture of no size.
    public init() {}

    /// Every pixel is where it was.
    public mutating func stay(height: Int, width: Int) {
        precondition((1...32_767).contains(height) && (1...32_767).contains(width), "a picture of \(height) x \(width)")
        (self.height, self.width) = (height, width)
        if places.count != 2 * height * width {
            places = [Int16](repeating: 0, count: 2 * height * width)
            others = places
        }
        vector_stay(&places, Int32(height), Int32(width))
    }

    /// Goes on by one picture with the vectors of `frame`, as they are coded, in whole pixels: what is coded without a vector, or
    /// comes from outside, is taken to have stayed.
    public mutating func follow(_ clip: VectorClip, frame: Int) {
        precondition(clip.height == height && clip.width == width, "vectors of another size")
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

    /// Writes from where each pixel is to where it was as the vectors of `frame` of `clip`, whose cells are pixels.
    public func write(to clip: inout VectorClip, frame: Int) {
        precondition(clip.height == height && clip.width == width && clip.cellSide == 1, "vectors of another shape")
        let cells = clip.cellsPerFrame, start = frame * cells
        clip.vectors.withUnsafeMutableBufferPointer { vectors in
            if let base = vectors.baseAddress { vector_displacements(places, Int32(height), Int32(width), base + 2 * start) }
        }
        clip.validity.withUnsafeMutableBufferPointer { $0[start..<start + cells].update(repeating: 1) }
    }

    /// Writes how picture `current` of `source` differs from picture `reference` of it, seen at the places: the difference of each
    /// level plus 128, cut to 0 ... 255, as picture `frame` of `clip` (compressed-domain card, C.6 and quantisation).
    public func writeResidual(of source: PixelClip, _ current: Int, from reference: Int, to clip: inout PixelClip, frame: Int) {
        precondition(source.height == height && source.width == width && clip.height == height && clip.width == width)
        let count = source.bytesPerFrame
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
