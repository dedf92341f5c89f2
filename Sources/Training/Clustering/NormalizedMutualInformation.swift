import Foundation

/// How far two ways of labelling the same samples agree, whatever the labels are called: 1 for the same partition, about 0 for unrelated
/// ones. The mutual information over the arithmetic mean of both entropies.
public struct NormalizedMutualInformation: Sendable, Equatable {
    /// In 0 ... 1; 1 where neither labelling tells any samples apart.
    public let value: Double

    /// Of two labels for each sample; both arrays are of one length.
    public init(_ first: [Int], _ second: [Int]) {
        precondition(first.count == second.count, "\(first.count) labels beside \(second.count)")
        let together = Self.counts(zip(first, second).map { [$0, $1] })
        let alone = (Self.counts(first.map { [$0] }), Self.counts(second.map { [$0] }))
        guard alone.0.count > 1 || alone.1.count > 1 else {
            value = 1
            return
        }
        let entropies = Self.entropy(alone.0) + Self.entropy(alone.1)
        let information = entropies - Self.entropy(together)
        value = min(1, max(0, 2 * information / entropies))
    }

    /// How often each label occurs, in an order that does not change from run to run.
    private static func counts(_ labels: [[Int]]) -> [Int] {
        let counts = labels.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }

    private static func entropy(_ counts: [Int]) -> Double {
        let total = Double(counts.reduce(0, +))
        return counts.reduce(0) { $0 - Double($1) / total * log(Double($1) / total) }
    }
}
