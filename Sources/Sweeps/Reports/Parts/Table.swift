/// A table, whose columns a reader with scripts can sort by.
struct Table: PagePart {
    /// What stands above a column.
    struct Column {
        let name: String
        /// Whether it holds numbers, which stand to the right.
        let isNumeric: Bool

        static func text(_ name: String) -> Column { Column(name: name, isNumeric: false) }
        static func number(_ name: String) -> Column { Column(name: name, isNumeric: true) }
    }

    /// What stands in a place.
    struct Cell {
        let text: String
        /// What it is sorted by instead of its text; nil: its text.
        let key: String?
        var isNumeric = false

        init(_ text: String, key: Double? = nil) {
            self.text = text
            self.key = key.map { "\($0)" }
        }
    }

    struct Row {
        let cells: [Cell]
    }

    static let template = Templates.Name.table

    /// What is said where the table can be folded; nil: it cannot.
    let summary: String?
    /// Whether it is unfolded at first.
    let isOpen: Bool
    /// What a screen reader calls it.
    let name: String
    let columns: [Column]
    let rows: [Row]

    /// A table of `rows`, each with a cell a column.
    init(summary: String? = nil, isOpen: Bool = false, name: String = "", columns: [Column], rows: [[Cell]]) {
        self.summary = summary
        self.isOpen = isOpen
        self.name = name.isEmpty ? summary ?? "" : name
        self.columns = columns
        self.rows = rows.map { cells in
            Row(
                cells: zip(cells, columns).map { cell, column in
                    var cell = cell
                    cell.isNumeric = column.isNumeric
                    return cell
                })
        }
    }
}
