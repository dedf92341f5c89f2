import Augment
import Tensor

/// What a view shows of a sample that was computed before.
struct StoredView {
    /// `[T, features]`, zeros behind the last frame, and `[T]`, 1 where there is a frame.
    let values: [Float], mask: [Float]
    let placement: ClipPlacement

    private init(_ features: FrameFeatures, _ request: ViewRequest.StoredVectors) {
        let shown = features.thinned(to: request.length), missing = request.length - shown.times.count
        values = shown.values + [Float](repeating: 0, count: missing * request.features)
        mask = [Float](repeating: 1, count: shown.times.count) + [Float](repeating: 0, count: missing)
        placement = ClipPlacement(stored: shown.times, missing: missing)
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

extension ClipPlacement {
    /// Where vectors are that were computed before, for frames at `times`, of which the view could hold so many more.
    fileprivate init(stored times: [Double], missing: Int) {
        self.init(
            firstFrame: 0, stride: 1, frameCount: times.count, times: times + [Double](repeating: .nan, count: missing),
            geometry: .whole(PictureSize(height: 1, width: 1)))
    }
}

extension StreamBatch {
    /// A batch of what `stream` asks for without any data, such as for measuring a step: `views` are given, stored vectors are three a second
    /// and all there.
    public init(pretending stream: StreamRequest, sampleIndices: [Int], labels: [Int], views: [String: Tensor]) {
        let stored = stream.views.filter { $0.kind.stored != nil }
        let shown = stored.compactMap { view in views[view.name].map { (view.name, $0.shape[2]) } }
        self.init(
            sampleIndices: sampleIndices, labels: labels, spans: labels.map { _ in nil }, views: views,
            masks: Dictionary(
                uniqueKeysWithValues: shown.map {
                    (
                        $0,
                        Tensor([Float](repeating: 1, count: sampleIndices.count * $1), shape: [sampleIndices.count, 1, $1, 1, 1])
                    )
                }),
            placements: Dictionary(
                uniqueKeysWithValues: shown.map { name, length in
                    let placement = ClipPlacement(stored: (0..<length).map { Double($0) / 3 }, missing: 0)
                    return (name, sampleIndices.map { _ in placement })
                }))
    }
}
