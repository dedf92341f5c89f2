internal import CKernels
import Media

/// How motion vectors follow the pixels that they belong to.
public enum VectorScaling: String, Sendable, CaseIterable {
    /// In pixels of the view: scaled with the pictures, and turned round where left and right are exchanged.
    case withPixels
    /// In pixels of the video, moved with the pictures and otherwise as they are: what some publications feed their networks.
    case asCoded
}

extension ClipGeometry {
    /// Shows the part of every frame's vectors that belongs to the pixels of the view, by squares of `cellSide` of its pixels.
    ///
    /// Each square takes the vector of the source cell that its centre lies in. `values` becomes `[T, H, W, 2]` and `mask`
    /// `[T, H, W]` (1 where there is a vector, else 0), with H and W the output's sides divided by `cellSide`, rounded up; both grow
    /// where they are too short. The crop must lie within the source.
    ///
    /// - Parameter factor: Multiplies every vector: -1 gives the motion of the content instead of where it was.
    public func apply(
        to source: VectorClip, cellSide: Int = 1, scaling: VectorScaling = .withPixels, factor: Float = 1,
        values: inout [Float], mask: inout [Float], scratch: inout AugmentScratch
    ) {
        precondition(
            crop.left + crop.width <= source.width && crop.top + crop.height <= source.height,
            "the crop \(crop) leaves the source of \(source.height) x \(source.width)")
        let grid = output.cells(of: cellSide), count = source.frames * grid.height * grid.width
        if values.count < 2 * count { values = [Float](repeating: 0, count: 2 * count) }
        if mask.count < count { mask = [Float](repeating: 0, count: count) }
        var window = image_window(
            top: Int32(crop.top), left: Int32(crop.left), height: Int32(crop.height), width: Int32(crop.width),
            output_height: Int32(grid.height), output_width: Int32(grid.width), mirrored: mirrored ? 1 : 0)
        let isScaled = scaling == .withPixels
        // The kernel turns mirrored vectors round; as they are coded they stay.
        let turn: Float = !isScaled && mirrored ? -1 : 1
        scratch.withBytes(vector_resample_scratch(&window)) { memory in
            vector_resample(
                source.vectors, source.validity, Int32(source.frames), Int32(source.rows), Int32(source.columns),
                Int32(source.cellSide), &window, factor * turn * (isScaled ? Float(horizontalScale) : 1),
                factor * (isScaled ? Float(verticalScale) : 1), &values, &mask, memory)
        }
    }
}

extension PictureSize {
    /// The size in squares of `side` pixels, those at the lower and right edge counted whole.
    public func cells(of side: Int) -> PictureSize {
        PictureSize(height: (height + side - 1) / side, width: (width + side - 1) / side)
    }
}
