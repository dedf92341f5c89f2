import Foundation
import Tensor
import TestSupport
import Testing
import Training

/// The engine is settled once a process: every set of kernels and number of threads is tried in a process of its own.
@Suite struct ClusteringThreadsTests {
    static let sets = KernelSet.allCases.filter(\.isSupported)

    @Test(arguments: sets) func bitsDoNotDependOnTheNumberOfThreads(set: KernelSet) async throws {
        let alone = try await digest(set, threads: 1)
        for threads in 2...3 { #expect(try await digest(set, threads: threads) == alone) }
    }

    private func digest(_ set: KernelSet, threads: Int) async throws -> String {
        let name = set.rawValue
        let result = try await #require(processExitsWith: .success, observing: [\.standardOutputContent]) {
            [name = name as String, threads = threads as Int] in
            try Engine.start(EngineConfiguration(threads: threads, kernelSet: KernelSet(rawValue: name)))
            try #require(Engine.backend.description.threads == threads)
            print("digest \(try ClusteringWork.digest())")
        }
        return try #require(printedLine(beginning: "digest ", in: result.standardOutputContent))
    }
}

/// Components and clusters in sizes that are cut into parts and leave tails.
private enum ClusteringWork {
    /// A digest of the bits of all results, which are right within rounding.
    static func digest() throws -> String {
        let features = hashClips("features", [4_001, 67], .float32)
        let components = try PrincipalComponents(of: features, dimensions: 45)
        let projected = try components.applied(to: features)
        let found = try KMeans(clusters: 37, iterations: 5).clustering(
            of: projected, key: RandomKey(seed: 1, purpose: .epoch))
        try requireNearest(found, projected.values(as: Double.self), width: 45)
        let values =
            components.mean + components.variances + components.components.values(as: Double.self)
            + projected.values(as: Double.self) + found.centroids.values(as: Double.self) + [found.objective]
            + found.assignments.map(Double.init)
        let folded = values.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ $1.bitPattern) &* 0x100_0000_01B3 }
        return "\(values.count) \(folded)"
    }

    private static func requireNearest(_ found: Clustering, _ rows: [Double], width: Int) throws {
        let centroids = found.centroids.values(as: Double.self)
        for (row, assignment) in found.assignments.enumerated() {
            let distances = found.sizes.indices.map { cluster in
                (0..<width).reduce(0) { total, column in
                    let difference = rows[row * width + column] - centroids[cluster * width + column]
                    return total + difference * difference
                }
            }
            try #require(distances[assignment] <= (distances.min() ?? 0) + 1e-3)
        }
    }
}
