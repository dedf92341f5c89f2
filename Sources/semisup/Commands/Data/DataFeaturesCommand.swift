import ArgumentParser
import Datasets
import Files
import Tensor
import Training

/// `semisup data features`
struct DataFeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Makes vectors of the frames of videos by a backbone, once, for methods that look at these.",
        discussion: """
            Prints the folder of the vectors, which train takes as features=FOLDER: a safetensors file for each video. What is there
            already is kept, so that work that was interrupted goes on.

            Examples:
              semisup data features motions --weights runs/fixmatch-motions-1%-seed0
              semisup data features questions/ --weights resnet18.safetensors --backbone resnet18 clip.size=224
            """)

    @Argument(help: "A built-in data set, a folder, a list or question file, or a video.")
    var data: String
    @Option(help: ArgumentHelp("The run or file whose weights the backbone has; none: drawn ones.", valueName: "run or weights"))
    var weights: String?
    @Option(help: "The backbone, where the weights do not say (models list).")
    var backbone: String?
    @Option(help: "Vectors a second.")
    var framesPerSecond = 3.0
    @Option(help: ArgumentHelp("The folder of the vectors (default: one in the cache folder).", valueName: "folder"))
    var out: String?
    @Option(help: "Draws weights where none are given.")
    var seed: UInt64 = 0
    @Flag(help: "Print one JSON object.")
    var json = false
    @Argument(
        help: ArgumentHelp("backbone.width, clip.length, clip.stride, clip.size, threads, kernels, ...", valueName: "key=value"))
    var settings: [String] = []

    func validate() throws {
        if !(0.01...1000 ~= framesPerSecond) {
            throw ValidationError("--frames-per-second \(framesPerSecond): expected 0.01 to 1000")
        }
        if out?.isEmpty == true { throw ValidationError("--out is empty; expected the path of a folder") }
    }

    func run() throws {
        let extraction = try extraction()
        let dataSet = try DataAccess.openVideos(data)
        guard let folder = out ?? extraction.standardFolder(of: dataSet.root) else {
            throw ValidationError("there is no cache folder, since neither XDG_CACHE_HOME nor HOME is set; add --out")
        }
        let progress = Progress("looking", unit: "videos"), begin = ContinuousClock.now
        let outcome = try extraction.run(on: dataSet, into: folder, indices: .cached) { progress.update($0, of: $1) }
        progress.end()
        for (_, reason) in outcome.damaged { logger.warning("left out: \(reason)") }
        try tell(outcome, extraction, folder, seconds: begin.duration(to: .now) / .seconds(1))
        if !outcome.damaged.isEmpty { throw DamagedFiles(count: outcome.damaged.count, of: dataSet.videoPaths.count) }
    }

    private func extraction() throws -> FeatureExtraction {
        let engine = ConfigurationSchema([EngineOptions.self])
        let (own, others) = (engine.known(settings), settings.filter { engine.known([$0]).isEmpty })
        try Engine.start(try engine.resolve([.commandLine(own)])[EngineOptions.self].engine)
        let source = try weights.map { try WeightSource(opening: $0) }
        for damaged in source?.passedOver ?? [] { logger.warning("passed over \(damaged)") }
        let named = (backbone.map { ["backbone=\($0)"] } ?? []) + others
        if let source, source.identity == nil, backbone == nil {
            throw ValidationError(
                "\(source.path) does not say which network it is of; add --backbone, and backbone.width where it is not 1")
        }
        if source == nil { logger.warning("no --weights: the backbone has drawn weights, and has learned nothing") }
        let identity = try source?.identity?.replacing(named) ?? NetworkIdentity(settings: named)
        return try FeatureExtraction(identity, source, framesPerSecond: framesPerSecond, seed: seed)
    }

    private func tell(_ outcome: FeatureExtraction.Outcome, _ extraction: FeatureExtraction, _ folder: String, seconds: Double)
        throws
    {
        guard json else {
            logger.notice(
                """
                \(outcome.made) videos, \(outcome.vectors) vectors of \(extraction.featureCount) values in \(Text.time(seconds))\
                \(outcome.kept > 0 ? "; \(outcome.kept) had theirs" : "")
                """)
            return try Terminal.standard.print(folder)
        }
        try Terminal.standard.print(
            .object([
                ("folder", .string(folder)), ("videos", .integer(outcome.made)), ("kept", .integer(outcome.kept)),
                ("vectors", .integer(outcome.vectors)), ("values", .integer(extraction.featureCount)),
                ("seconds", .real(seconds)),
                ("damaged", .array(outcome.damaged.map { .string($0.reason) })),
            ]))
    }
}
