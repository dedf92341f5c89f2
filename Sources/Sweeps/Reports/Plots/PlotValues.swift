import Files
import Foundation

/// The numbers of a plot: for those who cannot see the drawing, and for the script that reads them out under the pointer.
struct PlotValues {
    /// Every x of some series, ascending.
    private let xs: [Double]
    /// By series: its name, and its values at `xs`.
    private let columns: [(name: String, values: [Double?])]
    private let axis: LinePlot.XAxis
    private let style: PlotScale.Style

    /// Rows of the table at most.
    private static let rowLimit = 16

    init(_ series: [LinePlot.Series], over axis: LinePlot.XAxis, style: PlotScale.Style) {
        xs = Set(series.flatMap { $0.points.map(\.x) }).sorted()
        let places = Dictionary(uniqueKeysWithValues: xs.enumerated().map { ($1, $0) })
        columns = series.map { series in
            var values = [Double?](repeating: nil, count: places.count)
            for point in series.points { places[point.x].map { values[$0] = point.y } }
            return (series.name, values)
        }
        self.axis = axis
        self.style = style
    }

    /// One sentence a series.
    var summary: String {
        columns.compactMap { name, values in
            let known = zip(xs, values).compactMap { x, value in value.map { (x, $0) } }
            guard let first = known.first, let last = known.last else { return nil }
            let least = known.map(\.1).min() ?? 0, greatest = known.map(\.1).max() ?? 0
            guard known.count > 1 else { return "\(name): \(style.text(first.1)) at \(axis.name) \(text(x: first.0))." }
            return "\(name): from \(style.text(first.1)) to \(style.text(last.1)), between \(style.text(least)) and "
                + "\(style.text(greatest))."
        }.joined(separator: " ")
    }

    /// Some rows, evenly spread, the first and the last among them.
    var table: Table {
        let count = min(xs.count, Self.rowLimit)
        let places = (0..<count).map { count > 1 ? $0 * (xs.count - 1) / (count - 1) : 0 }
        let rows = places.map { place in
            [Table.Cell(text(x: xs[place]), key: xs[place])]
                + columns.map { column in Table.Cell(column.values[place].map(style.text) ?? "", key: column.values[place]) }
        }
        return Table(
            summary: count < xs.count ? "Values (\(count) of \(xs.count))" : "Values",
            columns: [.number(axis.name)] + columns.map { .number($0.name) }, rows: rows)
    }

    private func text(x: Double) -> String {
        let first = axis.style.text(x)
        return axis.width > 1 ? "\(first)–\(axis.style.text(x + Double(axis.width - 1)))" : first
    }

    /// For the script: x, and the values of each series with four digits that count.
    func json(from low: Double, to high: Double) -> JSON {
        .object([
            ("from", .real(low)), ("to", .real(high)), ("width", .integer(axis.width)),
            ("xStyle", .string(axis.style.rawValue)), ("yStyle", .string(style.rawValue)),
            ("x", .array(xs.map { Self.number($0, digits: 12) })),
            ("lines", .array(columns.map { .array($0.values.map { $0.map { Self.number($0, digits: 4) } ?? .null }) })),
        ])
    }

    private static func number(_ value: Double, digits: Int) -> JSON {
        let short = Double(String(format: "%.\(digits)g", value)) ?? value
        return short == short.rounded() && abs(short) < 1e12 ? .integer(Int(short)) : .real(short)
    }
}
