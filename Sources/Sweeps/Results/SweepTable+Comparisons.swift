import Files
import Training

extension SweepTable {
    /// With more values than this of the option that is compared, each is compared with the first alone.
    private static let fewValues = 6

    /// Conditions that differ in one option alone: in the method, or else in the first option of which there are several values.
    static func comparisons(of conditions: [Condition], _ scores: SweepScores) -> [Comparison] {
        guard let axis = comparedOption(conditions) else { return [] }
        let groups = conditions.grouped { condition in condition.values.filter { $0.name != axis } }
        let pairs = groups.flatMap { group in
            Self.pairs(group.elements).map { (common: group.key, cells: bySeed($0, $1), first: $0, second: $1) }
        }
        .filter { !$0.cells.isEmpty }
        let intervals = Intervals(pairs.map { ($0.cells.map(\.first), $0.cells.map(\.second)) }, scores)
        return pairs.enumerated().compactMap { place, pair in
            guard let interval = intervals[place] else { return nil }
            let counts = pair.cells.map { scores.discordant($0.first, $0.second) }
            let videos = scores.byCell[pair.cells[0].first]?.hits.count ?? 0
            let difference = counts.reduce(0) { $0 + $1.onlyFirst - $1.onlySecond }
            func title(_ condition: Condition) -> String { SweepCell.title(condition.values.filter { $0.name == axis }) }
            return Comparison(
                first: title(pair.first), second: title(pair.second), common: SweepCell.title(pair.common),
                difference: Double(difference) / Double(max(1, videos * counts.count)), interval: interval,
                probabilities: zip(pair.cells, counts).map {
                    (seed: $0.seed, p: PairedComparison.exactMcNemar($1.onlyFirst, $1.onlySecond))
                })
        }
    }

    private static func comparedOption(_ conditions: [Condition]) -> String? {
        let names = conditions.first?.values.map(\.name) ?? []
        func varies(_ name: String) -> Bool {
            Set(conditions.compactMap { $0.values.first { $0.name == name }?.text }).count > 1
        }
        return varies("method") ? "method" : names.first(where: varies)
    }

    private static func pairs(_ conditions: [Condition]) -> [(Condition, Condition)] {
        conditions.indices.flatMap { first in
            conditions.indices.filter { $0 > first && (first == 0 || conditions.count <= fewValues) }.map {
                (conditions[$0], conditions[first])
            }
        }
    }

    /// The finished cells of both with the same seed.
    private static func bySeed(_ first: Condition, _ second: Condition) -> [(seed: String, first: String, second: String)] {
        first.cells.filter { $0.state == .done }.compactMap { cell in
            let twin = second.cells.first { $0.state == .done && $0.cell.seed == cell.cell.seed }
            return twin.map { (cell.cell.seed ?? "", cell.cell.name, $0.cell.name) }
        }
    }
}

// MARK: JSON

extension SweepTable {
    /// The object of `sweep run --json` and `sweep report --json`.
    public var json: JSON {
        .object([
            ("event", .string("table")), ("conditions", .array(conditions.map(\.json))),
            ("comparisons", .array(comparisons.map(\.json))), ("notes", .array(notes.map(JSON.string))),
        ])
    }
}

extension SweepTable.Condition {
    var json: JSON {
        let seeds = cells.map { cell in
            JSON.object([
                ("cell", .string(cell.cell.name)), ("seed", cell.cell.seed.map { .string($0) } ?? .null),
                ("state", .string(cell.state.rawValue)), ("accuracyTop1", .number(cell.state == .done ? cell.accuracy : nil)),
                ("weightsDigest", cell.result?["weightsDigest"] ?? .null),
                ("reason", cell.failure.map { .string($0.reason) } ?? .null),
            ])
        }
        return .object([
            ("values", .object(values.map { ($0.name, .string($0.text)) })), ("done", .integer(count(.done))),
            ("failed", .integer(count(.failed))), ("mean", .number(accuracies.mean)),
            ("standardDeviation", .number(accuracies.standardDeviation)), ("interval", interval?.json ?? .null),
            ("validationAccuracyTop1", .number(validationAccuracy)), ("isBest", .boolean(isBest)),
            ("published", .array(published.map(\.json))), ("seeds", .array(seeds)),
        ])
    }
}

extension SweepTable.Comparison {
    var json: JSON {
        .object([
            ("first", .string(first)), ("second", .string(second)), ("common", .string(common)),
            ("difference", .real(difference)),
            ("interval", interval.json),
            ("mcNemar", .array(probabilities.map { .object([("seed", .string($0.seed)), ("p", .real($0.p))]) })),
        ])
    }
}

extension BootstrapInterval {
    fileprivate var json: JSON {
        .object([("low", .real(low)), ("high", .real(high)), ("units", .integer(units))])
    }
}
