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

    /// Those that are shown from one time to before another, with their times counted from the first; where there are none, the one that is
    /// nearest to the beginning.
    public func cut(from begin: Double, to end: Double) -> FrameFeatures {
        let inside = times.indices.filter { begin <= times[$0] && times[$0] < end }
        let nearest = times.indices.min { abs(times[$0] - begin) < abs(times[$1] - begin) }
        return selecting(inside.isEmpty ? nearest.map { [$0] } ?? [] : inside, from: inside.isEmpty ? nil : begin)
    }

    /// At most `limit` of the frames, at even distances.
    func thinned(to limit: Int) -> FrameFeatures {
        guard times.count > limit else { return self }
        let places = (0..<limit).map { $0 * times.count / limit }
        return selecting(places, from: 0)
    }

    /// The frames in these places, with their times counted from `begin`; nil: from the first.
    private func selecting(_ places: [Int], from begin: Double?) -> FrameFeatures {
        let begin = begin ?? places.first.map { times[$0] } ?? 0
        return FrameFeatures(
            featureCount: featureCount, values: places.flatMap { values[$0 * featureCount..<($0 + 1) * featureCount] },
            times: places.map { times[$0] - begin })
    }
}
