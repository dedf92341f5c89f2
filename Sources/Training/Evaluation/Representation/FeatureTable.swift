import Datasets
import Tensor

/// The features of videos: what a backbone makes of them, pooled over the last stage and averaged over the views.
public struct FeatureTable: Sendable, Equatable {
    /// One video.
    public struct Row: Sendable, Equatable {
        /// The video's stable index.
        public let sampleIndex: Int
        /// The true class; nil where it is not known.
        public let label: Int?
        /// The features; as many in all rows of a table.
        public let features: [Float]
        /// `Class/stem`, and the group that ties clips of one source together.
        public let name: String, group: String?

        /// A row of these values.
        public init(sampleIndex: Int, label: Int?, features: [Float], name: String, group: String? = nil) {
            self.sampleIndex = sampleIndex
            self.label = label
            self.features = features
            self.name = name
            self.group = group
        }
    }

    /// The videos that could be read, in list order.
    public let rows: [Row]
    /// Damaged videos, which are left out.
    public let damaged: Int

    /// A table of these rows.
    public init(rows: [Row], damaged: Int = 0) {
        precondition(Set(rows.map(\.features.count)).count <= 1, "rows of a table differ in their features")
        self.rows = rows
        self.damaged = damaged
    }

    /// Features of a video; 0 without videos.
    public var featureCount: Int { rows.first?.features.count ?? 0 }

    /// The features as `[rows, features]`.
    func tensor(_ elementType: ElementType) -> Tensor {
        Tensor(rows.flatMap(\.features), shape: [rows.count, featureCount]).converted(to: elementType)
    }

    /// The rows of the samples of `list`, in its order; those that are not in this table count as damaged.
    func selecting(_ list: VideoList) -> FeatureTable {
        let known = Dictionary(rows.map { ($0.sampleIndex, $0) }) { first, _ in first }
        let found = list.samples.compactMap { known[$0.index] }
        return FeatureTable(rows: found, damaged: list.count - found.count)
    }
}
