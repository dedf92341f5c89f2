import Tensor

/// The weak view: a random window, mirrored half of the time, the same for every frame (fixmatch.md, temporal_gradient.md).
///
/// ```swift
/// var stream = RandomKey(seed: seed, purpose: .geometry, epoch: epoch, sample: index).stream
/// let geometry = weak.draw(frame: decoded.size, using: &stream)
/// geometry.apply(to: decoded, into: &clip, scratch: &scratch)
/// ```
public struct WeakAugmentation: Hashable, Sendable {
    /// The size of the view, in pixels.
    public let output: PictureSize
    /// How its window is drawn.
    public let crop: RandomCrop
    /// The probability that left and right are exchanged.
    public let mirrorProbability: Double

    /// A weak view of size `output`. Throws `outOfRange` for settings that no view can meet.
    public init(output: PictureSize, crop: RandomCrop = .fixMatch, mirrorProbability: Double = 0.5) throws(AugmentError) {
        try crop.validate()
        try AugmentError.check((0...1).contains(mirrorProbability), "mirror probability", mirrorProbability, expected: "0...1")
        self.output = output
        self.crop = crop
        self.mirrorProbability = mirrorProbability
    }

    /// Draws the geometry of one clip whose pictures have the size `frame`.
    public func draw(frame: PictureSize, using stream: inout RandomStream) -> ClipGeometry {
        let window = crop.draw(of: frame, output: output, using: &stream)
        return ClipGeometry(crop: window, output: output, mirrored: stream.chance(mirrorProbability))
    }
}
