import Foundation
import Media
import Tensor

/// How the window of a training view is drawn.
public enum RandomCrop: Hashable, Sendable {
    /// A window of random area and aspect (width over height) within the picture brought to `shortSide`; both areas are
    /// fractions of that picture. Ten tries, then the largest central square (mmaction's `RandomResizedCrop`).
    case areaAndAspect(shortSide: Int, area: ClosedRange<Double>, aspect: ClosedRange<Double>)
    /// A window of the output's aspect whose size, as a fraction of the largest that fits, is uniform in `scale`.
    case scale(ClosedRange<Double>)

    /// The cards' crop: short side 256, area in [0.08, 1], aspect in [3/4, 4/3], log-uniform (fixmatch.md).
    public static let fixMatch = RandomCrop.areaAndAspect(shortSide: 256, area: 0.08...1, aspect: 3.0 / 4...4.0 / 3)

    /// Throws `outOfRange` for ranges that no window can meet.
    func validate() throws(AugmentError) {
        switch self {
        case .areaAndAspect(let shortSide, let area, let aspect):
            try AugmentError.check(shortSide > 0, "short side", shortSide, expected: "at least 1 pixel")
            try AugmentError.check(area.lowerBound > 0 && area.upperBound <= 1, "crop area", area, expected: "a range in (0, 1]")
            try AugmentError.check(aspect.lowerBound > 0, "crop aspect", aspect, expected: "a range above 0")
        case .scale(let scale):
            try AugmentError.check(
                scale.lowerBound > 0 && scale.upperBound <= 1, "crop scale", scale, expected: "a range in (0, 1]")
        }
    }

    /// Draws a window of a picture of size `frame` that is to be shown at size `output`.
    func draw(of frame: PictureSize, output: PictureSize, using stream: inout RandomStream) -> PixelRectangle {
        switch self {
        case .areaAndAspect(let shortSide, let area, let aspect):
            let resized = ResizedPicture(of: frame, shortSide: shortSide)
            return resized.source(of: Self.window(in: resized.size, area: area, aspect: aspect, using: &stream))
        case .scale(let scale):
            let fraction = stream.uniform(scale.lowerBound, scale.upperBound)
            let unit = min(Double(frame.height) / Double(output.height), Double(frame.width) / Double(output.width)) * fraction
            let height = min(frame.height, max(1, Int((Double(output.height) * unit).rounded())))
            let width = min(frame.width, max(1, Int((Double(output.width) * unit).rounded())))
            let left = stream.integer(below: frame.width - width + 1)
            return PixelRectangle(
                left: left, top: stream.integer(below: frame.height - height + 1), width: width, height: height)
        }
    }

    private static func window(
        in size: PictureSize, area: ClosedRange<Double>, aspect: ClosedRange<Double>, using stream: inout RandomStream
    ) -> PixelRectangle {
        for _ in 0..<10 {
            let ratio = exp(stream.uniform(log(aspect.lowerBound), log(aspect.upperBound)))
            let target = stream.uniform(area.lowerBound, area.upperBound) * Double(size.height * size.width)
            let width = Int((target * ratio).squareRoot().rounded(.toNearestOrEven))
            let height = Int((target / ratio).squareRoot().rounded(.toNearestOrEven))
            if (1...size.width).contains(width) && (1...size.height).contains(height) {
                let left = stream.integer(below: size.width - width + 1)
                let top = stream.integer(below: size.height - height + 1)
                return PixelRectangle(left: left, top: top, width: width, height: height)
            }
        }
        let side = min(size.height, size.width)
        return PixelRectangle(left: (size.width - side) / 2, top: (size.height - side) / 2, width: side, height: side)
    }
}

/// A picture brought to a short side in thought only: windows of it are read straight from the source, in one resize.
struct ResizedPicture {
    let frame: PictureSize
    let size: PictureSize

    /// Both sides scaled alike and rounded half up, the short one to `shortSide` (mmcv's `rescale_size`).
    init(of frame: PictureSize, shortSide: Int) {
        let scale = Double(shortSide) / Double(min(frame.height, frame.width))
        self.frame = frame
        size = PictureSize(
            height: Int(Double(frame.height) * scale + 0.5), width: Int(Double(frame.width) * scale + 0.5))
    }

    /// A window of the resized picture in source pixels, each edge rounded half to even (mmaction's `Fuse`).
    func source(of window: PixelRectangle) -> PixelRectangle {
        let (left, width) = Self.span(window.left, window.width, from: size.width, to: frame.width)
        let (top, height) = Self.span(window.top, window.height, from: size.height, to: frame.height)
        return PixelRectangle(left: left, top: top, width: width, height: height)
    }

    private static func span(_ start: Int, _ length: Int, from resized: Int, to source: Int) -> (start: Int, length: Int) {
        let scale = Double(source) / Double(resized)
        let first = min(source - 1, Int((Double(start) * scale).rounded(.toNearestOrEven)))
        let end = min(source, Int((Double(start + length) * scale).rounded(.toNearestOrEven)))
        return (first, max(1, end - first))
    }
}

/// The fixed windows of validation and test views (protocol.md, section 2). Nothing is mirrored.
public struct EvaluationCrops: Hashable, Sendable {
    /// Which windows there are.
    public enum Layout: Int, Hashable, Sendable {
        /// The central one.
        case centre = 1
        /// The first, central and last one along the long side: left, centre, right, or top, centre, bottom.
        case three = 3
    }

    /// The short side that pictures are brought to before the windows are placed, in pixels.
    public let shortSide: Int
    /// The size of a window there, and of the output, in pixels.
    public let output: PictureSize
    /// Which windows are taken.
    public let layout: Layout

    /// Windows of size `output` in the picture brought to `shortSide`. Throws `outOfRange` where they would not fit.
    public init(shortSide: Int, output: PictureSize, layout: Layout) throws(AugmentError) {
        try AugmentError.check(
            max(output.height, output.width) <= shortSide, "short side", shortSide,
            expected: "at least the sides of the output, \(output.height) x \(output.width)")
        self.shortSide = shortSide
        self.output = output
        self.layout = layout
    }

    /// The windows of a picture of size `frame`, in order along the long side.
    public func geometries(of frame: PictureSize) -> [ClipGeometry] {
        let resized = ResizedPicture(of: frame, shortSide: shortSide)
        let across = (resized.size.width - output.width) / 2
        let down = (resized.size.height - output.height) / 2
        let offsets: [(left: Int, top: Int)] =
            switch (layout, resized.size.width >= resized.size.height) {
            case (.centre, _): [(across, down)]
            case (.three, true): [(0, down), (across, down), (2 * across, down)]
            case (.three, false): [(across, 0), (across, down), (across, 2 * down)]
            }
        return offsets.map { left, top in
            let window = PixelRectangle(left: left, top: top, width: output.width, height: output.height)
            return ClipGeometry(crop: resized.source(of: window), output: output)
        }
    }
}
