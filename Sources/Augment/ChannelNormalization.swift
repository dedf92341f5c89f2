internal import CKernels
import Media

/// Levels to the floats that networks see: `(level - mean) / standardDeviation` for each channel.
public struct ChannelNormalization: Hashable, Sendable {
    /// The means of R, G and B, in levels.
    public let mean: [Float]
    /// The standard deviations of R, G and B, in levels.
    public let standardDeviation: [Float]

    /// Statistics of R, G and B. Throws `outOfRange` unless there are three of each and the deviations are above 0.
    public init(mean: [Float], standardDeviation: [Float]) throws(AugmentError) {
        try AugmentError.check(mean.count == 3, "channel means", mean, expected: "three numbers")
        try AugmentError.check(
            standardDeviation.count == 3 && standardDeviation.allSatisfy { $0 > 0 }, "channel deviations", standardDeviation,
            expected: "three numbers above 0")
        self.init(soundMean: mean, soundDeviation: standardDeviation)
    }

    private init(soundMean: [Float], soundDeviation: [Float]) {
        mean = soundMean
        standardDeviation = soundDeviation
    }

    /// The statistics of ImageNet, as the cards use them for RGB and for temporal gradients.
    public static let imageNet = ChannelNormalization(
        soundMean: [123.675, 116.28, 103.53], soundDeviation: [58.395, 57.12, 57.375])

    /// Residuals around 128, by the deviations of ImageNet (compressed-domain card, quantisation).
    public static let residual = ChannelNormalization(
        soundMean: [127.5, 127.5, 127.5], soundDeviation: [58.395, 57.12, 57.375])

    /// Levels as they are.
    public static let none = ChannelNormalization(soundMean: [0, 0, 0], soundDeviation: [1, 1, 1])

    /// Writes the clip to `values` from `offset` on, in the order of its pixels, `[T, H, W, 3]`, which is the channels-last
    /// memory order of a `[3, T, H, W]` tensor. Subtraction and division are each rounded to Float.
    public func normalize(_ clip: PixelClip, into values: inout [Float], at offset: Int = 0) {
        let range = offset..<offset + clip.pixels.count
        precondition(offset >= 0 && range.upperBound <= values.count, "\(range) leaves the \(values.count) values")
        values.withUnsafeMutableBufferPointer { output in
            guard let start = output.baseAddress else { return }
            image_normalize(clip.pixels, clip.pixels.count / 3, mean, standardDeviation, start + offset)
        }
    }
}
