import Tensor

/// One image operation with its parameters, the same for every frame of a clip.
///
/// The list and the magnitudes are those of the temporal-gradient card, which are mmaction's imgaug default after
/// RandAugment (Cubuk et al. 2020).
public enum AugmentOperation: Hashable, Sendable {
    /// Rows move by tan(`degrees`) pixels a pixel of distance from the middle row.
    case shearX(degrees: Double)
    /// Columns move by tan(`degrees`) pixels a pixel of distance from the middle column.
    case shearY(degrees: Double)
    /// Moves by a fraction of the width; positive is to the right.
    case translateX(fraction: Double)
    /// Moves by a fraction of the height; positive is down.
    case translateY(fraction: Double)
    /// Turns about the middle; positive is counter-clockwise.
    case rotate(degrees: Double)
    /// Keeps the highest 1...8 bits.
    case posterize(bits: Int)
    /// Inverts levels of at least `threshold`.
    case solarize(threshold: Double)
    /// Blends with the grey picture; 1 changes nothing.
    case color(factor: Double)
    /// Blends with the mean grey of the frame; 1 changes nothing.
    case contrast(factor: Double)
    /// Blends with black; 1 changes nothing.
    case brightness(factor: Double)
    /// Blends with the smoothed picture; 1 changes nothing.
    case sharpness(factor: Double)
    /// Stretches each channel of each frame to 0...255.
    case autoContrast
    /// Equalises the histogram of each channel of each frame.
    case equalize
    /// 255 minus the level.
    case invert
    /// Fills a square of `side` times the height around a centre given in fractions of width and height.
    case cutout(centreX: Double, centreY: Double, side: Double)

    /// The operations without parameters, in the order in which drawn ones are applied.
    public enum Kind: String, CaseIterable, Sendable {
        case shearX, shearY, translateX, translateY, rotate
        case posterize, solarize, color, contrast, brightness, sharpness
        case autoContrast, equalize, invert, cutout
    }

    /// Which operation this is.
    public var kind: Kind {
        switch self {
        case .shearX: .shearX
        case .shearY: .shearY
        case .translateX: .translateX
        case .translateY: .translateY
        case .rotate: .rotate
        case .posterize: .posterize
        case .solarize: .solarize
        case .color: .color
        case .contrast: .contrast
        case .brightness: .brightness
        case .sharpness: .sharpness
        case .autoContrast: .autoContrast
        case .equalize: .equalize
        case .invert: .invert
        case .cutout: .cutout
        }
    }
}

extension AugmentOperation {
    /// Whether the magnitude is the strength itself or its limit.
    public enum Strength: String, CaseIterable, Sendable {
        /// Each operation has the parameter of the magnitude, as on the cards.
        case fixed
        /// Each lies uniformly between no change and the parameter of the magnitude, an enhancement on either side of no change;
        /// FixMatch draws its magnitudes anew for each picture too (Sohn et al. 2020, section 2.3).
        case drawn
    }
}

extension AugmentOperation.Kind {
    /// The operation at `magnitude` in 0...10; what the magnitude leaves open is drawn from `stream`: the sign of shear,
    /// shift and rotation, and the place of a cut-out.
    ///
    /// The public code draws each sign once a process; here it is drawn anew for each clip. As there, posterising and
    /// solarising grow weaker with the magnitude.
    public func draw(
        magnitude: Double, strength: AugmentOperation.Strength = .fixed, using stream: inout RandomStream
    ) -> AugmentOperation {
        let level = magnitude / 10
        let share = strength == .drawn ? stream.uniform() : 1
        func enhancement() -> Double {
            let side = strength == .drawn ? stream.sign() : 1
            return 1 + side * share * (1.8 * level + 0.1 - 1)
        }
        switch self {
        case .shearX: return .shearX(degrees: 17.19 * level * share * stream.sign())
        case .shearY: return .shearY(degrees: 17.19 * level * share * stream.sign())
        case .translateX: return .translateX(fraction: 0.2 * level * share * stream.sign())
        case .translateY: return .translateY(fraction: 0.2 * level * share * stream.sign())
        case .rotate: return .rotate(degrees: 30 * level * share * stream.sign())
        case .posterize:
            let bits = max(1, Int(4 * level))
            return .posterize(bits: 8 - Int((share * Double(8 - bits)).rounded()))
        case .solarize: return .solarize(threshold: 256 - share * (256 - 256 * level))
        case .color: return .color(factor: enhancement())
        case .contrast: return .contrast(factor: enhancement())
        case .brightness: return .brightness(factor: enhancement())
        case .sharpness: return .sharpness(factor: enhancement())
        case .autoContrast: return .autoContrast
        case .equalize: return .equalize
        case .invert: return .invert
        case .cutout: return .cutout(side: 0.2 * level * share, using: &stream)
        }
    }
}

extension AugmentOperation {
    /// A cut-out whose centre is uniform over the picture.
    static func cutout(side: Double, using stream: inout RandomStream) -> AugmentOperation {
        let centreX = stream.uniform()
        return .cutout(centreX: centreX, centreY: stream.uniform(), side: side)
    }
}

extension RandomStream {
    /// -1 or 1.
    fileprivate mutating func sign() -> Double { chance(0.5) ? -1 : 1 }
}
