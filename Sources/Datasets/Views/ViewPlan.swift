import Files

/// The samples that a step takes from one list, and what it sees of them.
public struct StreamRequest: Sendable {
    /// Where samples come from.
    public enum Source: Hashable, Sendable {
        /// The labelled list; its labels are in the batch.
        case labeled
        /// The unlabelled list.
        case unlabeled
        /// The training samples of these stable indices, without their labels.
        case samples([Int])
        /// The same one after the other as they stand, some perhaps several times, from the first step of each epoch on.
        case sequence([Int])
    }

    /// The name under which the batch holds the stream.
    public let name: String
    /// The list.
    public let source: Source
    /// Samples in a step.
    public let batchSize: Int
    /// Draws windows for several views together; nil where each view draws its own.
    public let sampler: (any ClipSampler)?
    /// The views, those that others refer to first.
    public let views: [ViewRequest]

    /// A stream; see the properties.
    public init(
        name: String, source: Source, batchSize: Int, sampler: (any ClipSampler)? = nil, views: [ViewRequest]
    ) {
        self.name = name
        self.source = source
        self.batchSize = batchSize
        self.sampler = sampler
        self.views = views
    }
}

/// Everything that a method wants of a step.
public struct ViewPlan: Sendable {
    /// The streams, each with a name of its own.
    public let streams: [StreamRequest]
    /// Whether the loop asks for a new plan in every epoch, such as after a clustering.
    public let isForOneEpoch: Bool

    /// A plan; see the properties.
    public init(_ streams: [StreamRequest], isForOneEpoch: Bool = false) {
        self.streams = streams
        self.isForOneEpoch = isForOneEpoch
    }

    /// Why the plan cannot be met, whatever the videos; nil for a plan that can.
    public var problem: ViewPlanError? {
        if streams.isEmpty { return ViewPlanError(view: "", reason: "the plan has no stream") }
        let names = streams.map(\.name)
        if let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
            return ViewPlanError(view: names[twice], reason: "two streams have this name")
        }
        return streams.lazy.compactMap(\.problem).first
    }
}

/// A view plan that no loader can meet: a mistake of the method.
public struct ViewPlanError: ReportedError, Equatable {
    /// The stream, or `stream.view`, and why.
    public let view: String, reason: String

    /// An error; see the properties.
    public init(view: String, reason: String) {
        self.view = view
        self.reason = reason
    }

    public var exitCode: ExitCode { .unavailable }
    public var description: String { view.isEmpty ? reason : "view \(view): \(reason)" }
}
