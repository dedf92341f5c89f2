import Foundation

/// Where the cells and texts of a heat map lie.
struct HeatMapGrid {
    let cellWidth: Int, cellHeight: Int
    let left: Int, top: Int, right: Int, bottom: Int, width: Int, height: Int
    /// Whether labels are small, so that each row has one.
    let isDense: Bool

    /// The widest that fits into two columns of the page, and into the whole of it.
    static let widthOfTwo = 765, widthOfAll = 1170

    private static let largestCell = 40, smallestCell = 2, labelLetters = 16
    /// How many strengths are told apart.
    private static let strengths = 12

    init(rows: [String], columns: [String], labels: HeatMap.ColumnLabels) {
        func space(_ names: [String], _ letter: Double) -> Int {
            Int(Double(min(Self.labelLetters, names.map(\.count).max() ?? 0)) * letter) + 10
        }
        let most = max(1, rows.count, columns.count)
        isDense = most > 50
        let letter = isDense ? 6.0 : 7.4, left = space(rows, letter)
        switch labels {
        case .names:
            // As large as two columns of the page allow, unless names would touch.
            let room = (Self.widthOfTwo - left) / most
            let side = room >= 16 ? room : (Self.widthOfAll - left) / most
            (cellWidth, top) = (min(Self.largestCell, max(Self.smallestCell, side)), space(columns, letter))
            cellHeight = cellWidth
        case .marks:
            cellWidth = min(Self.largestCell, max(Self.smallestCell, (Self.widthOfTwo - left - 30) / max(1, columns.count)))
            (cellHeight, top) = (isDense ? 10 : 18, 2)
        }
        self.left = left
        right = left + cellWidth * columns.count
        bottom = top + cellHeight * rows.count
        // The last mark may reach further.
        if case .marks = labels { (width, height) = (right + 30, bottom + 22) } else { (width, height) = (right + 2, bottom + 2) }
    }

    // MARK: Cells

    /// Cells as few paths; neighbours stay apart where there is room for that.
    func levels(_ cells: [HeatMap.Cell], _ strength: (HeatMap.Cell) -> Double) -> [HeatMap.Level] {
        let gap = min(cellWidth, cellHeight) >= 6 ? 1 : 0
        var paths: [[String]] = .init(repeating: [], count: 2 * Self.strengths)
        for cell in cells {
            let level = min(Self.strengths - 1, Int(strength(cell) * Double(Self.strengths)))
            let (x, y) = (left + cell.column * cellWidth, top + cell.row * cellHeight)
            let path = "M\(x) \(y)h\(cellWidth - gap)v\(cellHeight - gap)h-\(cellWidth - gap)z"
            paths[2 * level + (cell.isRight ? 0 : 1)].append(path)
        }
        return paths.enumerated().filter { !$0.element.isEmpty }.map { number, path in
            let strength = Double(number / 2 + 1) / Double(Self.strengths)
            return HeatMap.Level(
                path: path.joined(), tone: number.isMultiple(of: 2) ? "right" : "wrong",
                opacity: String(format: "%.2f", 0.1 + 0.9 * strength))
        }
    }

    /// The counts in cells, where there is room for all of them.
    func counts(_ cells: [HeatMap.Cell], _ strength: (HeatMap.Cell) -> Double) -> [HeatMap.Label] {
        let letters = cells.map { Words.count($0.count).count }.max() ?? 0
        guard cellHeight >= 16, cellWidth >= max(20, 8 * letters + 4) else { return [] }
        return cells.map { cell in
            HeatMap.Label(
                x: left + cell.column * cellWidth + cellWidth / 2, y: top + cell.row * cellHeight + cellHeight / 2 + 4,
                text: Words.count(cell.count), tone: strength(cell) > 0.5 ? "on-strong" : "on-weak")
        }
    }

    // MARK: Labels

    /// The names of rows, or of some of them where they would touch.
    func rowLabels(_ names: [String]) -> [HeatMap.Label] {
        spread(names.count, cellHeight).map { row in
            HeatMap.Label(
                x: left - 5, y: top + row * cellHeight + (cellHeight + lineHeight) / 2 - 3,
                text: Words.shortened(names[row], to: Self.labelLetters))
        }
    }

    func columnLabels(_ names: [String], _ labels: HeatMap.ColumnLabels) -> (turned: [HeatMap.Label], marks: [HeatMap.Label]) {
        switch labels {
        case .names:
            let turned = spread(names.count, cellWidth).map { column in
                HeatMap.Label(
                    x: left + column * cellWidth + (cellWidth + lineHeight) / 2 - 3, y: top - 5,
                    text: Words.shortened(names[column], to: Self.labelLetters))
            }
            return (turned, [])
        case .marks(let marks):
            return ([], marks.map { HeatMap.Label(x: left + $0.column * cellWidth, y: bottom + 15, text: $0.text) })
        }
    }

    private var lineHeight: Int { isDense ? 10 : 13 }

    /// Of `count` names in cells of this size those that can be written without touching.
    private func spread(_ count: Int, _ size: Int) -> some Sequence<Int> {
        stride(from: 0, to: count, by: max(1, (lineHeight + size - 1) / size))
    }
}
