import Files
import Foundation
import Training

/// Which test videos each finished cell was right about, and what is resampled together.
struct SweepScores {
    /// Finished cells whose tables are lost or cannot be read.
    let missing: [String]
    /// The scores by the name of the cell.
    private(set) var byCell: [String: SweepIndex.Scores]
    /// For each test part, by its digest, the place of each video's unit among the units in order of appearance.
    private let places: [String: (ofVideos: [Int], unitCount: Int)]

    /// Reads the tables of the finished cells of `status` that `index` does not know yet.
    init(_ folder: SweepFolder, _ status: SweepStatus, _ index: SweepIndex) throws {
        var (byCell, units) = try index.scores()
        var changed: [String: SweepIndex.Scores] = [:]
        for cell in status.cells where cell.state == .done {
            let path = cell.run + "/test-scores.tsv"
            guard let stamp = FileStamp(path)?.text else {
                byCell[cell.cell.name] = nil
                continue
            }
            if byCell[cell.cell.name]?.stamp == stamp { continue }
            guard let table = try? HitTable(ScoreTable(contentsOf: path)) else {
                byCell[cell.cell.name] = nil
                continue
            }
            units[table.digest] = table.units
            changed[cell.cell.name] = SweepIndex.Scores(stamp: stamp, test: table.digest, hits: table.hits)
        }
        try index.update(changed, units: units)
        let all = byCell.merging(changed) { $1 }
        self.byCell = all
        missing = status.cells.filter { $0.state == .done && all[$0.cell.name] == nil }.map(\.cell.name)
        places = units.mapValues { units in
            var known: [String: Int] = [:]
            let places = units.map { unit in
                let place = known[unit] ?? known.count
                known[unit] = place
                return place
            }
            return (places, known.count)
        }
    }

    /// The digest of the test part that all of `cells` were scored on; nil where they were not, or one has no scores.
    func commonTest(of cells: [String]) -> String? {
        let tests = Set(cells.map { byCell[$0]?.test })
        guard tests.count == 1, let test = tests.first else { return nil }
        return test
    }

    /// The units of the test part with the hits of `cells` added up, those of `others` taken off. All have to be scored on it.
    func units(of cells: [String], less others: [String] = [], on test: String) -> [BootstrapInterval.Unit] {
        guard let (ofVideos, unitCount) = places[test] else { return [] }
        var units = [BootstrapInterval.Unit](repeating: .init(count: 0, sum: 0), count: unitCount)
        for place in ofVideos { units[place].count += cells.count }
        for (names, sign) in [(cells, 1), (others, -1)] {
            for name in names {
                for (video, hit) in (byCell[name]?.hits ?? []).enumerated() where hit == 1 { units[ofVideos[video]].sum += sign }
            }
        }
        return units
    }

    /// How many videos `first` alone was right about, and how many `second` alone.
    func discordant(_ first: String, _ second: String) -> (onlyFirst: Int, onlySecond: Int) {
        guard let first = byCell[first]?.hits, let second = byCell[second]?.hits else { return (0, 0) }
        var counts = (onlyFirst: 0, onlySecond: 0)
        for (a, b) in zip(first, second) where a != b { if a == 1 { counts.onlyFirst += 1 } else { counts.onlySecond += 1 } }
        return counts
    }
}

/// What of a run's table of scores says who was right.
private struct HitTable {
    let digest: String
    let units: [String]
    let hits: [UInt8]

    init(_ table: ScoreTable) {
        digest = SHA256.hexadecimal(of: table.rows.map { "\($0.video)\t\($0.group ?? "")\n" }.joined())
        units = table.rows.map { $0.group ?? $0.video }
        hits = table.rows.map { $0.isRight ? 1 : 0 }
    }
}
