import Training

extension RunContents {
    /// What the network makes of each class of the test part.
    var classes: Page.Section {
        let parts: [any PagePart] =
            switch scores {
            case .value(let table) where !table.rows.isEmpty: [confusion(table), accuracies(table), mistakes(table)]
            case .value: [Note("The table of test scores holds no video.")]
            case .missing(let reason):
                [Note(reason.isEmpty ? "No test video has been scored." : reason, isWarning: !reason.isEmpty)]
            }
        return Page.Section(id: "classes", title: "Classes", parts: parts)
    }

    private func confusion(_ table: ScoreTable) -> HeatMap {
        let cells = table.confusion.map {
            HeatMap.Cell(row: $0.label, column: $0.prediction, count: $0.count, isRight: $0.label == $0.prediction)
        }
        let right = table.rows.count(where: \.isRight)
        return HeatMap(
            title: "Confusion matrix",
            caption:
                "Rows: true classes; columns: predicted ones. The stronger, the larger its share of the row; right ones in blue, mistakes in orange.",
            summary: "\(Words.count(right)) of \(Words.things(table.rows.count, "test video")) are on the diagonal.",
            rows: ("true class", table.classes), columns: ("predicted", table.classes), shareOf: .row, cells)
    }

    /// Accuracy by class, the worst first.
    private func accuracies(_ table: ScoreTable) -> BarPlot {
        var right = [Int](repeating: 0, count: table.classes.count), total = right
        for row in table.rows {
            total[row.label] += 1
            right[row.label] += row.isRight ? 1 : 0
        }
        let shares = table.classes.indices.filter { total[$0] > 0 }.map {
            (label: $0, share: Double(right[$0]) / Double(total[$0]))
        }
        let mean = shares.reduce(0) { $0 + $1.share } / Double(max(1, shares.count))
        return BarPlot(
            title: "Accuracy by class", caption: "The worst first. The line is the mean of classes.",
            reference: (mean, Words.percent(mean)),
            shares.sorted { ($0.share, $0.label) < ($1.share, $1.label) }.map { label, share in
                .init(
                    name: table.classes[label], share: share,
                    text: "\(Words.percent(share, decimals: 0)) of \(Words.count(total[label]))")
            })
    }

    /// The commonest confusions as a table.
    private func mistakes(_ table: ScoreTable) -> any PagePart {
        let wrong = table.confusion.filter { $0.label != $0.prediction }.sorted {
            ($1.count, $0.label, $0.prediction) < ($0.count, $1.label, $1.prediction)
        }
        guard !wrong.isEmpty else { return Note("Every test video was predicted right.") }
        var total = [Int](repeating: 0, count: table.classes.count)
        for row in table.rows { total[row.label] += 1 }
        let shown = wrong.prefix(30)
        return Table(
            summary: "Commonest confusions"
                + (shown.count < wrong.count ? " (\(shown.count) of \(Words.count(wrong.count)))" : ""),
            // A large matrix leaves room beside the bars.
            isOpen: table.classes.count > 30,
            columns: [.text("true class"), .text("taken for"), .number("videos"), .number("of the class")],
            rows: shown.map { cell in
                [
                    .init(table.classes[cell.label]), .init(table.classes[cell.prediction]), .init(Words.count(cell.count)),
                    .init(Words.percent(Double(cell.count) / Double(max(1, total[cell.label])))),
                ]
            })
    }
}

extension ScoreTable {
    /// How often a class was taken for another or itself, where that happened, by class.
    fileprivate var confusion: [(label: Int, prediction: Int, count: Int)] {
        let counts = Dictionary(rows.map { ([$0.label, $0.prediction], 1) }, uniquingKeysWith: +)
        return counts.map { (label: $0[0], prediction: $0[1], count: $1) }.sorted {
            ($0.label, $0.prediction) < ($1.label, $1.prediction)
        }
    }
}
