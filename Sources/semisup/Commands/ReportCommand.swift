import ArgumentParser
import Files
import Sweeps

/// `semisup report`
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Shows a run or a sweep in one HTML file with plots, which needs no other and no network.",
        discussion: """
            Examples:
              semisup report runs/fixmatch-motions-1%-seed0
              semisup report runs/motions --out report.html

            Without --out an earlier report in the folder is replaced. A run or sweep may be at work, stopped or failed.
            """)

    @Argument(help: ArgumentHelp("The folder of a run or a sweep.", valueName: "folder"))
    var folder: String
    @Option(help: ArgumentHelp("The new file to write (default: report.html in the folder).", valueName: "file"))
    var out: String?
    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        if let out { try NewFile.requireFree(out) }
        let path = out ?? ReportFile.standardPath(in: folder)
        if SweepFolder.isSweep(folder) {
            try SweepReport(sweep: folder).write(to: path)
        } else {
            try RunReport(run: folder).write(to: path)
        }
        guard !json else {
            return try Terminal.standard.print(.object([("event", .string("report")), ("path", .string(path))]))
        }
        try Terminal.standard.print(path)
    }
}
