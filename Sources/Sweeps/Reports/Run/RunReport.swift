import Datasets
import Foundation
import Media
import Training

/// A run for a person to look at: one HTML file that needs no other, with plots, tables and frames of test clips.
///
/// Whatever state the run is in, the report shows what is there and says what is not.
public struct RunReport: Sendable {
    /// The page.
    public let html: String

    /// Reads the run in `folder`, which may be at work. Throws `RunError` where there is none, or its `run.json` is not whole.
    ///
    /// - Parameters:
    ///   - dataSet: The data of the run, for frames of its test clips; nil: it is looked for where the run found it.
    ///   - indices: Where the indices of its files are kept.
    public init(run folder: String, dataSet: DataSet? = nil, indices: IndexCache? = .standard()) throws {
        let run = try RunContents(folder: folder)
        let sections = [
            run.overview, run.curves, run.pseudoLabels, run.hasClasses ? run.classes : run.groups,
            run.examples(of: dataSet, indices: indices), run.damage,
            run.costs, run.configuration,
        ]
        html = try Page(title: run.title, subtitle: run.subtitle, sections: sections.compactMap(\.self)).html(
            version: KitVersion.text)
    }

    /// Writes the page to `path`, in place of an earlier report. Throws `FileError.exists` where there is something else.
    public func write(to path: String) throws { try Page.write(html, to: path) }
}

extension RunContents {
    var title: String { "\(method) on \(dataName), \(labels) labelled" }

    var subtitle: String {
        let seed = record.seeds["run"].map { "seed \($0)" }
        return ([seed, stateInWords, "begun \(begun) on \(record.host)", folder] as [String?]).compactMap(\.self)
            .joined(separator: " · ")
    }

    /// When the run began, for a person: `2026-11-22 20:06 UTC`.
    private var begun: String {
        guard record.created.hasSuffix("Z") else { return record.created }
        return record.created.dropLast(4).replacingOccurrences(of: "T", with: " ") + " UTC"
    }

    private var stateInWords: String {
        switch record.state {
        case .finished: "finished"
        case .stopped: "stopped, can be resumed"
        case .failed: "failed"
        case .running: "running, or killed"
        }
    }
}
