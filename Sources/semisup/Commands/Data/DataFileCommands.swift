import ArgumentParser
import Datasets
import Files
import Foundation

/// `semisup data index`
struct DataIndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index", abstract: "Finds out where every frame of every file is, and keeps that in the cache folder.",
        discussion: """
            Example: semisup data index videos/

            Training does the same on the way; afterwards each file opens at once. The cache may be deleted at any time.
            """)

    @Argument(help: "A built-in data set, a folder, a list file or a video.")
    var data: String
    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let dataSet = try DataAccess.open(data, for: .files)
        let progress = Progress("indexing", unit: "files"), begin = ContinuousClock.now
        let survey = VideoSurvey(dataSet, indices: .cached, threads: Cores.count) { progress.update($0, of: $1) }
        progress.end()
        let seconds = begin.duration(to: .now) / .seconds(1), frames = survey.files.reduce(0) { $0 + $1.frameCount }
        let flawed = survey.damaged + survey.incomplete
        for file in flawed { logger.warning("\(file.reason)") }
        if json {
            try Terminal.standard.print(
                .object([
                    ("files", .integer(survey.files.count)), ("frames", .integer(frames)), ("seconds", .real(seconds)),
                    ("damaged", survey.damagedJSON),
                ]))
        } else {
            try Terminal.standard.print(
                "\(survey.files.count) files, \(frames) frames, in \(Text.time(seconds))"
                    + (survey.damaged.isEmpty ? "" : "; \(survey.damaged.count) files could not be read")
                    + (survey.incomplete.isEmpty ? "" : "; \(survey.incomplete.count) files are not whole"))
        }
        if !flawed.isEmpty { throw DamagedFiles(count: flawed.count, of: survey.total) }
    }
}

/// `semisup data verify`
struct DataVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Decodes every file from its first byte to its last and lists what is damaged.",
        discussion: """
            Examples:
              semisup data verify videos/ --out videos.sha256
              semisup data verify videos/ --manifest videos.sha256

            A manifest is what sha256sum writes; it finds damage that a decoder cannot see.
            """)

    @Argument(help: "A built-in data set, a folder, a list file or a video.")
    var data: String
    @Option(help: ArgumentHelp("Compare the files with this manifest.", valueName: "file"))
    var manifest: String?
    @Option(help: ArgumentHelp("Write the manifest of the files to this new file.", valueName: "file"))
    var out: String?
    @Flag(help: "Print one JSON object a file.")
    var json = false

    func run() throws {
        if let out { try NewFile.requireFree(out) }
        let expected = try manifest.map { try FileManifest(path: $0) }
        let dataSet = try DataAccess.open(data, for: .files)
        let progress = Progress("verifying", unit: "files")
        let read = VideoVerification(dataSet, threads: Cores.count) { progress.update($0, of: $1) }
        progress.end()
        let found = expected.map { read.compared(with: $0) } ?? read
        if json {
            for file in found.files { try Terminal.standard.print(file.json) }
        } else {
            let rows = found.damaged.map { [$0.name, $0.problem ?? ""] }
            if !rows.isEmpty { try Terminal.standard.print(Text.table([["file", "problem"]] + rows)) }
            try Terminal.standard.print("\(found.files.count) files, \(found.damaged.count) of them damaged")
        }
        // What was found is told first: it took the time.
        if let out { try NewFile.write(read.manifest, to: out) }
        if !found.damaged.isEmpty { throw DamagedFiles(count: found.damaged.count, of: found.files.count) }
    }
}

extension VideoVerification.File {
    /// One object.
    fileprivate var json: JSON {
        .object([
            ("video", .string(name)), ("sha256", digest.map { .string($0) } ?? .null),
            ("problem", problem.map { .string($0) } ?? .null),
        ])
    }
}

/// Files that could not be read, or not whole.
struct DamagedFiles: ReportedError, Equatable {
    let count: Int, of: Int
    var exitCode: Files.ExitCode { .badData }
    var description: String { "\(count) of \(of) files are damaged or cannot be read; see above" }
}

/// The cores of this machine.
enum Cores {
    static var count: Int { ProcessInfo.processInfo.activeProcessorCount }
}
