import Tensor

/// Lloyd's algorithm with squared Euclidean distances, in f32.
///
/// Each iteration gives every row to its nearest centroid, the lowest of those equally near, and moves each centroid to the mean of
/// its rows. An empty cluster takes the row that is farthest from its own centroid out of that cluster (the lowest of several; further
/// empty clusters, by number, take the next), but never the only row of a cluster or one that lies on its centroid. It ends early
/// when an assignment repeats, with the same result. The bits are the same on every repeat and for any number of threads.
/// It takes memory for the features, an eighth of that (more with fewer than sixteen rows a cluster), and a few numbers for each row.
public struct KMeans: Sendable {
    /// How the first centroids are chosen.
    public enum Initialization: String, ConfigurationChoice {
        /// Distinct rows, all alike.
        case randomRows
        /// k-means++ (Arthur and Vassilvitskii 2007): each row by its squared distance to the nearest one chosen before.
        case plusPlus
    }

    /// The number of clusters.
    public let clusters: Int
    /// How often the centroids are moved at most.
    public let iterations: Int
    /// How the first centroids are chosen.
    public let initialization: Initialization

    /// Settings; `iterations` is at least 1.
    public init(clusters: Int, iterations: Int = 20, initialization: Initialization = .randomRows) {
        precondition(iterations > 0, "k-means of \(iterations) iterations")
        self.clusters = clusters
        self.iterations = iterations
        self.initialization = initialization
    }

    /// Clusters `features` `[N, D]` from centroids that are drawn by `key`.
    ///
    /// Throws `ClusteringError` where values are not finite, and where there are more clusters than rows, or none.
    public func clustering(of features: Tensor, key: RandomKey) throws(ClusteringError) -> Clustering {
        let rows = try checked(features)
        let chosen =
            switch initialization {
            case .randomRows: Array(randomOrder(rows.count, key).prefix(clusters))
            case .plusPlus: spreadRows(rows, key)
            }
        return clustering(of: rows, from: rows.rows(at: chosen))
    }

    /// Clusters `features` `[N, D]` from `centroids` `[k, D]`.
    ///
    /// Throws `ClusteringError` as above, and where the centroids do not fit.
    public func clustering(of features: Tensor, from centroids: Tensor) throws(ClusteringError) -> Clustering {
        let rows = try checked(features)
        let start = try FeatureRows(centroids, what: "initial centroids")
        guard start.count == clusters else { throw .centroidCount(start.count, clusters: clusters) }
        guard start.width == rows.width else {
            throw .width(what: "initial centroids", found: start.width, expected: rows.width)
        }
        return clustering(of: rows, from: start.array)
    }

    private func checked(_ features: Tensor) throws(ClusteringError) -> FeatureRows {
        let rows = try FeatureRows(features)
        guard 1...rows.count ~= clusters else { throw .clusterCount(clusters, rows: rows.count) }
        return rows
    }

    private func clustering(of rows: FeatureRows, from centroids: StridedArray) -> Clustering {
        var state = LloydState(rows, centroids)
        while state.iterations < iterations, !state.isSettled { state.iterate() }
        return state.result()
    }

    private func randomOrder(_ count: Int, _ key: RandomKey) -> [Int] {
        var stream = key.stream
        return stream.permutation(of: count)
    }

    private func spreadRows(_ rows: FeatureRows, _ key: RandomKey) -> [Int] {
        var stream = key.stream
        var chosen = [stream.integer(below: rows.count)]
        var nearest = [Double](repeating: .infinity, count: rows.count)
        while chosen.count < clusters {
            for (row, distance) in rows.squaredDistances(toRow: chosen[chosen.count - 1]).enumerated() {
                nearest[row] = min(nearest[row], distance)
            }
            guard let row = draw(nearest, &stream) else { break }
            chosen.append(row)
        }
        // Fewer distinct rows than clusters: the rest are copies.
        let taken = Set(chosen)
        return chosen + randomOrder(rows.count, key.derived(1)).filter { !taken.contains($0) }.prefix(clusters - chosen.count)
    }

    /// A place by its weight; nil where all weights are 0.
    private func draw(_ weights: [Double], _ stream: inout RandomStream) -> Int? {
        var rest = stream.uniform() * weights.reduce(0, +)
        // What rounding leaves over falls to the last.
        return weights.firstIndex { weight in
            rest -= weight
            return rest < 0
        } ?? weights.lastIndex { $0 > 0 }
    }
}
