import Files

/// A plot of lines over numbers such as steps, with bands or intervals around them.
///
/// A drawing for the template `line-plot`: places are in units of the drawing, texts are as they are shown.
struct LinePlot: PagePart {
    /// One line.
    struct Series {
        /// A point, with what lies around it where that is known.
        struct Point {
            let x: Double, y: Double
            var low: Double?, high: Double?
        }

        /// What the legend calls it.
        let name: String
        /// In the order of their x.
        let points: [Point]
        /// Whether points are marked, with bars for their intervals; else what lies around them is a band.
        var isMarked = false
    }

    /// What stands beside an axis.
    struct Tick {
        let place: String, text: String
    }

    /// A mark at a point, with the ends of its interval.
    struct Mark {
        let x: String, y: String, top: String, bottom: String
    }

    /// A series as it is drawn.
    struct Line {
        let name: String
        /// The number of its colour, from 1.
        let colour: Int
        let path: String
        let band: String?
        let marks: [Mark]
    }

    static let template = Templates.Name.linePlot

    let title: String, caption: String?, xName: String
    /// The drawing in words.
    let summary: String
    let lines: [Line]
    let xTicks: [Tick], yTicks: [Tick]
    /// The same in numbers: for the script that reads values out, and for those who cannot see the drawing.
    let data: String
    let values: Table

    /// The drawing, and the part of it that is inside the axes.
    private static let width = 342.0, height = 176.0

    /// A plot of `series`.
    ///
    /// - Parameters:
    ///   - caption: What is shown and how it was made from what was measured.
    ///   - xName: What x counts.
    ///   - xs: What the x axis has to show, beside the points.
    ///   - width: What a point stands for along x: so many from its x on.
    init(
        title: String, caption: String? = nil, xName: String = "step", style: PlotScale.Style = .number,
        xs: ClosedRange<Double>? = nil,
        width: Int = 1, _ series: [Series]
    ) {
        let points = series.flatMap(\.points)
        let across = PlotScale(
            showing: points.map(\.x) + (xs.map { [$0.lowerBound, $0.upperBound] } ?? []), style: .count, tickCount: 7,
            isRounded: false)
        let marked = series.filter(\.isMarked).flatMap(\.points).flatMap { [$0.low, $0.high].compactMap(\.self) }
        // Single points far outside would make all else flat: bands are cut there.
        let bands = [Self.quantile(0.05, points.map { $0.low ?? $0.y }), Self.quantile(0.95, points.map { $0.high ?? $0.y })]
        let ys = points.map(\.y) + marked + bands.compactMap(\.self) + (style == .percent ? [0, 1] : [])
        let up = PlotScale(showing: ys, style: style, tickCount: 4)
        func x(_ value: Double) -> Double { across.place(value) * Self.width }
        func y(_ value: Double) -> Double { (1 - up.place(value)) * Self.height }
        self.title = title
        self.caption = caption
        self.xName = xName
        xTicks = across.ticks.map { Tick(place: x($0).drawn, text: across.label($0)) }
        yTicks = up.ticks.map { Tick(place: y($0).drawn, text: up.label($0)) }
        lines = series.enumerated().map { number, series in
            Line(
                name: series.name, colour: number % Self.colours + 1, path: Self.path(series.pieces(width), x, y),
                band: Self.band(series.isMarked ? [] : series.pieces(width), x, y),
                marks: series.isMarked
                    ? series.points.map {
                        Mark(x: x($0.x).drawn, y: y($0.y).drawn, top: y($0.high ?? $0.y).drawn, bottom: y($0.low ?? $0.y).drawn)
                    } : [])
        }
        let text: (Double) -> String = { style == .percent ? Words.percent($0) : Words.number($0) }
        let numbers = PlotValues(series, xName: xName, width: width, text: text)
        summary = numbers.summary
        values = numbers.table
        data = numbers.json(isPercent: style == .percent, from: across.low, to: across.high).serialized()
    }

    /// Colours that the style sheet has.
    static let colours = 6

    /// The value that a share of `values` does not exceed; nil where there are none.
    private static func quantile(_ share: Double, _ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[Int(share * Double(values.count - 1))]
    }

    // MARK: Paths

    /// A line through the points of each piece. A point alone is a dot.
    private static func path(
        _ pieces: [ArraySlice<Series.Point>], _ x: (Double) -> Double, _ y: (Double) -> Double
    ) -> String {
        pieces.map { piece in
            let places = piece.map { "\(x($0.x).drawn) \(y($0.y).drawn)" }
            return "M" + places.joined(separator: "L") + (places.count == 1 ? "h0" : "")
        }.joined()
    }

    /// The area between the low and the high ends; nil where they are the same everywhere.
    private static func band(
        _ pieces: [ArraySlice<Series.Point>], _ x: (Double) -> Double, _ y: (Double) -> Double
    ) -> String? {
        let paths = pieces.filter { $0.contains { $0.low != $0.high } }.map { piece in
            let above = piece.map { "\(x($0.x).drawn) \(y($0.high ?? $0.y).drawn)" }
            let below = piece.reversed().map { "\(x($0.x).drawn) \(y($0.low ?? $0.y).drawn)" }
            return "M" + (above + below).joined(separator: "L") + "z"
        }
        return paths.isEmpty ? nil : paths.joined()
    }
}

extension LinePlot.Series {
    /// The points that a line joins: all marked ones, else those whose x are no more than `width` apart.
    fileprivate func pieces(_ width: Int) -> [ArraySlice<Point>] {
        guard !isMarked else { return points.isEmpty ? [] : [points[...]] }
        var pieces: [ArraySlice<Point>] = [], start = 0
        for place in points.indices where place + 1 == points.count || points[place + 1].x - points[place].x > Double(width) {
            pieces.append(points[start...place])
            start = place + 1
        }
        return pieces
    }
}
