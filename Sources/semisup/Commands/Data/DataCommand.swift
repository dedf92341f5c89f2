import ArgumentParser
import Datasets
import Files
import Training

/// `semisup data`
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Everything about video before training.",
        subcommands: [
            DataMakeCommand.self, DataDescribeCommand.self, DataIndexCommand.self, DataVerifyCommand.self, DataShowCommand.self,
            DataFeaturesCommand.self, DataSplitCommand.self,
        ])
}

/// `semisup data make`
struct DataMakeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Makes a built-in data set in the cache folder, unless it is there.",
        discussion: "Example: semisup data make motions")

    @Argument(help: "The name of a built-in data set: \(DataSetCatalogue.names.joined(separator: ", ")).")
    var name: String
    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !DataSetCatalogue.names.contains(name) else { return }
        let nearest = NearestName.likely(name, among: DataSetCatalogue.names).map { "; did you mean \($0)?" } ?? ""
        throw ValidationError("there is no built-in data set \(name)\(nearest)")
    }

    func run() throws {
        let summary = DataSetSummary(try DataAccess.open(name))
        if json { return try Terminal.standard.print(summary.json) }
        try Terminal.standard.print(summary.root)
    }
}

/// `semisup data show`
struct DataShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Writes a picture of the views that a method would get.",
        discussion: """
            Each clip takes some rows: its frames, and each view of the method, such as weak and strong. What each row shows stands
            above it, and is printed.

            Examples:
              semisup data show motions --clips 6 --out views.png
              semisup data show motions --method temporal-gradient
              semisup data show motions --compressed
            """)

    @Argument(help: "A built-in data set, a folder, a list file or a video.")
    var data: String
    @Option(help: "The method whose views are shown.")
    var method: String?
    @Option(help: "How many clips.")
    var clips = 4
    @Option(help: ArgumentHelp("The PNG file to write, which must not exist.", valueName: "file"))
    var out = "views.png"
    @Option(help: "Draws clips and augmentation.")
    var seed: String?
    @Flag(
        help:
            "Also show what the files hold beside pictures: motion vectors in colour, residuals, blocks and their quantizers, sound."
    )
    var compressed = false
    @Option(help: ArgumentHelp("A YAML file of settings.", valueName: "file"))
    var config: String?
    @Flag(help: "Print one JSON object.")
    var json = false
    @Argument(help: ArgumentHelp("Settings, as for train.", valueName: "key=value"))
    var settings: [String] = []

    func validate() throws {
        if !(1...100).contains(clips) { throw ValidationError("--clips \(clips): expected 1 to 100") }
    }

    func run() throws {
        try NewFile.requireFree(out)
        let dataSet = try DataAccess.open(data, for: .files)
        // Files that nobody can train on have no labels to draw from.
        let drawn = dataSet.isFilesAlone && !settings.contains { $0.hasPrefix("labels=") } ? "all" : nil
        let flags =
            [("data", data)]
            + [("seed", seed), ("method", method), ("labels", drawn)].compactMap { name, value in value.map { (name, $0) } }
        let configuration = try Configuration.training(file: config, flags: flags, settings: settings, methods: .standard)
        let sheet = try ViewSheet(
            configuration, dataSet: dataSet, methods: .standard, clips: clips,
            showsCompressed: compressed, indices: .cached)
        try sheet.write(to: out)
        for entry in sheet.damaged { logger.warning("\(entry.reason)") }
        if json { return try Terminal.standard.print(sheet.json(path: out)) }
        try Terminal.standard.print(out)
        for (number, (video, captions)) in zip(sheet.videos, sheet.captions).enumerated() {
            try Terminal.standard.print("\(number + 1): \(video)\n" + captions.map { "  \($0)" }.joined(separator: "\n"))
        }
    }
}
