import Augment
import Datasets

/// The weak and strong views of the configuration, and the batch sizes.
public struct StandardViews: Sendable {
    /// The window in time, the weak view, the strong view.
    public let window: TemporalWindow, weak: WeakAugmentation, strong: StrongAugmentation
    /// Samples of a step.
    public let labeled: Int, unlabeled: Int

    /// Views; see the properties.
    public init(window: TemporalWindow, weak: WeakAugmentation, strong: StrongAugmentation, labeled: Int, unlabeled: Int) {
        self.window = window
        self.weak = weak
        self.strong = strong
        self.labeled = labeled
        self.unlabeled = unlabeled
    }

    /// The weak and strong views that `configuration` describes. Throws `AugmentError` for settings that no view can meet.
    public init(_ configuration: Configuration) throws(AugmentError) {
        let clip = configuration[ClipOptions.self], batch = configuration[BatchOptions.self]
        let weak = configuration[WeakAugmentOptions.self], strong = configuration[StrongAugmentOptions.self]
        self.init(
            window: TemporalWindow(length: clip.length, stride: clip.stride, start: .random),
            weak: try WeakAugmentation(
                output: PictureSize(side: clip.size),
                crop: .areaAndAspect(
                    shortSide: Evaluator.shortSide(of: clip.size), area: weak.smallestArea...weak.largestArea,
                    aspect: 1 / weak.aspect...weak.aspect),
                mirrorProbability: weak.mirror),
            strong: try StrongAugmentation(
                operationCount: strong.operations, magnitude: Double(strong.magnitude),
                strength: strong.strength,
                cutoutSide: strong.cutout > 0 ? 0...strong.cutout : nil),
            labeled: batch.labeled, unlabeled: batch.unlabeled)
    }
}

/// How labelled clips are augmented.
public enum LabeledView: String, ConfigurationChoice {
    case weak
    case strong
}

extension StandardViews {
    /// The labelled stream, called `labeled`: a view called `clip`, and those that are derived from it.
    public func labeledStream(_ view: LabeledView = .weak, and others: [ViewRequest] = []) -> StreamRequest {
        StreamRequest(
            name: "labeled", source: .labeled, batchSize: labeled,
            views: [ViewRequest(name: "clip", source: .weak(window, weak), photometry: view == .strong ? .drawn(strong) : .none)]
                + others)
    }

    /// The unlabelled stream, called `unlabeled`: a `weak` view, where asked a `strong` one made from its pixels, and others.
    public func unlabeledStream(hasStrongView: Bool = true, and others: [ViewRequest] = []) -> StreamRequest {
        let strongView = ViewRequest(name: "strong", source: .view("weak"), photometry: .drawn(strong))
        return StreamRequest(
            name: "unlabeled", source: .unlabeled, batchSize: unlabeled,
            views: [ViewRequest(name: "weak", source: .weak(window, weak))] + (hasStrongView ? [strongView] : []) + others)
    }
}
