import Augment

/// One view that a method wants of each sample of a stream.
public struct ViewRequest: Hashable, Sendable {
    /// What the view shows.
    public enum Kind: Hashable, Sendable {
        /// Pictures, `[3, T, H, W]`.
        case rgb
    }

    /// Where the view's window and geometry come from.
    public enum Source: Hashable, Sendable {
        /// A window and a random geometry of its own: the weak view.
        case weak(TemporalWindow, WeakAugmentation)
        /// A window and a fixed crop: views for testing. `crop` counts along the long side.
        case evaluation(TemporalWindow, EvaluationCrops, crop: Int)
        /// The pixels of an earlier view of the same sample: same frames, same crop, same mirroring.
        case view(String)
    }

    /// The name under which the batch holds the view.
    public let name: String
    /// What the view shows.
    public let kind: Kind
    /// Where its window and geometry come from.
    public let source: Source
    /// Operations on the pixels; nil for none.
    public let photometry: StrongAugmentation?

    /// A view; see the properties.
    public init(name: String, kind: Kind = .rgb, source: Source, photometry: StrongAugmentation? = nil) {
        self.name = name
        self.kind = kind
        self.source = source
        self.photometry = photometry
    }
}

/// The samples that a step takes from one list, and what it sees of them.
public struct StreamRequest: Hashable, Sendable {
    /// Where samples come from.
    public enum Source: String, Hashable, Sendable {
        case labeled
        case unlabeled
    }

    /// The name under which the batch holds the stream.
    public let name: String
    /// The list.
    public let source: Source
    /// Samples in a step.
    public let batchSize: Int
    /// The views, those that others are made from first.
    public let views: [ViewRequest]

    /// A stream; see the properties.
    public init(name: String, source: Source, batchSize: Int, views: [ViewRequest]) {
        precondition(batchSize > 0, "a stream without samples")
        for (index, view) in views.enumerated() {
            if case .view(let origin) = view.source {
                precondition(
                    views[..<index].contains { $0.name == origin },
                    "view \(view.name) is made from \(origin), which does not precede it")
            }
        }
        self.name = name
        self.source = source
        self.batchSize = batchSize
        self.views = views
    }
}

/// Everything that a method wants of a step.
public struct ViewPlan: Hashable, Sendable {
    /// The streams.
    public let streams: [StreamRequest]

    /// A plan of these streams, each with a name of its own.
    public init(_ streams: [StreamRequest]) {
        precondition(Set(streams.map(\.name)).count == streams.count, "two streams of one name")
        self.streams = streams
    }
}
