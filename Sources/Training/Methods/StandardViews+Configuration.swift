import Augment
import Datasets

extension StandardViews {
    /// The weak and strong views that `configuration` describes. Throws `AugmentError` for settings that no view can meet.
    public init(_ configuration: Configuration) throws(AugmentError) {
        let clip = configuration[ClipOptions.self], batch = configuration[BatchOptions.self]
        let weak = configuration[WeakAugmentOptions.self], strong = configuration[StrongAugmentOptions.self]
        self.init(
            window: TemporalWindow(length: clip.length, stride: clip.stride, start: .random),
            weak: try WeakAugmentation(
                output: PictureSize(side: clip.size),
                crop: .areaAndAspect(
                    shortSide: (clip.size * 8 + 3) / 7, area: weak.smallestArea...weak.largestArea,
                    aspect: 1 / weak.aspect...weak.aspect),
                mirrorProbability: weak.mirror),
            strong: try StrongAugmentation(
                operationCount: strong.operations, magnitude: Double(strong.magnitude),
                strength: strong.strength,
                cutoutSide: strong.cutout > 0 ? 0...strong.cutout : nil),
            labeled: batch.labeled, unlabeled: batch.unlabeled)
    }
}
