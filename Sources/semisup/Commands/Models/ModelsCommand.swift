import ArgumentParser
import Files
import Networks
import Training

/// `semisup models`
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Backbones and weights.",
        subcommands: [ModelsListCommand.self, ModelsInfoCommand.self, ModelsImportCommand.self, ModelsExportCommand.self])
}

/// `semisup models list`
struct ModelsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the backbones with their size and cost.",
        discussion: "Example: semisup models list clip.size=224 backbone.width=0.5")

    @Flag(help: "Print one JSON object a backbone.")
    var json = false
    @Argument(help: ArgumentHelp("clip.length, clip.size, backbone.width, backbone.depth.", valueName: "key=value"))
    var settings: [String] = []

    func run() throws {
        let configuration = try ConfigurationSchema([Training.BackboneOptions.self, ClipOptions.self]).resolve([
            .commandLine(settings)
        ])
        let clip = configuration[ClipOptions.self], backbone = configuration[Training.BackboneOptions.self]
        let shape = [3, clip.length, clip.size, clip.size]
        let summaries = BackboneCatalogue.entries.map {
            BackboneSummary($0, options: .init(width: backbone.width, depth: backbone.depth), clip: shape)
        }
        if json {
            for summary in summaries { try Terminal.standard.print(summary.json) }
            return
        }
        let rows = summaries.map { summary in
            [
                summary.name, Text.count(summary.parameters), Text.count(summary.multiplyAdds),
                summary.output.map(String.init).joined(separator: "x"), summary.summary,
            ]
        }
        let header = ["backbone", "parameters", "multiply-adds", "features", "what it is"]
        try Terminal.standard.print(
            "for a clip of \(shape.map(String.init).joined(separator: "x"))\n"
                + Text.table([header] + rows, rightAligned: [1, 2]))
    }
}
