import ArgumentParser
import Datasets
import Files

/// `semisup data describe`
struct DataDescribeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Counts classes, clips and groups, and looks at the video files.",
        discussion: """
            Examples:
              semisup data describe videos/ --videos 50
              semisup data describe videos/ --videos 0 --picture classes.svg

            The picture shows classes, codecs, frame sizes and rates, lengths of groups of pictures, B-frames, motion vectors and sound as
            bars. Vectors are "partly" there where some of them cannot be trusted, such as those of interlaced frames..
            """)

    @Argument(help: "A built-in data set, a folder, a list file or a video.")
    var data: String
    @Option(help: "How many files are opened, spread over all parts; 0 for none.")
    var videos = 100
    @Option(help: ArgumentHelp("Also write histograms to this SVG file, which must not exist.", valueName: "file"))
    var picture: String?
    @Flag(help: "Print one JSON object, with every file that was opened.")
    var json = false

    func validate() throws {
        if videos < 0 { throw ValidationError("--videos \(videos): expected 0 or more") }
        if let picture, !picture.hasSuffix(".svg") {
            throw ValidationError("--picture \(picture): expected a name that ends with .svg")
        }
    }

    func run() throws {
        if let picture { try NewFile.requireFree(picture) }
        let dataSet = try DataSetCatalogue.open(data, for: .files)
        let summary = DataSetSummary(dataSet)
        let progress = Progress("opening", unit: "files")
        let survey = VideoSurvey(dataSet, limit: videos, indices: .cached, threads: Cores.count) {
            progress.update($0, of: $1)
        }
        progress.end()
        let histograms = survey.histograms + summary.histograms
        if let picture {
            try NewFile.write(HistogramPicture(title: title(summary, survey), histograms).svg, to: picture)
        }
        if json {
            try Terminal.standard.print(
                .object(
                    (summary.json.objectValue ?? []) + [
                        ("videos", survey.json), ("histograms", .array(histograms.map(\.json))),
                        ("picture", picture.map { .string($0) } ?? .null),
                    ]))
        } else {
            try Terminal.standard.print(summary.text)
            if !survey.isEmpty { try Terminal.standard.print(table(survey)) }
            if let picture { try Terminal.standard.print(picture) }
        }
        for damaged in survey.damaged + survey.incomplete { logger.warning("\(damaged.reason)") }
        // Files of which none can be read are no data.
        guard survey.files.isEmpty, !survey.damaged.isEmpty else { return }
        throw DamagedFiles(count: survey.damaged.count, of: survey.damaged.count)
    }

    private func title(_ summary: DataSetSummary, _ survey: VideoSurvey) -> String {
        survey.isEmpty ? summary.name : "\(summary.name): \(survey.files.count) of \(survey.total) files"
    }

    /// A row a kind of files.
    private func table(_ survey: VideoSurvey) -> String {
        let header = [
            "files", "codec", "pixels", "size", "turned", "rate", "interlaced", "longest GOP", "B-frames", "vectors", "sound",
        ]
        let rows = survey.kinds.map { kind, files in
            let longest = files.map(\.longestGroup), least = longest.min() ?? 0, most = longest.max() ?? 0
            return [
                "\(files.count)", kind.codec, kind.pixelFormat ?? "?", "\(kind.width)x\(kind.height)", "\(kind.rotation)°",
                kind.frameRate.map { Text.number($0, digits: 4) } ?? "?", kind.interlacing.rawValue,
                least == most ? "\(most)" : "\(least) ... \(most)",
                Text.percent(files.reduce(0) { $0 + $1.bidirectionalShare } / Double(files.count)), kind.motionVectors.rawValue,
                kind.hasSound ? "yes" : "no",
            ]
        }
        return "\(survey.files.count) of \(survey.total) files opened\n" + Text.table([header] + rows, rightAligned: [0])
    }
}
