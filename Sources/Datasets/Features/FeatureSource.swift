/// Where vectors of frames come from that were computed before.
public protocol FeatureSource: Sendable {
    /// The vectors of the frames of `sample`. Throws, with the file and what to do, where there are none.
    func features(of sample: VideoSample) throws -> FrameFeatures
}

/// A vector for each of some frames of a clip, in order.
public struct FrameFeatures: Sendable, Equatable {
    /// Values of a vector.
    public let featureCount: Int
    /// The values, frame after frame.
    public let values: [Float]
    /// When each frame is shown, in seconds from the beginning of the clip.
    public let times: [Double]

    /// Vectors; `values` has `featureCount` for each of `times`.
    public init(featureCount: Int, values: [Float], times: [Double]) {
        precondition(values.count == featureCount * times.count, "\(values.count) values for \(times.count) frames")
        self.featureCount = featureCount
        self.values = values
        self.times = times
    }

    /// At most `limit` of the frames, at even distances.
    func thinned(to limit: Int) -> FrameFeatures {
        guard times.count > limit else { return self }
        let places = (0..<limit).map { $0 * times.count / limit }
        return FrameFeatures(
            featureCount: featureCount,
            values: places.flatMap { values[$0 * featureCount..<($0 + 1) * featureCount] }, times: places.map { times[$0] })
    }
}
