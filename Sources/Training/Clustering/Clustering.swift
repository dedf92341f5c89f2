import Tensor

/// How rows of features fall into clusters.
public struct Clustering {
    /// The cluster of each row, 0 ..< k; the lowest of those equally near.
    public let assignments: [Int]
    /// The centre of each cluster, `[k, D]`, f32.
    public let centroids: Tensor
    /// The number of rows in each cluster; 0 only where there are fewer distinct rows than clusters, or after the last iteration.
    public let sizes: [Int]
    /// The sum of squared distances of all rows to their centroids.
    public let objective: Double
    /// How often the centroids were moved.
    public let iterations: Int
}
