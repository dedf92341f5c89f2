import Augment
import Tensor

/// What a step gets of one stream.
public struct StreamBatch: Sendable {
    /// The samples' stable indices in their data set, in order.
    public let sampleIndices: [Int]
    /// The class of each sample; empty for streams whose labels training must not read.
    public let labels: [Int]
    /// When each sample shows what its label is about, in seconds from its beginning, or nil where nobody said; empty where labels are.
    public let spans: [ClosedRange<Double>?]
    private var arrays: [String: StridedArray]
    private var masks: [String: StridedArray]
    private let presence: [String: [Float]]
    private let placements: [String: [ClipPlacement]]
    /// Views whose values are levels still, with what they show.
    private var levels: [String: ViewRequest.Kind]

    init(
        sampleIndices: [Int], labels: [Int], spans: [ClosedRange<Double>?] = [], arrays: [String: StridedArray],
        masks: [String: StridedArray],
        presence: [String: [Float]],
        placements: [String: [ClipPlacement]], levels: [String: ViewRequest.Kind]
    ) {
        self.sampleIndices = sampleIndices
        self.labels = labels
        self.spans = spans
        self.arrays = arrays
        self.masks = masks
        self.presence = presence
        self.placements = placements
        self.levels = levels
    }

    /// A batch of given views, for tests and programs of one's own: clip tensors `[N, C, T, H, W]` by name, masks of motion vectors
    /// `[N, 1, T, H, W]`.
    public init(
        sampleIndices: [Int], labels: [Int], spans: [ClosedRange<Double>?] = [], views: [String: Tensor],
        masks: [String: Tensor] = [:],
        presence: [String: [Float]] = [:],
        placements: [String: [ClipPlacement]] = [:]
    ) {
        self.init(
            sampleIndices: sampleIndices, labels: labels, spans: spans, arrays: views.mapValues(\.array),
            masks: masks.mapValues(\.array),
            presence: presence,
            placements: placements, levels: [:])
    }

    /// Where the motion vectors of the view called `name`, what is made with them, or stored features mean something: 1, elsewhere 0,
    /// `[N, 1, T, H, W]`. The view must show motion vectors, blocks, residuals or stored features.
    public func mask(of name: String) -> Tensor {
        guard let array = masks[name] else {
            preconditionFailure(
                "there are no motion vectors, blocks, residuals or stored features \(name), only \(masks.keys.sorted())")
        }
        return Tensor(array)
    }

    /// How much of each sample's sound called `name` its file has, from 0 to 1, `[N]`. The view must be sound.
    public func presence(of name: String) -> Tensor {
        guard let shares = presence[name] else {
            preconditionFailure("there is no sound \(name), only \(presence.keys.sorted())")
        }
        return Tensor(shares, shape: [shares.count])
    }

    /// The clips of the view called `name`, `[N, C, T, H, W]`; sound is `[N, 1, S]` or `[N, 1, 40, P]`. The view must be part of the
    /// plan.
    public subscript(name: String) -> Tensor {
        guard let array = arrays[name] else { preconditionFailure("there is no view \(name), only \(arrays.keys.sorted())") }
        return Tensor(array)
    }

    /// Where the clips of the view called `name` lie in their videos. The view must be part of the plan.
    public func placements(of name: String) -> PlacementBatch {
        guard let found = placements[name] else {
            preconditionFailure("there is no view \(name), only \(placements.keys.sorted())")
        }
        return PlacementBatch(found)
    }

    /// The number of samples.
    public var count: Int { sampleIndices.count }

    /// The samples in the places `range`.
    public func samples(_ range: Range<Int>) -> StreamBatch {
        func part<Element>(_ all: [Element]) -> [Element] { all.isEmpty ? [] : Array(all[range]) }
        return StreamBatch(
            sampleIndices: part(sampleIndices), labels: part(labels), spans: part(spans),
            arrays: arrays.mapValues { Tensor($0).sliced(range).array },
            masks: masks.mapValues { Tensor($0).sliced(range).array },
            presence: presence.mapValues(part), placements: placements.mapValues(part), levels: levels)
    }

    /// The first `clips` samples, or all where there are fewer, and of longer views `frames` frames, evenly from the first.
    public func excerpt(clips: Int, frames: Int) -> StreamBatch {
        func excerpt(_ array: StridedArray) -> StridedArray {
            let few = Tensor(array).sliced(0..<min(clips, count)), length = few.rank == 5 ? few.shape[2] : 0
            guard length > frames else { return few.array }
            let places = (0..<frames).map { $0 * length / frames }
            return Tensor.concatenated(places.map { few.sliced($0..<$0 + 1, axis: 2) }, axis: 2).array
        }
        return StreamBatch(
            sampleIndices: Array(sampleIndices.prefix(clips)), labels: Array(labels.prefix(clips)),
            spans: Array(spans.prefix(clips)),
            arrays: arrays.mapValues(excerpt), masks: masks.mapValues(excerpt),
            presence: presence.mapValues { Array($0.prefix(clips)) },
            placements: placements.mapValues { Array($0.prefix(clips)) }, levels: levels)
    }

    /// The batch with other clips in the view called `name`.
    public func replacing(_ name: String, with clips: Tensor) -> StreamBatch {
        var batch = self
        batch.arrays[name] = clips.array
        return batch
    }

    /// The batch with all views in another type.
    public func converted(to type: ElementType) -> StreamBatch {
        var batch = self
        batch.arrays = arrays.mapValues { Tensor($0).converted(to: type).array }
        batch.masks = masks.mapValues { Tensor($0).converted(to: type).array }
        return batch
    }

    /// Whether some view holds levels.
    var hasLevels: Bool { !levels.isEmpty }

    /// The batch with all views normalised: each rounding is that of the loader.
    func normalized(_ normalization: ChannelNormalization) -> StreamBatch {
        var batch = self
        for (view, kind) in levels {
            let normalization = kind.normalization(normalization)
            let mean = Tensor(normalization.mean, shape: [1, 3, 1, 1, 1])
            let deviation = Tensor(normalization.standardDeviation, shape: [1, 3, 1, 1, 1])
            batch = batch.replacing(view, with: (batch[view] - mean) / deviation)
        }
        batch.levels = [:]
        return batch
    }
}

/// What a step gets: the streams of its plan by name.
public struct Batch: Sendable {
    /// The streams by name.
    public let streams: [String: StreamBatch]

    /// A batch of these streams.
    public init(_ streams: [String: StreamBatch]) { self.streams = streams }

    /// The stream called `name`, which must be part of the plan.
    public subscript(name: String) -> StreamBatch {
        guard let stream = streams[name] else { preconditionFailure("there is no stream \(name), only \(streams.keys.sorted())") }
        return stream
    }

    /// The batch cut into `count` parts, each with as many samples of every stream as the others; the streams' sizes must allow that.
    public func parts(_ count: Int) -> [Batch] {
        guard count > 1 else { return [self] }
        precondition(
            streams.values.allSatisfy { $0.count.isMultiple(of: count) },
            "\(streams.mapValues(\.count)) samples in \(count) parts")
        return (0..<count).map { part in
            Batch(streams.mapValues { $0.samples(part * $0.count / count..<(part + 1) * $0.count / count) })
        }
    }

    /// The batch with another stream under `name`.
    public func replacing(_ name: String, with stream: StreamBatch) -> Batch {
        Batch(streams.merging([name: stream]) { $1 })
    }

    /// Whether some view holds levels, which `normalized` brings to what networks see.
    public var hasLevels: Bool { streams.values.contains(where: \.hasLevels) }

    /// The batch with all views normalised.
    public func normalized(_ normalization: ChannelNormalization = .imageNet) -> Batch {
        Batch(streams.mapValues { $0.hasLevels ? $0.normalized(normalization) : $0 })
    }
}
