/// Histograms side by side as SVG: a drawing that every browser shows, with text that can be searched.
public struct HistogramPicture: Sendable {
    /// The document.
    public let svg: String

    private static let width = 480, margin = 24, labelWidth = 170, barWidth = 230, lineHeight = 18, head = 44

    /// Draws `histograms` in two columns below `title`; those without a bar are left out.
    public init(title: String, _ histograms: [Histogram]) {
        var bottoms = [Self.margin + 32, Self.margin + 32]
        var parts: [String] = []
        for histogram in histograms where !histogram.bars.isEmpty {
            let column = bottoms[0] <= bottoms[1] ? 0 : 1
            parts += Self.draw(histogram, left: Self.margin + column * (Self.width + Self.margin), top: bottoms[column])
            bottoms[column] += Self.head + Self.lineHeight * histogram.bars.count + Self.margin
        }
        let width = 2 * Self.width + 3 * Self.margin, height = max(bottoms[0], bottoms[1])
        let opening = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\""
                + " font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">",
            "<title>\(Self.escaped(title))</title>",
            "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
            Self.text(title, x: Self.margin, y: Self.margin + 12, "font-size=\"18\" font-weight=\"bold\""),
        ]
        svg = (opening + parts + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private static func draw(_ histogram: Histogram, left: Int, top: Int) -> [String] {
        let most = max(1, histogram.bars.map(\.count).max() ?? 1), total = histogram.bars.reduce(0) { $0 + $1.count }
        let start = left + labelWidth
        var parts = [
            text(histogram.title, x: left, y: top + 14, "font-size=\"14\" font-weight=\"bold\""),
            text("\(total) \(histogram.counted)", x: left, y: top + 30, "fill=\"#777\""),
        ]
        for (number, bar) in histogram.bars.enumerated() {
            let y = top + head + number * lineHeight
            // What occurs at all is seen.
            let length = bar.count == 0 ? 0 : max(1, barWidth * bar.count / most)
            parts.append(text(shortened(bar.label), x: start - 8, y: y + 9, "text-anchor=\"end\""))
            parts.append(
                "<rect x=\"\(start)\" y=\"\(y - 2)\" width=\"\(length)\" height=\"\(lineHeight - 4)\" fill=\"#4878b0\"/>")
            parts.append(text("\(bar.count)", x: start + length + 6, y: y + 9, "fill=\"#777\""))
        }
        return parts
    }

    private static func text(_ text: String, x: Int, y: Int, _ attributes: String) -> String {
        "<text x=\"\(x)\" y=\"\(y)\" \(attributes)>\(escaped(text))</text>"
    }

    private static func shortened(_ text: String) -> String { text.count > 24 ? text.prefix(23) + "…" : text }

    /// As text of an XML document, which has no control characters.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": "\u{FFFD}"
            default: String(scalar)
            }
        }.joined()
    }
}
