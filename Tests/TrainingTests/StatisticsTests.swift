import Foundation
import Testing
import Training

/// The statistics of `protocol.md`, sections 2 and 8.
@Suite struct StatisticsTests {
    private func comparison(onlyFirst: Int, onlySecond: Int, both: Int = 0, unit: (Int) -> String = { "\($0)" })
        -> PairedComparison?
    {
        let outcomes =
            Array(repeating: (true, false), count: onlyFirst) + Array(repeating: (false, true), count: onlySecond)
            + Array(repeating: (true, true), count: both)
        return PairedComparison(
            outcomes.enumerated().map { .init(unit: unit($0), isFirstRight: $1.0, isSecondRight: $1.1) })
    }

    @Test(arguments: [(12, 4, 0.076813), (100, 80, 0.156531), (4, 12, 0.076813), (0, 0, 1)])
    func mcNemarIsExact(first: Int, second: Int, expected: Double) throws {
        let found = try #require(comparison(onlyFirst: first, onlySecond: second, both: 30))
        #expect(abs(found.probability - expected) < 5e-7)
        #expect(found.onlyFirst == first && found.onlySecond == second)
        #expect(abs(found.difference - Double(first - second) / Double(first + second + 30)) < 1e-15)
    }

    @Test func mcNemarTakesManyVideos() throws {
        let found = try #require(comparison(onlyFirst: 6_000, onlySecond: 5_700))
        // The normal approximation with the correction for continuity: z = (300 - 1) / sqrt(11,700).
        #expect(abs(found.probability - erfc(299 / (2 * 11_700.0).squareRoot())) < 1e-4)
    }

    @Test func seedsHaveMeanAndSampleDeviation() throws {
        let seeds = SeedSummary([44.1, 45.0, 44.6])
        let mean = try #require(seeds.mean), deviation = try #require(seeds.standardDeviation)
        #expect(abs(mean - 44.566667) < 5e-7 && abs(deviation - 0.450925) < 5e-7)
        #expect(SeedSummary([1]).standardDeviation == nil && SeedSummary([]).mean == nil)
    }

    /// Of single videos the interval is the binomial one: a half-width of 1.584698 points at 44.8 % of 3,783.
    @Test func theIntervalOverVideosIsTheBinomialOne() throws {
        let units = (0..<3_783).map { BootstrapInterval.Unit(count: 1, sum: $0 < 1_695 ? 1 : 0) }
        let found = try #require(BootstrapInterval(units))
        #expect(abs((found.high - found.low) / 2 - 0.01584698) < 0.0004)
        #expect(abs((found.high + found.low) / 2 - 0.448) < 0.0005)
        #expect(BootstrapInterval(units) == found && BootstrapInterval(units, seed: 1) != found)
    }

    /// Videos of one group are right together, so that there is only as much to go by as there are groups.
    @Test func siblingsWidenTheInterval() throws {
        let single = try #require(BootstrapInterval((0..<500).map { .init(count: 1, sum: $0 % 2) }))
        let groups = try #require(BootstrapInterval((0..<100).map { .init(count: 5, sum: 5 * ($0 % 2)) }))
        #expect(abs((groups.high - groups.low) / (single.high - single.low) - 5.0.squareRoot()) < 0.15)
        #expect(groups.units == 100)
    }

    @Test func percentilesLieAtTheEndsOfWhatCanBeDrawn() throws {
        let pair = try #require(BootstrapInterval([.init(count: 1, sum: 0), .init(count: 1, sum: 1)]))
        #expect(pair.low == 0 && pair.high == 1)
        let one = try #require(BootstrapInterval([.init(count: 4, sum: 3)]))
        #expect(one.low == 0.75 && one.high == 0.75 && BootstrapInterval([]) == nil)
    }

    @Test func aDifferenceIsResampledByItsGroups() throws {
        let alone = try #require(comparison(onlyFirst: 60, onlySecond: 40, both: 100))
        let grouped = try #require(comparison(onlyFirst: 60, onlySecond: 40, both: 100) { "group \($0 / 10)" })
        #expect(alone.interval.units == 200 && grouped.interval.units == 20)
        #expect(alone.difference == grouped.difference)
        #expect(alone.interval.low < 0.1 && alone.interval.high > 0.1)
        #expect(grouped.interval.high - grouped.interval.low > 2 * (alone.interval.high - alone.interval.low))
    }
}
