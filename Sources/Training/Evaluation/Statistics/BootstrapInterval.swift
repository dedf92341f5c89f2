import Tensor

/// The 95 % interval of a share over videos, by resampling whole units: groups where videos of one source belong together, else
/// single videos (protocol card, section 2).
public struct BootstrapInterval: Sendable, Equatable {
    /// What is resampled as a whole: so many videos, and the sum of what is counted over them.
    public struct Unit: Sendable, Equatable {
        /// Videos.
        public var count: Int
        /// Hits; for two networks the hits of the one less those of the other.
        public var sum: Int

        /// A unit of these videos.
        public init(count: Int, sum: Int) {
            self.count = count
            self.sum = sum
        }
    }

    /// The 2.5th and the 97.5th percentile over all resamples.
    public let low: Double, high: Double
    /// The number of units.
    public let units: Int

    /// How often is resampled.
    public static let resamples = 10_000

    /// The interval of the sum over all units divided by their videos; nil without units.
    ///
    /// - Parameter seed: Draws the resamples; the same units in the same order give the same interval.
    public init?(_ units: [Unit], seed: UInt64 = 0) {
        guard let interval = Self.intervals(of: [units], seed: seed).first else { return nil }
        self = interval
    }

    /// The intervals of several quantities over the same units, each as if it were alone: the resamples are drawn once for all.
    ///
    /// - Parameter quantities: As many units in each. Returns nothing where there are none.
    public static func intervals(of quantities: [[Unit]], seed: UInt64 = 0) -> [BootstrapInterval] {
        guard let unitCount = quantities.first?.count, unitCount > 0 else { return [] }
        precondition(quantities.allSatisfy { $0.count == unitCount }, "quantities over other units")
        var stream = RandomKey(seed: seed, purpose: .resampling).stream
        let counts = quantities.map { $0.map { Int32($0.count) } }, sums = quantities.map { $0.map { Int32($0.sum) } }
        var shares = [[Double]](repeating: [], count: quantities.count)
        var times = [Int32](repeating: 0, count: unitCount)
        for _ in 0..<resamples {
            for place in times.indices { times[place] = 0 }
            for _ in 0..<unitCount { times[stream.integer(below: unitCount)] += 1 }
            for place in quantities.indices {
                shares[place].append(Double(product(times, sums[place])) / Double(product(times, counts[place])))
            }
        }
        return shares.map { BootstrapInterval(sorted: $0.sorted(), units: unitCount) }
    }

    private init(sorted shares: [Double], units: Int) {
        low = Self.percentile(2.5, of: shares)
        high = Self.percentile(97.5, of: shares)
        self.units = units
    }

    private static func product(_ left: [Int32], _ right: [Int32]) -> Int32 {
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                var sum: Int32 = 0
                for place in left.indices { sum &+= left[place] &* right[place] }
                return sum
            }
        }
    }

    /// Between neighbours of the sorted `values` linearly, as numpy's default.
    private static func percentile(_ percent: Double, of values: [Double]) -> Double {
        let place = percent / 100 * Double(values.count - 1), below = Int(place)
        let above = min(below + 1, values.count - 1)
        return values[below] + (values[above] - values[below]) * (place - Double(below))
    }
}
