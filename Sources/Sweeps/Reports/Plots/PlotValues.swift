import Files
import Foundation

/// The numbers of a plot: for those who cannot see the drawing, and for the script that reads them out under the pointer.
struct PlotValues {
    /// Every x of some series, ascending.
    private let xs: [Double]
    /// By series: its name, and its values at `xs`.
    private let columns: [(name: String, values: [Double?])]
    private let xName: String
    /// What a point stands for along x: so many from its x on.
    private let width: Int
    private let text: (Double) -> String

    /// Rows of the table at most.
    private static let rowLimit = 16

    init(_ series: [LinePlot.Series], xName: String, width: Int, text: @escaping (Double) -> String) {
        xs = Set(series.flatMap { $0.points.map(\.x) }).sorted()
        let places = Dictionary(uniqueKeysWithValues: xs.enumerated().map { ($1, $0) })
        columns = series.map { series in
            var values = [Double?](repeating: nil, count: places.count)
            for point in series.points { places[point.x].map { values[$0] = point.y } }
            return (series.name, values)
        }
        self.xName = xName
        self.width = width
        self.text = text
    }

    /// One sentence a series.
    var summary: String {
        columns.compactMap { name, values in
            let known = zip(xs, values).compactMap { x, value in value.map { (x, $0) } }
            guard let first = known.first, let last = known.last else { return nil }
            let least = known.map(\.1).min() ?? 0, greatest = known.map(\.1).max() ?? 0
            guard known.count > 1 else { return "\(name): \(text(first.1)) at \(xName) \(Words.number(first.0))." }
            return "\(name): from \(text(first.1)) to \(text(last.1)), between \(text(least)) and \(text(greatest))."
        }.joined(separator: " ")
    }

    /// Some rows, evenly spread, the first and the last among them.
    var table: Table {
        let count = min(xs.count, Self.rowLimit)
        let places = (0..<count).map { count > 1 ? $0 * (xs.count - 1) / (count - 1) : 0 }
        let rows = places.map { place in
            [Table.Cell(xText(xs[place]))] + columns.map { Table.Cell($0.values[place].map(text) ?? "") }
        }
        let isPart = count < xs.count
        return Table(
            summary: isPart ? "Values (\(count) of \(xs.count))" : "Values",
            columns: [.number(xName)] + columns.map { .number($0.name) }, rows: rows)
    }

    private func xText(_ x: Double) -> String {
        let first = Words.count(Int(x))
        return width > 1 ? "\(first)–\(Words.count(Int(x) + width - 1))" : first
    }

    /// For the script: x, and the values of each series with four digits that count.
    func json(isPercent: Bool, from low: Double, to high: Double) -> JSON {
        func number(_ value: Double?) -> JSON {
            value.flatMap { Double(String(format: "%.4g", $0)) }.map {
                $0 == $0.rounded() && abs($0) < 1e9 ? .integer(Int($0)) : .real($0)
            }
                ?? .null
        }
        return .object([
            ("from", number(low)), ("to", number(high)), ("width", .integer(width)), ("percent", .boolean(isPercent)),
            ("name", .string(xName)), ("x", .array(xs.map { .integer(Int($0)) })),
            ("lines", .array(columns.map { .array($0.values.map(number)) })),
        ])
    }
}
