import Augment
import Tensor

/// Where a view of a sample lies in its video: what methods that compare places learn from.
public struct ClipPlacement: Hashable, Sendable {
    /// The position of the first frame in the sample's stretch of video, and the step from one frame to the next.
    public let firstFrame: Int, stride: Int
    /// Frames of that stretch.
    public let frameCount: Int
    /// The time of each frame in seconds from the start of the file; NaN where the container has none.
    public let times: [Double]
    /// What is shown of each picture.
    public let geometry: ClipGeometry

    /// A placement; see the properties.
    public init(firstFrame: Int, stride: Int, frameCount: Int, times: [Double], geometry: ClipGeometry) {
        self.firstFrame = firstFrame
        self.stride = stride
        self.frameCount = frameCount
        self.times = times
        self.geometry = geometry
    }
}

/// The placements of one view, as tensors with a row a sample. Whole numbers are converted before they are computed with.
public struct PlacementBatch: Sendable {
    private let placements: [ClipPlacement]

    init(_ placements: [ClipPlacement]) { self.placements = placements }

    private func integers(_ value: (ClipPlacement) -> Int) -> Tensor { Tensor(placements.map { Int64(value($0)) }) }

    /// The position of the first frame, `[N]`, i64.
    public var firstFrames: Tensor { integers(\.firstFrame) }
    /// From one frame to the next, `[N]`, i64.
    public var strides: Tensor { integers(\.stride) }
    /// Frames of the sample's stretch of video, `[N]`, i64.
    public var frameCounts: Tensor { integers(\.frameCount) }
    /// Seconds from the start of the file, `[N, T]`, f64; NaN where unknown.
    public var times: Tensor {
        Tensor(placements.flatMap(\.times), shape: [placements.count, placements.first?.times.count ?? 0])
    }
    /// Left, top, width and height of the crop in source pixels, `[N, 4]`, i64.
    public var crops: Tensor {
        let crops = placements.map(\.geometry.crop)
        return Tensor(crops.flatMap { [$0.left, $0.top, $0.width, $0.height].map(Int64.init) }, shape: [crops.count, 4])
    }
    /// 1 where left and right are exchanged, else 0, `[N]`, i64.
    public var mirrored: Tensor { integers { $0.geometry.mirrored ? 1 : 0 } }
}
