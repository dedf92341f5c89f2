import Tensor

/// What a step gets of one stream.
public struct StreamBatch: Sendable {
    /// The samples' stable indices in their data set, in order.
    public let sampleIndices: [Int]
    /// The class of each sample; empty for streams whose labels training must not read.
    public let labels: [Int]
    private let arrays: [String: StridedArray]

    init(sampleIndices: [Int], labels: [Int], arrays: [String: StridedArray]) {
        self.sampleIndices = sampleIndices
        self.labels = labels
        self.arrays = arrays
    }

    /// A batch of given views, for tests and programs of one's own: clip tensors `[N, C, T, H, W]` by name.
    public init(sampleIndices: [Int], labels: [Int], views: [String: Tensor]) {
        self.init(sampleIndices: sampleIndices, labels: labels, arrays: views.mapValues(\.array))
    }

    /// The clips of the view called `name`, `[N, C, T, H, W]`. The view must be part of the plan.
    public subscript(name: String) -> Tensor {
        guard let array = arrays[name] else { preconditionFailure("there is no view \(name), only \(arrays.keys.sorted())") }
        return Tensor(array)
    }

    /// The number of samples.
    public var count: Int { sampleIndices.count }
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
}
