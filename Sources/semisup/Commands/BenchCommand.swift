import ArgumentParser
import Files
import Foundation
import Training

/// `semisup bench`
struct BenchCommand: ParsableCommand, HelpTable {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures how fast this machine computes and decodes; the output is always JSON.",
        discussion: """
            Prints one object a line; the last is the headline. The value is the median rate, higher is better.

            Examples:
              semisup bench step threads=2
              semisup bench fixmatch method.forward=joint
              semisup bench loader video.mp4 workers=2
              semisup bench vectors video.mp4
              semisup bench augment video.mp4
              semisup bench tokenizer text.txt tokenizer.vocabulary=vocab.txt
            """)

    static var helpTable: String {
        let rows = Benchmark.allCases.map { ["  \($0.rawValue)", $0.summary] }
        return "BENCHMARKS\n" + Text.table(rows)
            + "\n\nSETTINGS (with the defaults of training; bench takes r3d18 and 4 clips, fixmatch and methods 2 + 2, loader 1 worker)\n"
            + Benchmark.step.schema.helpTable
    }

    @Argument(help: "What to measure.")
    var benchmark: Benchmark
    @Argument(
        help: ArgumentHelp(
            "Settings, and the video files of loader, vectors, keyframes, augment and memory, or the text files of tokenizer.",
            valueName: "key=value or file"))
    var arguments: [String] = []
    @Flag(help: "Accepted for the sake of scripts: the output is always JSON.")
    var json = false

    private var files: [String] {
        benchmark.files == .none ? [] : arguments.filter { !$0.contains("=") || access($0, F_OK) == 0 }
    }

    func validate() throws {
        if benchmark.files == .atLeastOne, files.isEmpty {
            throw ValidationError("bench \(benchmark.rawValue) needs at least one video file")
        }
        if benchmark.files == .atLeastOneText, files.isEmpty {
            throw ValidationError("bench \(benchmark.rawValue) needs at least one text file")
        }
    }

    func run() throws {
        let configuration = try benchmark.configuration(arguments.filter { !files.contains($0) })
        let progress = Progress("bench \(benchmark.rawValue)", unit: "clips")
        try benchmark.run(configuration, files: files, progress: { progress.update($0, of: $1) }) {
            progress.end()
            try Terminal.standard.print($0.json)
        }
    }
}

extension Benchmark: @retroactive ExpressibleByArgument {}
