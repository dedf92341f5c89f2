import Files
import Training

extension SweepContents {
    /// More lines than this cannot be told apart.
    private static let lineLimit = 6

    /// Accuracy against the label rate, where there are several.
    var rates: Page.Section? {
        let points = table.conditions.compactMap { condition -> (line: String, point: LinePlot.Series.Point)? in
            guard let mean = condition.accuracies.mean, let place = condition.values.firstIndex(where: { $0.name == "labels" }),
                let rate = Self.rate(condition.values[place].text)
            else { return nil }
            var others = condition.values
            others.remove(at: place)
            return (
                others.isEmpty ? "accuracy" : SweepCell.title(others),
                .init(x: rate, y: mean, low: condition.interval?.low, high: condition.interval?.high)
            )
        }
        let series = points.grouped(by: \.line).map { line in
            LinePlot.Series(name: line.key, points: line.elements.map(\.point).sorted { $0.x < $1.x }, isMarked: true)
        }
        guard Set(series.flatMap { $0.points.map(\.x) }).count > 1, series.count <= Self.lineLimit else { return nil }
        let isShare = table.conditions.allSatisfy { condition in
            condition.values.first { $0.name == "labels" }?.text.contains("/") != true
        }
        return Page.Section(
            id: "rates", title: "Accuracy against labels",
            parts: [
                LinePlot(
                    title: "Top-1 accuracy", caption: "Means over seeds; the bars are the 95 % intervals over test videos.",
                    style: .percent, over: .init(name: isShare ? "labelled, %" : "labelled clips a class", style: .number), series
                )
            ])
    }

    /// `1%` and `0.01` are 1, `4/class` is 4.
    private static func rate(_ text: String) -> Double? {
        if text == "all" { return 100 }
        if text.hasSuffix("%") { return Double(text.dropLast()) }
        if let slash = text.firstIndex(of: "/") { return Double(text[..<slash]) }
        return Double(text).map { $0 * 100 }
    }

    /// A row a cell.
    var cells: Page.Section {
        let rows = status.cells.map { cell in
            [
                Table.Cell(cell.cell.title), Table.Cell(cell.state.rawValue),
                Table.Cell(cell.state == .done ? cell.accuracy.map { Words.percent($0) } ?? "–" : "–", key: cell.accuracy ?? -1),
                Table.Cell(cell.seconds.map { Words.time($0) } ?? "–", key: cell.seconds ?? -1),
                Table.Cell(String((cell.result?["weightsDigest"]?.stringValue ?? "").prefix(12))), Table.Cell(cell.cell.name),
            ]
        }
        return Page.Section(
            id: "cells", title: "Cells",
            parts: [
                Table(
                    summary: Words.things(rows.count, "cell"),
                    columns: [
                        .text("cell"), .text("state"), .number("top-1"), .number("time"), .text("digest of the weights"),
                        .text("folder in cells/"),
                    ],
                    rows: rows)
            ])
    }

    /// Why cells failed, with the ends of their logs.
    var failures: Page.Section? {
        let failed = status.cells.filter { $0.state == .failed }
        guard !failed.isEmpty else { return nil }
        let rows = failed.map { cell in
            [
                Table.Cell(cell.cell.title), Table.Cell("\(cell.failure?.code ?? 0)"), Table.Cell(cell.failure?.reason ?? ""),
                Table.Cell(cell.failure?.logEnd.suffix(3).joined(separator: " ⏎ ") ?? ""),
            ]
        }
        return Page.Section(
            id: "failures", title: "Failures",
            parts: [
                Table(
                    name: "Failures", columns: [.text("cell"), .number("code"), .text("reason"), .text("its last words")],
                    rows: rows)
            ])
    }

    /// What the clock said; nothing else of the report depends on it.
    var costs: Page.Section? {
        let seconds = status.cells.compactMap(\.seconds)
        guard !seconds.isEmpty else { return nil }
        let rows = table.conditions.compactMap { condition -> [Table.Cell]? in
            let summary = SeedSummary(condition.cells.compactMap(\.seconds))
            return summary.mean.map { [Table.Cell(condition.title), Table.Cell(Words.time($0), key: $0)] }
        }
        let total = seconds.reduce(0, +)
        return Page.Section(
            id: "costs", title: "Costs",
            parts: [
                Facts([("all finished cells", Words.time(total)), ("one on average", Words.time(total / Double(seconds.count)))]),
                Table(
                    summary: "Time of each condition", columns: [.text("condition"), .number("mean time of a cell")], rows: rows),
            ])
    }

    /// Where the cells come from, and what trained them.
    var origin: Page.Section {
        let builds = Set(status.cells.compactMap(\.code)).sorted()
        let text = try? FileReader.text(of: folder.record.file)
        let lines = (text ?? "").split(separator: "\n").map { [Table.Cell(String($0))] }
        let facts =
            [("sweep file", folder.record.file), ("its digest", folder.record.fileDigest)]
            + builds.map { ("trained by", $0) }
            + (folder.record.share.isEmpty ? [] : [("each cell has", folder.record.share.joined(separator: " "))])
        return Page.Section(
            id: "origin", title: "Sweep file and versions",
            parts: [Facts(facts)]
                + (lines.isEmpty ? [] : [Table(summary: "The sweep file as it is now", columns: [.text("line")], rows: lines)]))
    }
}
