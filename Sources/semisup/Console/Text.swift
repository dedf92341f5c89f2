import Foundation

/// Numbers, times and tables as text.
enum Text {
    /// `value` with about `digits` digits that count: `0.123`, `12.3`, `1230`.
    static func number(_ value: Double, digits: Int) -> String {
        guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
        guard abs(value) >= 1e-6 else { return String(format: "%.\(digits - 1)e", value) }
        let decimals = max(0, digits - 1 - Int(floor(log10(abs(value)))))
        return String(format: "%.\(decimals)f", value)
    }

    /// A share as a percentage: `84.3 %`; `-` for none.
    static func percent(_ share: Double?) -> String { share.map { String(format: "%.1f %%", 100 * $0) } ?? "-" }

    /// A time for a person: `42 s`, `3 min 20 s`, `2 h 05 min`.
    static func time(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "?" }
        let whole = Int(seconds.rounded())
        switch whole {
        case ..<10: return "\(number(seconds, digits: 2)) s"
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min \(whole % 60) s"
        default: return "\(whole / 3600) h \(String(format: "%02d", whole % 3600 / 60)) min"
        }
    }

    /// A large count: `33.2 M`, `20.4 G`.
    static func count(_ value: Int) -> String {
        let steps: [(Double, String)] = [(1e9, " G"), (1e6, " M"), (1e3, " k")]
        guard let (unit, name) = steps.first(where: { Double(value) >= $0.0 }) else { return "\(value)" }
        return number(Double(value) / unit, digits: 3) + name
    }

    /// The extents of a tensor: `64x3x3`; `1` for a single number.
    static func extents(_ shape: [Int]) -> String { shape.isEmpty ? "1" : shape.map(String.init).joined(separator: "x") }

    /// Rows in columns, padded to the widest cell; columns in `rightAligned` are filled from the left.
    static func table(_ rows: [[String]], rightAligned: Set<Int> = []) -> String {
        let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
            rows.compactMap { $0.indices.contains(column) ? $0[column].count : nil }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return rightAligned.contains(column) ? padding + cell : cell + padding
            }
            var line = cells.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
