import Training

extension RunContents {
    /// Which classes pseudo-labels were given to; nil where the method gives none.
    var pseudoLabels: Page.Section? {
        guard !metrics.tallies.isEmpty else { return nil }
        return Page.Section(id: "pseudo-labels", title: "Pseudo-labels", parts: metrics.tallies.flatMap(parts))
    }

    private func parts(of tally: StepLog.Tally) -> [any PagePart] {
        let title = Self.title(of: tally.name)
        let total = tally.counts.reduce(into: [String: Int]()) { $0.add($1.classes) }
        guard total.values.contains(where: { $0 > 0 }) else {
            return [Note("\(title): none in \(Words.things(tally.counts.count, "step")).")]
        }
        // Clusters and the like are no classes of the data.
        let names = record.classes + total.keys.filter { !record.classes.contains($0) }.sorted()
        return [map(title + " over time", names, tally), bars(title, names, total)]
    }

    /// What a tally is called: `auxiliary.keptByClass` counts the labels of an auxiliary network.
    private static func title(of name: String) -> String {
        guard name == "keptByClass" || name.hasSuffix(".keptByClass") else { return name }
        let network = name.dropLast("keptByClass".count).dropLast()
        return "Kept pseudo-labels" + (network.isEmpty ? "" : ", \(network)")
    }

    /// A class with so many times an even share is drawn as strong as can be.
    private static let fullStrength = 4

    private func bars(_ title: String, _ names: [String], _ counts: [String: Int]) -> BarPlot {
        let total = max(1, counts.values.reduce(0, +)), most = max(1, counts.values.max() ?? 1)
        let even = Double(total) / Double(max(1, names.count)) / Double(most)
        return BarPlot(
            title: title, caption: "Of all steps. The line is an even share.", reference: (even, "even"),
            names.map { name in
                let count = counts[name] ?? 0
                return .init(
                    name: name, share: Double(count) / Double(most),
                    text: "\(Words.count(count)) (\(Words.percent(Double(count) / Double(total))))")
            })
    }

    /// Classes below each other, groups of steps side by side.
    private func map(_ title: String, _ names: [String], _ tally: StepLog.Tally) -> HeatMap {
        let width = max(1, (stepCount + 39) / 40), columns = (stepCount + width - 1) / width
        var counts = [[String: Int]](repeating: [:], count: columns)
        for entry in tally.counts { counts[entry.step / width].add(entry.classes) }
        let rows = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        let cells = counts.enumerated().flatMap { column, classes in
            classes.compactMap { name, count in rows[name].map { HeatMap.Cell(row: $0, column: column, count: count) } }
        }
        .sorted { ($0.row, $0.column) < ($1.row, $1.column) }
        let marks = stride(from: 0, to: columns, by: max(1, columns / 5)).map { (column: $0, text: Words.count($0 * width)) }
        return HeatMap(
            title: title,
            caption:
                "Rows: classes; columns: \(Words.things(width, "step")) each. The stronger, the larger its share of the column, up to \(Self.fullStrength) times an even share.",
            summary: "How many kept pseudo-labels each class has among \(Words.things(width, "step")) at a time.",
            rows: ("class", names),
            columns: (
                "steps", (0..<columns).map { "\(Words.count($0 * width))–\(Words.count(min(stepCount, ($0 + 1) * width) - 1))" }
            ),
            labels: .marks(marks), shareOf: .column,
            fullShare: min(1, Double(Self.fullStrength) / Double(max(1, names.count))), cells)
    }
}

extension [String: Int] {
    fileprivate mutating func add(_ counts: [(name: String, count: Int)]) {
        for (name, count) in counts { self[name, default: 0] += count }
    }
}
