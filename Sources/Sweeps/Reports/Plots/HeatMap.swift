import Files

/// A plot of counts in rows and columns: the larger the share of its row or column, the stronger a cell. Such as a confusion matrix.
struct HeatMap: PagePart {
    /// A cell that is not empty.
    struct Cell {
        let row: Int, column: Int, count: Int
        /// Whether it is drawn in the colour of what is right.
        var isRight = true
    }

    /// What a cell is a share of.
    enum Whole: String {
        case row, column
    }

    /// What stands along the upper or lower side.
    enum ColumnLabels {
        /// The name of each column, turned.
        case names
        /// Some texts, each at the start of a column.
        case marks([(column: Int, text: String)])
    }

    /// Cells of one colour and strength, as one path.
    struct Level {
        let path: String, tone: String, opacity: String
    }

    /// A text beside an axis or in a cell.
    struct Label {
        let x: Int, y: Int, text: String
        var tone = ""
    }

    /// How many columns of the page it takes where there are several.
    enum Span: String {
        case two, all
    }

    static let template = Templates.Name.heatMap

    let title: String, caption: String, summary: String
    let rowName: String, columnName: String, span: String
    /// Whether labels are small, so that each row has one.
    let isDense: Bool
    let levels: [Level]
    let counts: [Label], rowLabels: [Label], turnedLabels: [Label], marks: [Label]
    let left: Int, top: Int, right: Int, bottom: Int, width: Int, height: Int
    /// For the script that reads cells out.
    let data: String

    /// A plot of `cells`.
    ///
    /// - Parameters:
    ///   - rows: What each row is called, and all of them together, such as the true class.
    ///   - columns: The same of columns.
    ///   - fullShare: The share from which on a cell has the full strength.
    init(
        title: String, caption: String, summary: String, rows: (name: String, names: [String]),
        columns: (name: String, names: [String]), labels: ColumnLabels = .names, shareOf whole: Whole, fullShare: Double = 1,
        _ cells: [Cell]
    ) {
        let grid = HeatMapGrid(rows: rows.names, columns: columns.names, labels: labels)
        var totals: [Int: Int] = [:]
        func key(_ cell: Cell) -> Int { whole == .row ? cell.row : cell.column }
        for cell in cells { totals[key(cell), default: 0] += cell.count }
        func strength(_ cell: Cell) -> Double { min(1, Double(cell.count) / Double(max(1, totals[key(cell)] ?? 1)) / fullShare) }
        (self.title, self.caption, self.summary) = (title, caption, summary)
        (rowName, columnName) = (rows.name, columns.name)
        levels = grid.levels(cells, strength)
        counts = grid.counts(cells, strength)
        rowLabels = grid.rowLabels(rows.names)
        (turnedLabels, marks) = grid.columnLabels(columns.names, labels)
        (left, top, right, bottom) = (grid.left, grid.top, grid.right, grid.bottom)
        (width, height) = (grid.width, grid.height)
        span = (grid.width <= HeatMapGrid.widthOfTwo ? Span.two : .all).rawValue
        isDense = grid.isDense
        data = JSON.object([
            ("left", .integer(grid.left)), ("top", .integer(grid.top)),
            ("cellWidth", .integer(grid.cellWidth)), ("cellHeight", .integer(grid.cellHeight)),
            ("shareOf", .string(whole.rawValue)), ("rows", .array(rows.names.map { .string($0) })),
            // A matrix has the same names on both sides.
            ("columns", columns.names == rows.names ? .null : .array(columns.names.map { .string($0) })),
            ("cells", .array(cells.flatMap { [.integer($0.row), .integer($0.column), .integer($0.count)] })),
        ]).serialized()
    }
}
