import Media
import Tensor

/// The strong view: distinct random operations on the weak view's pixels, then perhaps a large cut-out, the same for every
/// frame (fixmatch.md, temporal_gradient.md; the large cut-out is that of the image original, Sohn et al. 2020).
public struct StrongAugmentation: Hashable, Sendable {
    /// What operations are drawn from.
    public let operations: [AugmentOperation.Kind]
    /// How many of them each clip gets, all different, each with certainty.
    public let operationCount: Int
    /// Their strength, 0...10.
    public let magnitude: Double
    /// Whether each operation has that strength or one up to it.
    public let strength: AugmentOperation.Strength
    /// The side of a cut-out after the operations, as a fraction of the height, uniform in this range; nil for none.
    public let cutoutSide: ClosedRange<Double>?
    /// What geometric operations uncover; imgaug's default is black.
    public let borderLevel: UInt8
    /// The level of cut-outs; imgaug's default is 128.
    public let cutoutLevel: UInt8

    /// The cards' view by default: two of fifteen operations at magnitude 9. Throws `outOfRange`.
    public init(
        operations: [AugmentOperation.Kind] = AugmentOperation.Kind.allCases, operationCount: Int = 2, magnitude: Double = 9,
        strength: AugmentOperation.Strength = .fixed, cutoutSide: ClosedRange<Double>? = nil, borderLevel: UInt8 = 0,
        cutoutLevel: UInt8 = 128
    ) throws(AugmentError) {
        try AugmentError.check(
            Set(operations).count == operations.count, "strong operations", operations.map(\.rawValue), expected: "each one once")
        try AugmentError.check(
            (0...operations.count).contains(operationCount), "number of strong operations", operationCount,
            expected: "0...\(operations.count), the number of operations to draw from")
        try AugmentError.check((0...10).contains(magnitude), "strong magnitude", magnitude, expected: "0...10")
        if let side = cutoutSide {
            try AugmentError.check(
                side.lowerBound >= 0 && side.upperBound <= 1, "cut-out side", side, expected: "a range in 0...1")
        }
        self.operations = operations
        self.operationCount = operationCount
        self.magnitude = magnitude
        self.strength = strength
        self.cutoutSide = cutoutSide
        self.borderLevel = borderLevel
        self.cutoutLevel = cutoutLevel
    }

    /// What was drawn for one clip.
    public struct Draw: Hashable, Sendable {
        /// The operations in the order in which they are applied.
        public let operations: [AugmentOperation]
        /// What geometric operations uncover.
        public let borderLevel: UInt8
        /// The level of cut-outs.
        public let cutoutLevel: UInt8
    }

    /// Draws the operations of one clip. They are applied in the order of `operations`, whatever the order of drawing, as
    /// imgaug's `SomeOf` does; the large cut-out comes last.
    public func draw(using stream: inout RandomStream) -> Draw {
        let chosen = stream.permutation(of: operations.count).prefix(operationCount).sorted()
        var drawn = chosen.map { operations[$0].draw(magnitude: magnitude, strength: strength, using: &stream) }
        if let side = cutoutSide {
            let drawnSide = stream.uniform(side.lowerBound, side.upperBound)
            drawn.append(.cutout(side: drawnSide, using: &stream))
        }
        return Draw(operations: drawn, borderLevel: borderLevel, cutoutLevel: cutoutLevel)
    }
}

extension StrongAugmentation.Draw {
    /// Makes the strong view from the weak view's pixels; `strong` keeps its memory where its shape fits.
    public func apply(to weak: PixelClip, into strong: inout PixelClip, scratch: inout AugmentScratch) {
        guard let first = operations.first else {
            strong = weak
            return
        }
        first.apply(to: weak, into: &strong, scratch: &scratch, borderLevel: borderLevel, cutoutLevel: cutoutLevel)
        for operation in operations.dropFirst() {
            var before = PixelClip(frames: 0, height: 1, width: 1)
            swap(&before, &scratch.between)
            swap(&before, &strong)
            operation.apply(to: before, into: &strong, scratch: &scratch, borderLevel: borderLevel, cutoutLevel: cutoutLevel)
            swap(&before, &scratch.between)
        }
    }
}
