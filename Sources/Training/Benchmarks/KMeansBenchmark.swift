import Tensor

/// Clusters of random features: `KMeans` from random rows to its last assignment.
struct KMeansBenchmark {
    let bench: BenchmarkSetting

    init(_ bench: BenchmarkSetting) { self.bench = bench }

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let work = bench.configuration[KMeansBenchmarkOptions.self]
        let key = RandomKey(seed: 0, purpose: .epoch)
        let before = ProcessMemory.residentMiB
        let features = Tensor.normal([work.rows, work.columns], standardDeviation: 1, key: key.derived("features"))
        let method = KMeans(
            clusters: work.clusters, iterations: work.iterations, initialization: work.plusPlus ? .plusPlus : .randomRows)
        var moves = 0, objective = 0.0
        let seconds = try bench.seconds {
            let found = try method.clustering(of: features, key: key)
            (moves, objective) = (found.iterations, found.objective)
        }
        let featuresMiB = Double(4 * features.count) / 1_048_576, grown = ProcessMemory.peakMiB - before
        let limit = bench.limit(multiplyAdds: Double(features.count * work.clusters))
        try report(
            BenchmarkResult(
                bench: bench.name, subject: "f32 \(work.rows)x\(work.columns) into \(work.clusters)", unit: "iterations/s",
                rates: seconds.map { Double(moves) / $0 }, limit: limit,
                details: [
                    ("iterations", Double(moves)), ("seconds", seconds.sorted()[seconds.count / 2]), ("objective", objective),
                    ("featuresMiB", featuresMiB), ("grownMiB", grown), ("grownByFeatures", grown / featuresMiB),
                ]))
    }
}

/// What is clustered.
public struct KMeansBenchmarkOptions: ConfigurationGroup {
    /// The number of samples.
    public var rows = 100_000
    /// The number of features of each.
    public var columns = 256
    /// The number of clusters.
    public var clusters = 64
    /// How often the centroids are moved at most.
    public var iterations = 20
    /// Whether the first centroids are chosen by k-means++.
    public var plusPlus = false

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("kmeans.rows", \.rows, in: 1...100_000_000, help: "Samples that are clustered."),
        .init("kmeans.columns", \.columns, in: 1...100_000, help: "Features of a sample."),
        .init("kmeans.clusters", \.clusters, in: 1...1_000_000, help: "Clusters."),
        .init("kmeans.iterations", \.iterations, in: 1...10_000, help: "Iterations at most."),
        .init("kmeans.plusPlus", \.plusPlus, help: "Choose the first centroids by k-means++."),
    ]
}
