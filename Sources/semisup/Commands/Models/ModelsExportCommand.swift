import ArgumentParser
import Files
import Networks
import Training

/// `semisup models export`
struct ModelsExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes the network of a run, or weights, for others: torchvision's names, or ONNX.",
        discussion: """
            Of a run that pre-trains, its backbone is written.

            Examples:
              semisup models export runs/fixmatch --format onnx --out network.onnx
              semisup models export kinetics.safetensors --format safetensors --out r3d_18.safetensors
            """)

    @Argument(help: ArgumentHelp("The folder of a run, or a safetensors file.", valueName: "run or weights"))
    var source: String
    @Option(help: "safetensors, with the names that torchvision's load_state_dict takes, or onnx (opset 17).")
    var format: PortableNetwork.Format
    @Option(help: ArgumentHelp("The new file to write.", valueName: "file"))
    var out: String
    @Option(help: "The network that a weight file is of, where the file does not say.")
    var backbone: String?
    @Option(
        help: ArgumentHelp(
            "Also write random clips and their logits to this new safetensors file, to compare with.", valueName: "file"))
    var example: String?
    @Flag(help: "Print one JSON object.")
    var json = false
    @Argument(
        help: ArgumentHelp("backbone.width, backbone.depth; clip.length and clip.size of the example.", valueName: "key=value"))
    var settings: [String] = []

    func run() throws {
        for path in [out, example].compactMap(\.self) { try NewFile.requireFree(path) }
        let source = try WeightSource(opening: source)
        for damaged in source.passedOver { logger.warning("passed over \(damaged)") }
        let named = (backbone.map { ["backbone=\($0)"] } ?? []) + settings
        guard source.identity != nil || backbone != nil else {
            throw ValidationError(
                "\(self.source) does not say which network it is of; add --backbone, and backbone.width where it is not 1")
        }
        let identity = try source.identity?.replacing(named) ?? NetworkIdentity(settings: named)
        let fit = try PortableNetwork.fit(of: source, identity, part: source.part)
        if json { try Terminal.standard.print(fit.json) }
        try fit.requireWhole(advice: "nothing was written")
        let network = try PortableNetwork(source, identity, fit: fit, part: source.part)
        try network.write(format, to: out)
        if let example { try network.writeExample(to: example) }
        if !json { try Terminal.standard.print(fit.report) }
        logger.notice("wrote \(out)")
    }
}

extension PortableNetwork.Format: @retroactive ExpressibleByArgument {}
