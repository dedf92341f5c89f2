import Foundation

/// Two networks on the same videos: the difference of their accuracies with its interval, and whether it may be chance
/// (protocol card, section 2).
public struct PairedComparison: Sendable, Equatable {
    /// A video on which both were scored.
    public struct Video: Sendable, Equatable {
        /// What is resampled together.
        public let unit: String
        /// Whether the first, and whether the second was right.
        public let isFirstRight: Bool, isSecondRight: Bool

        /// A video of `unit`.
        public init(unit: String, isFirstRight: Bool, isSecondRight: Bool) {
            self.unit = unit
            self.isFirstRight = isFirstRight
            self.isSecondRight = isSecondRight
        }
    }

    /// The accuracy of the first less that of the second.
    public let difference: Double
    /// Its 95 % interval.
    public let interval: BootstrapInterval
    /// Videos that only the first, and that only the second was right about.
    public let onlyFirst: Int, onlySecond: Int
    /// The chance of counts at least as uneven if both were equally good, by McNemar's exact test.
    public let probability: Double

    /// Compares over `videos`; nil without any.
    public init?(_ videos: [Video], seed: UInt64 = 0) {
        guard let interval = BootstrapInterval(videos.units, seed: seed) else { return nil }
        self.interval = interval
        onlyFirst = videos.count { $0.isFirstRight && !$0.isSecondRight }
        onlySecond = videos.count { $0.isSecondRight && !$0.isFirstRight }
        difference = Double(onlyFirst - onlySecond) / Double(videos.count)
        probability = Self.exactMcNemar(onlyFirst, onlySecond)
    }

    /// p = min(1, 2 sum of C(n, i) / 2^n over i up to the smaller count), with n the sum of both counts (McNemar 1947).
    public static func exactMcNemar(_ first: Int, _ second: Int) -> Double {
        let all = Double(first + second)
        let tail = (0...min(first, second)).reduce(0.0) { sum, count in
            let ways = lgamma(all + 1) - lgamma(Double(count) + 1) - lgamma(all - Double(count) + 1)
            return sum + exp(ways - all * log(2))
        }
        return min(1, 2 * tail)
    }
}

extension [PairedComparison.Video] {
    /// The units in the order in which they first appear, with the differences of their hits.
    fileprivate var units: [BootstrapInterval.Unit] {
        resampled(by: \.unit) { ($0.isFirstRight ? 1 : 0) - ($0.isSecondRight ? 1 : 0) }
    }
}

extension Sequence {
    /// The units by name in the order in which they first appear, with the sums of `value`.
    func resampled(by unit: (Element) -> String, _ value: (Element) -> Int) -> [BootstrapInterval.Unit] {
        var places: [String: Int] = [:], units: [BootstrapInterval.Unit] = []
        for element in self {
            let name = unit(element), place = places[name] ?? units.count
            if place == units.count {
                places[name] = place
                units.append(.init(count: 0, sum: 0))
            }
            units[place].count += 1
            units[place].sum += value(element)
        }
        return units
    }
}
