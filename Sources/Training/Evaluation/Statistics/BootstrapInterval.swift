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
        guard !units.isEmpty else { return nil }
        var stream = RandomKey(seed: seed, purpose: .resampling).stream
        let shares = (0..<Self.resamples).map { _ in
            var count = 0, sum = 0
            for _ in units.indices {
                let unit = units[stream.integer(below: units.count)]
                count += unit.count
                sum += unit.sum
            }
            return Double(sum) / Double(count)
        }.sorted()
        low = Self.percentile(2.5, of: shares)
        high = Self.percentile(97.5, of: shares)
        self.units = units.count
    }

    /// Between neighbours of the sorted `values` linearly, as numpy's default.
    private static func percentile(_ percent: Double, of values: [Double]) -> Double {
        let place = percent / 100 * Double(values.count - 1), below = Int(place)
        let above = min(below + 1, values.count - 1)
        return values[below] + (values[above] - values[below]) * (place - Double(below))
    }
}
