internal import CKernels
import Media

/// A rectangle of whole source pixels; `left` and `top` count from the first column and row.
public struct PixelRectangle: Hashable, Sendable {
    /// The first column.
    public let left: Int
    /// The first row.
    public let top: Int
    /// The number of columns.
    public let width: Int
    /// The number of rows.
    public let height: Int

    /// A rectangle with sides of at least one pixel.
    public init(left: Int, top: Int, width: Int, height: Int) {
        precondition(left >= 0 && top >= 0 && width > 0 && height > 0, "an impossible rectangle")
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }
}

/// The height and width of a picture, in pixels.
public struct PictureSize: Hashable, Sendable {
    /// The number of rows.
    public let height: Int
    /// The number of columns.
    public let width: Int

    /// A size of at least one pixel.
    public init(height: Int, width: Int) {
        precondition(height > 0 && width > 0, "an empty picture")
        self.height = height
        self.width = width
    }

    /// A square of `side` pixels.
    public init(side: Int) { self.init(height: side, width: side) }
}

extension PixelClip {
    /// The size of each picture.
    public var size: PictureSize { PictureSize(height: height, width: width) }
}

/// What is shown of every frame of a clip: a crop, the size it is brought to, and whether it is mirrored.
///
/// Drawn once a clip. Everything else that belongs to the same picture (motion vectors, boxes) is moved and scaled by
/// the same value: see `point(x:y:)` and `displacement(x:y:)`.
public struct ClipGeometry: Hashable, Sendable {
    /// The part of the source that is shown, in source pixels.
    public let crop: PixelRectangle
    /// The size of the output, in pixels.
    public let output: PictureSize
    /// Whether left and right are exchanged, after cropping and resizing.
    public let mirrored: Bool

    /// The geometry that shows `crop` at size `output`.
    public init(crop: PixelRectangle, output: PictureSize, mirrored: Bool = false) {
        self.crop = crop
        self.output = output
        self.mirrored = mirrored
    }

    /// The geometry that shows all of a picture as it is.
    public static func whole(_ size: PictureSize) -> ClipGeometry {
        ClipGeometry(crop: PixelRectangle(left: 0, top: 0, width: size.width, height: size.height), output: size)
    }

    /// The same window with left and right exchanged.
    public var mirror: ClipGeometry { ClipGeometry(crop: crop, output: output, mirrored: !mirrored) }

    /// Output pixels a source pixel, along a row.
    public var horizontalScale: Double { Double(output.width) / Double(crop.width) }

    /// Output pixels a source pixel, along a column.
    public var verticalScale: Double { Double(output.height) / Double(crop.height) }

    /// Where a point of the source lies in the output. Both are in pixels from the upper left corner of the picture, so
    /// that the centre of its first pixel is (0.5, 0.5).
    public func point(x: Double, y: Double) -> (x: Double, y: Double) {
        let across = (x - Double(crop.left)) * horizontalScale
        return (mirrored ? Double(output.width) - across : across, (y - Double(crop.top)) * verticalScale)
    }

    /// What a displacement in source pixels becomes in output pixels.
    public func displacement(x: Double, y: Double) -> (x: Double, y: Double) {
        (x * horizontalScale * (mirrored ? -1 : 1), y * verticalScale)
    }

    /// Crops, resizes and mirrors every frame of `source` in one pass; `target` keeps its memory where its shape fits.
    ///
    /// Bilinear with pixel centres at half-integers, without antialias, the edge pixels of the crop replicated: OpenCV's
    /// `INTER_LINEAR` on the cropped picture, as the pipelines of the cards use it, to one level. The result is the same
    /// on every machine. The crop must lie within the source.
    public func apply(to source: PixelClip, into target: inout PixelClip, scratch: inout AugmentScratch) {
        precondition(
            crop.left + crop.width <= source.width && crop.top + crop.height <= source.height,
            "the crop \(crop) leaves the source of \(source.height) x \(source.width)")
        target.reshape(frames: source.frames, size: output)
        var window = image_window(
            top: Int32(crop.top), left: Int32(crop.left), height: Int32(crop.height), width: Int32(crop.width),
            output_height: Int32(output.height), output_width: Int32(output.width), mirrored: mirrored ? 1 : 0)
        scratch.withBytes(image_resize_scratch(&window)) { memory in
            target.pixels.withUnsafeMutableBufferPointer { output in
                image_resize(
                    source.pixels, Int32(source.frames), Int32(source.height), Int32(source.width), &window, output.baseAddress,
                    memory)
            }
        }
    }
}

extension PixelClip {
    /// Takes a shape; the levels are undefined afterwards. Memory is allocated only where the shape changes.
    mutating func reshape(frames: Int, size: PictureSize) {
        if self.frames != frames || height != size.height || width != size.width {
            self = PixelClip(frames: frames, height: size.height, width: size.width)
        }
    }
}
