import ArgumentParser
import Datasets
import Files
import Training

/// `semisup data split`
struct DataSplitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split", abstract: "Lists of labelled clips and of whole data sets.",
        subcommands: [SplitDrawCommand.self, SplitImportCommand.self, SplitCheckCommand.self])
}

/// `semisup data split draw`
struct SplitDrawCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draw", abstract: "Draws which training clips are labelled: the same list on every machine.",
        discussion: "Example: semisup data split draw videos/ --labels 10% --seed 1 --out labels-10-seed1.txt")

    @Argument(help: "A built-in data set, a folder or a list file.")
    var data: String
    @Option(help: "How many clips: 1%, 0.01, 4/class or all.")
    var labels: String
    @Option(help: "Which draw.")
    var seed: UInt64 = 0
    @Option(help: "Draw single clips or whole groups: \(LabelDraw.Unit.allCases.map(\.rawValue).joined(separator: ", ")).")
    var unit = LabelDraw.Unit.clip
    @Option(
        help: "Meet the rate in each class or over all: \(LabelDraw.Balance.allCases.map(\.rawValue).joined(separator: ", ")).")
    var quota = LabelDraw.Balance.balanced
    @Option(help: ArgumentHelp("The file to write, which must not exist (default: standard output).", valueName: "file"))
    var out: String?
    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let draw = LabelDraw(rate: try LabelRate(labels), seed: seed, unit: unit, balance: quota)
        let dataSet = try DataAccess.open(data)
        let list = try draw.list(from: dataSet.train, dataSet: dataSet.name)
        if let out { try list.write(to: out) }
        if json { return try Terminal.standard.print(list.json(path: out)) }
        guard let out else { return try Terminal.standard.print(list.text) }
        try Terminal.standard.print("\(out): \(list.names.count) of \(dataSet.train.count) clips, digest \(list.digest)")
    }
}

/// `semisup data split import`
struct SplitImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Joins published lists with a folder of videos into a list that --data takes.",
        discussion: """
            UCF101 and HMDB51 as they are downloaded are read by their official split 1 without a list.

            Examples:
              semisup data split import ucf101 --videos UCF-101 --split 2 --out ucf101-2.csv
              semisup data split import hmdb51 --videos HMDB51 --extras train --out hmdb51.csv
              semisup data split import kinetics --videos k400 --train train.csv --test val.csv --allow-missing --out k400.csv
            """)

    @Argument(help: "ucf101, hmdb51, or a name of your own with --train and --test.")
    var name: String
    @Option(help: ArgumentHelp("The folder of the videos.", valueName: "folder"))
    var videos: String
    @Option(help: "Which official split.")
    var split = 1
    @Option(help: ArgumentHelp("The folder of the lists as downloaded, to compare with the shipped ones.", valueName: "folder"))
    var lists: String?
    @Option(help: ArgumentHelp("A list of training clips in a published format.", valueName: "file"))
    var train: String?
    @Option(help: ArgumentHelp("A list of test clips in a published format.", valueName: "file"))
    var test: String?
    @Option(help: ArgumentHelp("A class index: one class a line.", valueName: "file"))
    var classes: String?
    @Option(help: "Videos that no list names: \(SplitImport.Extras.allCases.map(\.rawValue).joined(separator: ", ")).")
    var extras = SplitImport.Extras.ignore
    @Flag(help: "Leave out listed clips that have no video, instead of stopping.")
    var allowMissing = false
    @Option(help: ArgumentHelp("The list file to write, which must not exist.", valueName: "file"))
    var out: String
    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if test != nil && train == nil { throw ValidationError("--test needs --train beside it") }
        if classes != nil && train == nil { throw ValidationError("--classes goes with --train: official splits have their own") }
    }

    func run() throws {
        let list = try imported()
        for note in list.notes { logger.notice("\(note)") }
        try list.write(to: out)
        if json { return try Terminal.standard.print(list.json(path: out)) }
        let counts = list.counts.filter { $0.clips > 0 }.map { "\($0.clips) \($0.part.rawValue)" }.joined(separator: ", ")
        try Terminal.standard.print("\(out): \(list.classes.count) classes, \(counts)")
    }

    private func imported() throws -> SplitImport {
        guard let train else {
            return try .official(
                name, split: split, videos: videos, lists: lists, catalogue: .standard(), extras: extras,
                allowMissing: allowMissing)
        }
        let parts: [(VideoList.Part, PublishedList)] =
            [(.train, try PublishedList(contentsOf: train))]
            + (try test.map { [(.test, try PublishedList(contentsOf: $0))] } ?? [])
        return try SplitImport(
            dataSet: name, parts: parts, videos: videos, classes: try classes.map { try ClassList(contentsOf: $0) },
            extras: extras, allowMissing: allowMissing)
    }
}

/// `semisup data split check`
struct SplitCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Looks for test clips, siblings, doubles and contradictions in a list of labelled clips.",
        discussion: """
            Ends with 65 where the list cannot be used as it is.

            Examples:
              semisup data split check ucf101-videossl-5
              semisup data split check labels.txt --data UCF-101
              semisup data split check --data videos/
            """)

    @Argument(help: "A shipped list by name, or a file; none checks the training part of --data.")
    var list: String?
    @Option(help: "The data set that the list is for.")
    var data: String?
    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if list == nil && data == nil { throw ValidationError("name a list, or a data set by --data") }
    }

    func run() throws {
        let audit = try SplitAudit(list: list, dataSet: data.map { try DataSetCatalogue.open($0) })
        try Terminal.standard.print(json ? audit.json.serialized() : audit.text)
        if audit.hasErrors { throw ArgumentParser.ExitCode(Files.ExitCode.badData.rawValue) }
    }
}

extension LabelDraw.Unit: @retroactive ExpressibleByArgument {}
extension LabelDraw.Balance: @retroactive ExpressibleByArgument {}
extension SplitImport.Extras: @retroactive ExpressibleByArgument {}
