import Augment

/// What a view shows of a sample that was computed before.
struct StoredView {
    /// `[T, features]`, zeros behind the last frame, and `[T]`, 1 where there is a frame.
    let values: [Float], mask: [Float]
    let placement: ClipPlacement

    private init(_ features: FrameFeatures, _ request: ViewRequest.StoredVectors) {
        let shown = features.thinned(to: request.length), missing = request.length - shown.times.count
        values = shown.values + [Float](repeating: 0, count: missing * request.features)
        mask = [Float](repeating: 1, count: shown.times.count) + [Float](repeating: 0, count: missing)
        placement = ClipPlacement(
            firstFrame: 0, stride: 1, frameCount: shown.times.count,
            times: shown.times + [Double](repeating: .nan, count: missing),
            geometry: .whole(PictureSize(height: 1, width: 1)))
    }

    /// By number of the view, what the views of `request` show of `sample`.
    static func all(
        of request: StreamRequest, _ sample: VideoSample, _ source: (any FeatureSource)?
    ) throws(Unshowable) -> [Int: StoredView] {
        var found: [Int: StoredView] = [:]
        for (number, view) in request.views.enumerated() {
            guard let vectors = view.kind.stored else { continue }
            guard let source else { throw .plan(ViewPlanError(view: view.name, reason: "the data has no stored features")) }
            let features: FrameFeatures
            do { features = try source.features(of: sample) } catch { throw .features("\(error)") }
            guard features.featureCount == vectors.features, !features.times.isEmpty else {
                throw .features(
                    "\(sample.path): \(features.times.count) frames of \(features.featureCount) values are stored, "
                        + "expected one or more of \(vectors.features)")
            }
            found[number] = StoredView(features, vectors)
        }
        return found
    }
}
