internal import CKernels
import Foundation
import Media

extension AugmentOperation {
    /// Writes every frame of `source`, changed by this operation, to `target`, which keeps its memory where its shape fits.
    ///
    /// Lookup and enhancement operations equal Pillow's to the bit, geometric ones its bilinear `transform` to one level;
    /// statistics (contrast, autocontrast, equalise) are those of each frame, as where a picture is augmented by itself.
    /// `borderLevel` fills what geometric operations uncover, `cutoutLevel` a cut-out.
    public func apply(
        to source: PixelClip, into target: inout PixelClip, scratch: inout AugmentScratch, borderLevel: UInt8 = 0,
        cutoutLevel: UInt8 = 128
    ) {
        target.reshape(frames: source.frames, size: source.size)
        if let matrix = sourceMatrix(height: source.height, width: source.width) {
            scratch.withBytes(image_affine_scratch(Int32(source.height), Int32(source.width))) { memory in
                target.pixels.withUnsafeMutableBufferPointer { output in
                    image_affine(
                        source.pixels, Int32(source.frames), Int32(source.height), Int32(source.width), matrix, borderLevel,
                        output.baseAddress, memory)
                }
            }
            return
        }
        let pixels = source.height * source.width
        let bytes = pixels * 3
        source.pixels.withUnsafeBufferPointer { input in
            target.pixels.withUnsafeMutableBufferPointer { output in
                guard let input = input.baseAddress, let output = output.baseAddress else { return }
                for frame in 0..<source.frames {
                    changeFrame(input + frame * bytes, height: source.height, width: source.width, output + frame * bytes)
                }
                if case .cutout(let centreX, let centreY, let side) = self {
                    let half = side * Double(source.height) / 2
                    let (top, bottom) = Self.span(centreY * Double(source.height), half, within: source.height)
                    let (left, right) = Self.span(centreX * Double(source.width), half, within: source.width)
                    image_fill(
                        output, Int32(source.frames), Int32(source.height), Int32(source.width), top, bottom, left, right,
                        cutoutLevel)
                }
            }
        }
    }

    /// The pixels from `centre - half` to `centre + half`, truncated and clipped (imgaug's `cutout_`).
    private static func span(_ centre: Double, _ half: Double, within size: Int) -> (first: Int32, end: Int32) {
        let first = min(max(Int(centre - half), 0), size)
        return (Int32(first), Int32(max(first, min(Int(centre + half), size))))
    }

    /// Operations that treat each frame by itself; a cut-out copies it.
    private func changeFrame(_ source: UnsafePointer<UInt8>, height: Int, width: Int, _ target: UnsafeMutablePointer<UInt8>) {
        let pixels = height * width
        switch self {
        case .posterize(let bits): image_posterize(source, pixels * 3, Int32(bits), target)
        case .solarize(let threshold): image_solarize(source, pixels * 3, Int32(threshold.rounded(.up)), target)
        case .invert: image_solarize(source, pixels * 3, 0, target)
        case .color(let factor): image_color(source, pixels, Float(factor), target)
        case .contrast(let factor): image_contrast(source, pixels, Float(factor), target)
        case .brightness(let factor): image_brightness(source, pixels * 3, Float(factor), target)
        case .sharpness(let factor): image_sharpness(source, Int32(height), Int32(width), Float(factor), target)
        case .autoContrast: image_autocontrast(source, pixels, target)
        case .equalize: image_equalize(source, pixels, target)
        case .shearX, .shearY, .translateX, .translateY, .rotate, .cutout: target.update(from: source, count: pixels * 3)
        }
    }

    /// The matrix of a geometric operation from output to source, `[a, b, c, d, e, f]`: the output pixel (x, y), at centre
    /// (x + 0.5, y + 0.5), shows the source at (ax + by + c, dx + ey + f). Nil for other operations.
    ///
    /// Sines and tangents are rounded to 15 digits, as Pillow's `rotate` does: C libraries differ in the last bit.
    func sourceMatrix(height: Int, width: Int) -> [Double]? {
        let middleX = Double(width) / 2
        let middleY = Double(height) / 2
        switch self {
        case .shearX(let degrees):
            let slope = Self.rounded(tan(degrees * .pi / 180))
            return [1, slope, -slope * middleY, 0, 1, 0]
        case .shearY(let degrees):
            let slope = Self.rounded(tan(degrees * .pi / 180))
            return [1, 0, 0, slope, 1, -slope * middleX]
        case .translateX(let fraction): return [1, 0, -fraction * Double(width), 0, 1, 0]
        case .translateY(let fraction): return [1, 0, 0, 0, 1, -fraction * Double(height)]
        case .rotate(let degrees):
            let cosine = Self.rounded(cos(-degrees * .pi / 180))
            let sine = Self.rounded(sin(-degrees * .pi / 180))
            let shiftX = cosine * -middleX + sine * -middleY + middleX
            return [cosine, sine, shiftX, -sine, cosine, -sine * -middleX + cosine * -middleY + middleY]
        default: return nil
        }
    }

    private static func rounded(_ value: Double) -> Double { (value * 1e15).rounded(.toNearestOrEven) / 1e15 }
}
