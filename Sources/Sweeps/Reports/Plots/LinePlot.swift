import Files

/// A plot of lines over numbers such as steps, with bands or intervals around them.
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

    /// What is measured along x.
    struct XAxis {
        var name = "step"
        var style = PlotScale.Style.count
        /// What has to be shown beside the points.
        var range: ClosedRange<Double>?
        /// What a point stands for: so many from its x on.
        var width = 1
    }

    /// What stands beside an axis.
    struct Tick {
        let place: String, text: String
    }

    static let template = Templates.Name.linePlot

    let title: String, caption: String?, xName: String
    /// The drawing in words.
    let summary: String
    let lines: [PlotLine]
    let xTicks: [Tick], yTicks: [Tick]
    /// The same in numbers: for the script that reads values out, and for those who cannot see the drawing.
    let data: String
    let values: Table

    /// A plot of `series`; `caption` says what is shown and how it was made from what was measured.
    init(
        title: String, caption: String? = nil, style: PlotScale.Style = .number, over axis: XAxis = XAxis(), _ series: [Series]
    ) {
        let points = series.flatMap(\.points), ends = axis.range.map { [$0.lowerBound, $0.upperBound] } ?? []
        let frame = PlotFrame(
            across: PlotScale(showing: points.map(\.x) + ends, style: axis.style, tickCount: 7, isRounded: false),
            up: PlotScale(showing: Self.heights(of: series) + (style == .percent ? [0, 1] : []), style: style, tickCount: 4))
        let numbers = PlotValues(series, over: axis, style: style)
        self.title = title
        self.caption = caption
        xName = axis.name
        summary = numbers.summary
        lines = series.enumerated().map { PlotLine($1, number: $0, gap: Double(axis.width), in: frame) }
        xTicks = frame.across.ticks.map { Tick(place: frame.x($0), text: frame.across.label($0)) }
        yTicks = frame.up.ticks.map { Tick(place: frame.y($0), text: frame.up.label($0)) }
        data = numbers.json(from: frame.across.low, to: frame.across.high).serialized()
        values = numbers.table
    }

    /// What the y axis has to show: all points and intervals, and of bands all but their outermost ends, which would make all else flat.
    private static func heights(of series: [Series]) -> [Double] {
        let points = series.flatMap(\.points)
        let intervals = series.filter(\.isMarked).flatMap(\.points).flatMap { [$0.low, $0.high].compactMap(\.self) }
        let lows = points.map { $0.low ?? $0.y }.sorted(), highs = points.map { $0.high ?? $0.y }.sorted()
        let bands = points.isEmpty ? [] : [lows[lows.count / 20], highs[highs.count - 1 - highs.count / 20]]
        return points.map(\.y) + intervals + bands
    }
}

/// The part of a drawing that is inside the axes: where numbers lie in it.
struct PlotFrame {
    let across: PlotScale, up: PlotScale

    /// Its size in units of the drawing, as the template has it.
    private static let width = 342.0, height = 176.0

    func x(_ value: Double) -> String { (across.place(value) * Self.width).drawn }
    func y(_ value: Double) -> String { ((1 - up.place(value)) * Self.height).drawn }
}

/// A line as it is drawn.
struct PlotLine {
    /// A mark at a point, with the ends of its interval.
    struct Mark {
        let x: String, y: String, top: String, bottom: String
    }

    let name: String
    /// The number of its colour, from 1.
    let colour: Int
    let path: String
    let band: String?
    let marks: [Mark]

    /// Colours that the style sheet has.
    private static let colours = 6

    /// The line number `number` of a plot; points whose x are further apart than `gap` are not joined unless they are marked.
    init(_ series: LinePlot.Series, number: Int, gap: Double, in frame: PlotFrame) {
        let pieces = series.isMarked ? [series.points[...]] : series.pieces(gap: gap)
        name = series.name
        colour = number % Self.colours + 1
        path = pieces.filter { !$0.isEmpty }.map { piece in
            let places = piece.map { "\(frame.x($0.x)) \(frame.y($0.y))" }
            // A point alone is a dot.
            return "M" + places.joined(separator: "L") + (places.count == 1 ? "h0" : "")
        }.joined()
        band = series.isMarked ? nil : Self.band(pieces, in: frame)
        let marked = series.isMarked ? series.points : []
        marks = marked.map {
            Mark(x: frame.x($0.x), y: frame.y($0.y), top: frame.y($0.high ?? $0.y), bottom: frame.y($0.low ?? $0.y))
        }
    }

    /// The area between the low and the high ends; nil where they are the same everywhere.
    private static func band(_ pieces: [ArraySlice<LinePlot.Series.Point>], in frame: PlotFrame) -> String? {
        let paths = pieces.filter { $0.contains { $0.low != $0.high } }.map { piece in
            let above = piece.map { "\(frame.x($0.x)) \(frame.y($0.high ?? $0.y))" }
            let below = piece.reversed().map { "\(frame.x($0.x)) \(frame.y($0.low ?? $0.y))" }
            return "M" + (above + below).joined(separator: "L") + "z"
        }
        return paths.isEmpty ? nil : paths.joined()
    }
}

extension LinePlot.Series {
    /// The points in pieces within which neighbours are no further apart than `gap`.
    fileprivate func pieces(gap: Double) -> [ArraySlice<Point>] {
        var pieces: [ArraySlice<Point>] = [], start = 0
        for place in points.indices where place + 1 == points.count || points[place + 1].x - points[place].x > gap {
            pieces.append(points[start...place])
            start = place + 1
        }
        return pieces
    }
}
