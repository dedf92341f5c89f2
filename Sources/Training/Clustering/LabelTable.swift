import Tensor

/// Labels by the stable index of a sample; samples that are not in the table have none.
public struct LabelTable: Sendable, Equatable {
    private var labels: [Int: Int32]

    /// A table without labels.
    public init() { labels = [:] }

    /// The label of each of `samples`, which are stable indices, none of them twice.
    public init(samples: [Int], labels: [Int]) {
        precondition(samples.count == labels.count, "\(labels.count) labels of \(samples.count) samples")
        self.labels = Dictionary(uniqueKeysWithValues: zip(samples, labels.map(Int32.init)))
    }

    /// The number of labels.
    public var count: Int { labels.count }

    /// The label of a sample; nil where it has none.
    public subscript(sample: Int) -> Int? { labels[sample].map(Int.init) }

    /// The stable indices that have a label, ascending.
    public var samples: [Int] { labels.keys.sorted() }

    /// Both columns, in the order of the indices: `samples` (int64) and `labels` (int32).
    public var state: StateTree {
        let rows = labels.sorted { $0.key < $1.key }
        return StateTree(["samples": Tensor(rows.map { Int64($0.key) }), "labels": Tensor(rows.map(\.value))])
    }

    /// The table that gave `state`. Throws `StateError` where it does not hold one.
    public init(_ state: StateTree) throws(StateError) {
        guard let samples = state["samples"] else { throw .missing(name: "samples") }
        let count = samples.count
        let indices = try state.tensor("samples", shape: [count]).values(as: Int64.self)
        let values = try state.tensor("labels", shape: [count]).values(as: Int32.self)
        guard zip(indices, indices.dropFirst()).allSatisfy({ $0 < $1 }) else { throw .notAscending(name: "samples") }
        labels = Dictionary(uniqueKeysWithValues: zip(indices.map(Int.init), values))
    }
}
