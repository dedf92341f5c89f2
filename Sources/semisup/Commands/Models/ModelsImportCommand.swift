import ArgumentParser
import Files
import Networks
import Training

/// `semisup models import`
struct ModelsImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Reads weights of others for a backbone, reports every name, writes what train --init takes.",
        discussion: """
            Names are torchvision's; those of its networks of pictures, and prefixes such as module. or encoder_q., are understood.
            Kernels of pictures are inflated to clips. Where a name is missing, unexpected or of another shape nothing is written.

            Examples:
              semisup models import r3d_18.safetensors --backbone r3d18 --out own.safetensors
              semisup models import resnet50.safetensors --backbone slowonly50 --part backbone --out own.safetensors
            """)

    @Argument(help: ArgumentHelp("A safetensors file.", valueName: "file"))
    var file: String
    @Option(help: "The network to load into (models list).")
    var backbone: String
    @Option(help: ArgumentHelp("The new file to write.", valueName: "file"))
    var out: String
    @Option(help: "Take all, or the backbone: without the classifier fc.")
    var part = WeightPart.all
    @Option(help: "How a kernel of pictures becomes one of clips: repeated and divided, or in the middle tap.")
    var inflate = WeightInflation.mean
    @Option(help: "The number of classes (default: as many as the file's classifier has).")
    var classes: Int?
    @Flag(help: "Write although not every name fits; what the file does not have is drawn.")
    var partial = false
    @Option(help: "Draws what a partial file does not have.")
    var seed: UInt64 = 0
    @Flag(help: "Print one JSON object.")
    var json = false
    @Argument(help: ArgumentHelp("backbone.width, backbone.depth.", valueName: "key=value"))
    var settings: [String] = []

    func validate() throws {
        if let classes, !(1...1_000_000 ~= classes) {
            throw ValidationError("--classes \(classes): expected 1 to 1000000")
        }
    }

    func run() throws {
        try NewFile.requireFree(out)
        let identity = try NetworkIdentity(settings: ["backbone=\(backbone)"] + settings)
        let source = try WeightSource(opening: file)
        for damaged in source.passedOver { logger.warning("passed over \(damaged)") }
        let fit = try PortableNetwork.fit(of: source, identity, part: part, classes: classes)
        if json { try Terminal.standard.print(fit.json) }
        if !partial { try fit.requireWhole(advice: advice(fit, source)) }
        let network = try PortableNetwork(
            source, identity, fit: fit, part: part, classes: classes, inflation: inflate, seed: seed)
        try network.write(.safetensors, to: out)
        if !json { try Terminal.standard.print(fit.report) }
        let drawn = fit.missing.map(\.name) + fit.mismatched.map(\.target)
        if !drawn.isEmpty { logger.warning("left at their initial values, seed \(seed): \(drawn.joined(separator: " "))") }
        logger.notice("wrote \(out)")
    }

    private func advice(_ fit: WeightFit, _ source: WeightSource) -> String {
        if source.classCount == nil, part == .all {
            return "it has no classifier, which --part backbone leaves out; nothing was written"
        }
        return fit.differsInClassifierOnly
            ? "--part backbone leaves the classifier out; nothing was written"
            : "--partial takes what fits; nothing was written"
    }
}

extension WeightPart: @retroactive ExpressibleByArgument {}
extension WeightInflation: @retroactive ExpressibleByArgument {}
