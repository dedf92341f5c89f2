import Files
import Foundation
import Training

/// A sweep for a person to look at: one HTML file that needs no other.
public struct SweepReport: Sendable {
    /// The page.
    public let html: String
    /// The table in it.
    public let table: SweepTable

    /// Reads the sweep in `folder`, which may be at work. Throws `SweepError`.
    public init(sweep folder: String) throws {
        let sweep = try SweepContents(folder: folder)
        table = sweep.table
        let sections = [
            sweep.overview, sweep.results, sweep.rates, sweep.comparisons, sweep.cells, sweep.failures, sweep.costs, sweep.origin,
        ]
        html = try Page(title: sweep.title, subtitle: sweep.subtitle, sections: sections.compactMap(\.self)).html(
            version: KitVersion.text)
    }

    /// Writes the page to `path`, in place of an earlier report. Throws `FileError.exists` where there is something else.
    public func write(to path: String) throws { try Page.write(html, to: path) }
}

/// What is in the folder of a sweep, read for its report.
struct SweepContents {
    let folder: SweepFolder
    let status: SweepStatus
    let table: SweepTable

    init(folder path: String) throws {
        folder = try SweepFolder(path)
        let index = try SweepIndex(folder)
        status = try SweepStatus(folder, index)
        table = try SweepTable(folder, status, index)
    }

    var title: String { URL(fileURLWithPath: folder.record.file).deletingPathExtension().lastPathComponent }

    var subtitle: String {
        let counts = CellStatus.State.allCases.reversed().filter { status.count($0) > 0 }
        return (counts.map { "\(Words.count(status.count($0))) \($0.rawValue)" } + [folder.path]).joined(separator: " · ")
    }

    /// How many cells are done, and what a reader of the numbers should know.
    var overview: Page.Section {
        let figures: [Headline.Figure] = [
            .init(name: "Cells done", value: Words.count(status.count(.done)), detail: "of \(Words.count(status.cells.count))"),
            .init(name: "Failed", value: Words.count(status.count(.failed))),
            .init(name: "Conditions", value: Words.count(table.conditions.count), detail: "cells that differ in the seed alone"),
        ]
        return Page.Section(
            id: "overview", title: "Overview",
            parts: [Headline(figures: figures)] + table.notes.map { Note($0.prefix(1).uppercased() + $0.dropFirst() + ".") })
    }

    /// A row a condition.
    var results: Page.Section {
        let hasPublished = table.conditions.contains { !$0.published.isEmpty }
        let columns: [Table.Column] =
            [
                .text("condition"), .number("seeds"), .number("top-1"), .number("over seeds"), .text("95 % over test videos"),
                .text("each seed"),
            ]
            + (hasPublished ? [.text("published")] : [])
        let rows = table.conditions.map { condition -> [Table.Cell] in
            let failed = condition.count(.failed)
            let cells = [
                Table.Cell(condition.title + (condition.isBest ? " (best on validation)" : "")),
                Table.Cell(
                    "\(condition.count(.done)) of \(condition.cells.count)" + (failed > 0 ? ", \(failed) failed" : ""),
                    key: Double(condition.count(.done))),
                Table.Cell(condition.accuracies.mean.map { Words.percent($0) } ?? "–", key: condition.accuracies.mean ?? -1),
                Table.Cell(
                    condition.accuracies.standardDeviation.map { "± \(Words.percent($0))" } ?? "–",
                    key: condition.accuracies.standardDeviation ?? -1),
                Table.Cell(condition.interval.map { "\(Words.percent($0.low)) to \(Words.percent($0.high))" } ?? "–"),
                Table.Cell(condition.accuracies.values.map { Words.percent($0) }.joined(separator: ", ")),
            ]
            return cells + (hasPublished ? [Table.Cell(condition.published.map(Self.words).joined(separator: "; "))] : [])
        }
        return Page.Section(
            id: "results", title: "Results",
            parts: [
                Table(name: "Results", columns: columns, rows: rows),
                Note(
                    "Top-1 is the mean over seeds; beside it the sample standard deviation over seeds (n − 1), and the interval of the mean "
                        + "from 10,000 resamples of the test videos, by groups where they are known: two different things."),
            ])
    }

    private static func words(_ number: PublishedNumber) -> String {
        "\(Words.number(number.percent)) %" + (number.deviation.map { " ± \(Words.number($0))" } ?? "") + " (\(number.source))"
    }

    /// Conditions beside each other on the same videos.
    var comparisons: Page.Section? {
        guard !table.comparisons.isEmpty else { return nil }
        func points(_ fraction: Double) -> String { (fraction > 0 ? "+" : "") + Words.number((fraction * 1000).rounded() / 10) }
        // What both sides of a comparison have in common: nothing in a sweep over one option.
        let hasCommon = table.comparisons.contains { !$0.common.isEmpty }
        let rows = table.comparisons.map { comparison in
            [Table.Cell("\(comparison.first) − \(comparison.second)")] + (hasCommon ? [Table.Cell(comparison.common)] : []) + [
                Table.Cell(points(comparison.difference), key: comparison.difference),
                Table.Cell("\(points(comparison.interval.low)) to \(points(comparison.interval.high))"),
                Table.Cell(comparison.probabilities.map { Words.number($0.p, digits: 2) }.joined(separator: ", ")),
            ]
        }
        return Page.Section(
            id: "comparisons", title: "Comparisons",
            parts: [
                Table(
                    name: "Comparisons",
                    columns: [.text("difference")] + (hasCommon ? [.text("of")] : []) + [
                        .number("points"), .text("95 % over test videos"), .text("McNemar's p, each seed"),
                    ],
                    rows: rows),
                Note(
                    "Seed by seed on the same videos: the mean difference in percentage points, its paired bootstrap, and the exact test of McNemar."
                ),
            ])
    }
}
