import Tensor

/// Draws samples uniformly over clusters instead of over samples, so that one large cluster does not decide the training
/// (DeepCluster, Caron et al. 2018).
public struct ClusterBalance: Sendable {
    /// The places of each cluster that has any, by its number.
    private let members: [[Int]]
    private let count: Int

    /// A balance of the samples at places 0 ..< N, by the cluster of each.
    public init(_ assignments: [Int]) {
        members = Dictionary(grouping: assignments.indices) { assignments[$0] }.sorted { $0.key < $1.key }.map(\.value)
        count = assignments.count
    }

    /// The places of an epoch of `length` samples: every cluster that has any members gets `length / clusters + 1` draws, with
    /// replacement where it has no more members than that; all are shuffled and cut to `length`.
    ///
    /// Empty where there are no samples.
    public func order(length: Int, key: RandomKey) -> [Int] {
        guard !members.isEmpty else { return [] }
        var stream = key.stream
        let draws = length / members.count + 1
        let drawn = members.flatMap { places in
            places.count <= draws
                ? (0..<draws).map { _ in places[stream.integer(below: places.count)] }
                : stream.permutation(of: places.count).prefix(draws).map { places[$0] }
        }
        return stream.permutation(of: drawn.count).prefix(length).map { drawn[$0] }
    }

    /// The share of each sample in such draws: 1 / (clusters with members x members of its own); they sum up to 1.
    public var weights: [Double] {
        var weights = [Double](repeating: 0, count: count)
        for places in members {
            for place in places { weights[place] = 1 / Double(members.count * places.count) }
        }
        return weights
    }
}
