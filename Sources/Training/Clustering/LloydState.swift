import Tensor

/// Centroids and assignments between the iterations of `KMeans`.
struct LloydState {
    private(set) var iterations = 0
    /// Whether the rows lie nearest to the means of the clusters that they are in.
    private(set) var isSettled = false
    private let rows: FeatureRows
    private var centroids: StridedArray
    private var assignments: [Int32] = []
    /// The same where the kernels read and write them; the sum of each cluster's rows.
    private let places: StridedArray, sums: StridedArray

    init(_ rows: FeatureRows, _ centroids: StridedArray) {
        self.rows = rows
        self.centroids = centroids
        places = Tensor.uninitialized([rows.count], .int32)
        sums = Tensor.uninitialized(centroids.shape, .float64)
    }

    private var clusters: Int { centroids.shape[0] }

    /// Gives each row to its nearest centroid, and moves the centroids.
    mutating func iterate() {
        Engine.backend.nearestRows(rows.array, centroids: centroids, into: places, sums: sums)
        var members = Members(places.values(as: Int32.self), sums.values(as: Double.self), clusters: clusters)
        isSettled = members.assignments == assignments
        guard !isSettled else { return }
        let empty = members.sizes.indices.filter { members.sizes[$0] == 0 }
        if !empty.isEmpty { members.fill(empty, rows, distances: rows.squaredDistances(to: centroids, places)) }
        let means = members.means(instead: centroids.values(as: Float.self))
        centroids = Tensor(means, shape: centroids.shape).array
        assignments = members.assignments
        iterations += 1
    }

    /// The rows by their nearest centroids as they are now.
    func result() -> Clustering {
        if !isSettled { Engine.backend.nearestRows(rows.array, centroids: centroids, into: places, sums: nil) }
        let assignments = places.values(as: Int32.self).map(Int.init)
        return Clustering(
            assignments: assignments, centroids: Tensor(centroids),
            sizes: assignments.reduce(into: [Int](repeating: 0, count: clusters)) { $0[$1] += 1 },
            objective: rows.squaredDistances(to: centroids, places).reduce(0, +), iterations: iterations)
    }
}

/// The rows of each cluster, their number and their sum.
private struct Members {
    var assignments: [Int32]
    var sizes: [Int]
    private var sums: [Double]
    private var width: Int { sums.count / sizes.count }

    init(_ assignments: [Int32], _ sums: [Double], clusters: Int) {
        self.assignments = assignments
        self.sums = sums
        sizes = assignments.reduce(into: [Int](repeating: 0, count: clusters)) { $0[Int($1)] += 1 }
    }

    /// Moves one row into each of the `empty` clusters, the farthest from its centroid first.
    mutating func fill(_ empty: [Int], _ rows: FeatureRows, distances: [Double]) {
        let farthest = distances.indices.filter { distances[$0] > 0 }.sorted {
            distances[$0] != distances[$1] ? distances[$0] > distances[$1] : $0 < $1
        }
        var candidates = farthest.makeIterator()
        for cluster in empty {
            var row = candidates.next()
            while let found = row, sizes[Int(assignments[found])] == 1 { row = candidates.next() }
            guard let row else { return }
            let old = Int(assignments[row])
            for (column, value) in rows.row(row).enumerated() {
                sums[old * width + column] -= Double(value)
                sums[cluster * width + column] += Double(value)
            }
            sizes[old] -= 1
            sizes[cluster] += 1
            assignments[row] = Int32(cluster)
        }
    }

    /// The mean of each cluster, row after row; what was there before where a cluster is empty.
    func means(instead old: [Float]) -> [Float] {
        sums.indices.map { place in
            let size = sizes[place / width]
            return size == 0 ? old[place] : Float(sums[place] / Double(size))
        }
    }
}
