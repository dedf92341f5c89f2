import Files
import Training

/// What a sweep came to: a row a condition, over its seeds, and comparisons of conditions on the same videos (protocol card, sections 2
/// and 7). It depends on the results alone, not on the clock.
public struct SweepTable: Sendable, Equatable {
    /// The cells that differ in the seed alone.
    public struct Condition: Sendable, Equatable {
        /// What tells it from other conditions.
        public let values: [SweepCell.Value]
        /// Its cells in the order of the file.
        public let cells: [CellStatus]
        /// The accuracies of the finished cells, as fractions.
        public let accuracies: SeedSummary
        /// The 95 % interval of their mean over the test videos, by groups where they are known; nil where none is finished, or they were
        /// scored on different videos.
        public let interval: BootstrapInterval?
        /// The mean of the best accuracies on the validation part; nil unless all finished cells have one.
        public let validationAccuracy: Double?
        /// Whether it is the best of those with the same data and labels, chosen on validation data.
        public internal(set) var isBest = false

        /// In words.
        public var title: String { SweepCell.title(values) }
        /// Numbers from publications.
        public var published: [PublishedNumber] { cells.first?.cell.published ?? [] }
        /// How many of its cells are in `state`.
        public func count(_ state: CellStatus.State) -> Int { cells.count { $0.state == state } }
        /// Whether each of its cells is done or has failed.
        var hasEnded: Bool { count(.done) + count(.failed) == cells.count }
    }

    /// One condition beside another that differs in one option alone, seed by seed on the same videos.
    public struct Comparison: Sendable, Equatable {
        /// The titles of the two, and what they have in common.
        public let first: String, second: String, common: String
        /// The mean accuracy of the first less that of the second, as a fraction, over the seeds that both have finished.
        public let difference: Double
        /// Its 95 % interval over the test videos.
        public let interval: BootstrapInterval
        /// For each seed the exact p of McNemar.
        public let probabilities: [(seed: String, p: Double)]

        public static func == (left: Self, right: Self) -> Bool { left.json == right.json }
    }

    /// In the order of the file.
    public private(set) var conditions: [Condition]
    /// In the order of the conditions.
    public let comparisons: [Comparison]
    /// What a reader of the numbers should know.
    public private(set) var notes: [String] = []

    /// Opens the sweep in `path`. Throws `SweepError`.
    public init(sweep path: String) throws {
        let folder = try SweepFolder(path), index = try SweepIndex(folder)
        try self.init(folder, SweepStatus(folder, index), index)
    }

    init(_ folder: SweepFolder, _ status: SweepStatus, _ index: SweepIndex) throws {
        let scores = try SweepScores(folder, status, index)
        conditions = Self.conditions(of: status, scores)
        comparisons = Self.comparisons(of: conditions, scores)
        markBest()
        notes = Self.notes(status, conditions, scores)
    }

    private static func conditions(of status: SweepStatus, _ scores: SweepScores) -> [Condition] {
        let groups = status.cells.grouped(by: \.cell.condition)
        let done = groups.map { $0.elements.filter { $0.state == .done }.map(\.cell.name) }
        let intervals = Intervals(done.map { ($0, []) }, scores)
        return groups.enumerated().map { place, group in
            let results = group.elements.compactMap(\.result)
            let validation = results.compactMap { $0["bestValidationAccuracyTop1"]?.realValue }
            return Condition(
                values: group.key, cells: group.elements,
                accuracies: SeedSummary(results.compactMap { $0["accuracyTop1"]?.realValue }),
                interval: intervals[place],
                validationAccuracy: validation.count == results.count ? SeedSummary(validation).mean : nil)
        }
    }

    /// Options that make a task another one: accuracies under different ones are not to be compared.
    private static let tasks = ["data", "labels", "split", "labels.unit", "labels.quota"]

    private mutating func markBest() {
        let groups = Dictionary(grouping: conditions.indices) { place in
            conditions[place].values.filter { Self.tasks.contains($0.name) }
        }
        for places in groups.values where places.count > 1 && places.allSatisfy({ conditions[$0].hasEnded }) {
            let found = places.compactMap { place in conditions[place].validationAccuracy.map { (place: place, accuracy: $0) } }
            guard found.count == places.count, let best = found.max(by: { ($0.accuracy, $1.place) < ($1.accuracy, $0.place) })
            else { continue }
            conditions[best.place].isBest = true
        }
    }

    private static func notes(_ status: SweepStatus, _ conditions: [Condition], _ scores: SweepScores) -> [String] {
        var notes: [String] = []
        let failed = status.count(.failed), open = status.count(.queued) + status.count(.running)
        if failed > 0 { notes.append("\(failed) of \(status.cells.count) cells failed and are in no mean") }
        if open > 0 { notes.append("\(open) of \(status.cells.count) cells are not done yet") }
        let makes = Set(status.cells.compactMap { $0.state == .done ? $0.code : nil })
        if makes.count > 1 {
            notes.append(
                "cells were trained by \(makes.count) different builds or kernels: \(makes.sorted().joined(separator: "; "))")
        }
        if !status.lost.isEmpty {
            notes.append("the run directories of \(status.lost.count) finished cells are gone; they count as queued")
        }
        if !scores.missing.isEmpty {
            notes.append(
                "test-scores.tsv of \(scores.missing.count) finished cells is lost or cannot be read (\(scores.missing[0])): their "
                    + "conditions have no interval and are not compared")
        }
        if !status.strangers.isEmpty {
            notes.append("\(status.strangers.count) runs in cells/ belong to no cell of the file any more and are left alone")
        }
        if conditions.count > 1, !conditions.contains(where: \.isBest) {
            notes.append("no condition is marked as the best: that would have to be chosen on a validation part")
        }
        return notes
    }
}

/// Bootstrap intervals of several sets of cells: those on the same test part are drawn together.
struct Intervals {
    private var found: [Int: BootstrapInterval] = [:]

    /// For each pair the hits of its first cells less those of its second.
    init(_ pairs: [(cells: [String], others: [String])], _ scores: SweepScores) {
        var places: [String: [Int]] = [:]
        for (place, pair) in pairs.enumerated() where !pair.cells.isEmpty {
            if let test = scores.commonTest(of: pair.cells + pair.others) { places[test, default: []].append(place) }
        }
        for (test, places) in places {
            let quantities = places.map { scores.units(of: pairs[$0].cells, less: pairs[$0].others, on: test) }
            for (place, interval) in zip(places, BootstrapInterval.intervals(of: quantities)) { found[place] = interval }
        }
    }

    subscript(place: Int) -> BootstrapInterval? { found[place] }
}
