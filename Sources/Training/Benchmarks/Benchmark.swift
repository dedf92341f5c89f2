import Datasets
import Files
import Networks
import Tensor

/// What `semisup bench` can measure.
public enum Benchmark: String, Sendable, CaseIterable {
    case gemm, conv, kmeans, tokenizer, step, fixmatch, methods, infer, loader, vectors, keyframes, augment, memory, start

    /// One line about it.
    public var summary: String {
        switch self {
        case .gemm: "square f32 matrix products, GFLOP/s"
        case .conv: "the distinct convolutions of a backbone, forward and both gradients, GFLOP/s"
        case .kmeans: "k-means of random features in memory, iterations/s, and what it takes beside their memory"
        case .tokenizer: "lines of text files to WordPiece tokens on one thread, MB/s"
        case .step: "a training step on clips in memory: forward, loss, backward, update, clips/s"
        case .fixmatch: "a FixMatch iteration on clips in memory, iterations/s"
        case .methods: "iterations of several methods in turn, iterations/s and the cost beside the first"
        case .infer: "a forward pass in evaluation mode, clips/s"
        case .loader: "clips of random start out of video files, each opened anew: as views, then to RGB alone, clips/s"
        case .vectors: "motion vectors of every frame of video files, one for each pixel, frames/s"
        case .keyframes: "keyframes of video files, and what decoding everything takes, files/s"
        case .augment: "weak and strong views of clips in memory; of video files, and the cost beside decoding, clips/s"
        case .memory:
            "memory of a loader whose consumer is too slow, over 10,000 clips of video files (minutes: 11 times as long as loading them), "
                + "or 500 and 500 for each of the repeats"
        case .start: "from the start of a process to its first training step, 1/s"
        }
    }

    /// What files a benchmark is given: none, any number of videos, or at least one video or text.
    public enum InputFiles: Sendable { case none, any, atLeastOne, atLeastOneText }

    /// What files the benchmark is given.
    public var files: InputFiles {
        switch self {
        case .tokenizer: .atLeastOneText
        case .loader, .vectors, .keyframes, .memory: .atLeastOne
        case .augment: .any
        default: .none
        }
    }

    /// The options of the benchmark.
    public var schema: ConfigurationSchema {
        let shared = ConfigurationSchema([
            BenchmarkOptions.self, BackboneOptions.self, ClipOptions.self, BatchOptions.self, OptimizerOptions.self,
            WeakAugmentOptions.self, StrongAugmentOptions.self, EngineOptions.self,
        ])
        return switch self {
        case .fixmatch: shared.adding(FixMatch.options)
        case .methods: shared.adding([MethodsBenchmarkOptions.self])
        case .kmeans: shared.adding([KMeansBenchmarkOptions.self])
        case .tokenizer: shared.adding([TokenizerBenchmarkOptions.self])
        default: shared
        }
    }

    /// The configuration of the benchmark: its own defaults, then `settings` of the form `key=value`.
    ///
    /// Throws `ConfigurationError`.
    public func configuration(_ settings: [String]) throws(ConfigurationError) -> Configuration {
        let clips = [.fixmatch, .methods].contains(self) ? "2" : "4"
        return try schema.resolve([
            .commandLine(
                settings, flags: [("batch.labeled", clips), ("batch.unlabeled", clips), ("workers", "1"), ("precision", "f32")])
        ])
    }

    /// Measures, and hands over each result as soon as it is there; the last is the headline.
    ///
    /// - Parameters:
    ///   - configuration: From `configuration(_:)` of this benchmark.
    ///   - files: Video or text files, where it is given any.
    ///   - progress: Told how many clips a benchmark that takes minutes has had.
    /// Throws `ReportedError`s.
    public func run(
        _ configuration: Configuration, files: [String] = [], progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
        report: (BenchmarkResult) throws -> Void
    ) throws {
        try Engine.start(configuration[EngineOptions.self].engine)
        let bench = BenchmarkSetting(name: rawValue, configuration)
        switch self {
        case .gemm: try MatrixProductBenchmark(bench).run(report)
        case .conv: try ConvolutionBenchmark(bench).run(report)
        case .kmeans: try KMeansBenchmark(bench).run(report)
        case .tokenizer: try TokenizerBenchmark(bench: bench, files: files).run(report)
        case .step: try StepBenchmark(bench, method: Supervised.self).run(report)
        case .fixmatch: try StepBenchmark(bench, method: FixMatch.self).run(report)
        case .methods: try MethodsBenchmark(bench).run(report)
        case .infer: try InferenceBenchmark(bench).run(report)
        case .loader: try LoaderBenchmark(bench: bench, files: files).run(report)
        case .vectors: try VectorsBenchmark(bench: bench, files: files).run(report)
        case .keyframes: try KeyframesBenchmark(bench: bench, files: files).run(report)
        case .augment: try AugmentBenchmark(bench: bench, files: files).run(report)
        case .memory: try MemoryBenchmark(bench: bench, files: files).run(progress, report)
        case .start: try StartBenchmark(bench).run(report)
        }
    }
}

/// How often is measured, and what only benchmarks need.
public struct BenchmarkOptions: ConfigurationGroup {
    /// Measured repeats.
    public var repeats = 7
    /// Repeats before those that count.
    public var warmups = 2
    /// Classes of the classifier.
    public var classes = 101
    /// Whether the rate of matrix products is measured beside, as a limit.
    public var limit = true

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("repeats", \.repeats, in: 1...10_000, help: "Measured repeats; the value is their median."),
        .init("warmups", \.warmups, in: 0...10_000, help: "Repeats before those that count."),
        .init("classes", \.classes, in: 1...100_000, help: "Classes of the classifier."),
        .init("limit", \.limit, help: "Measure the rate of matrix products beside, as a limit."),
    ]
}

/// What the benchmarks share: the options and the names in results.
struct BenchmarkSetting {
    let name: String
    let configuration: Configuration
    let options: BenchmarkOptions
    let clip: ClipOptions
    let batch: BatchOptions
    let backbone: BackboneOptions

    init(name: String, _ configuration: Configuration) {
        self.name = name
        self.configuration = configuration
        options = configuration[BenchmarkOptions.self]
        clip = configuration[ClipOptions.self]
        batch = configuration[BatchOptions.self]
        backbone = configuration[BackboneOptions.self]
    }

    /// `r3d18 f32 4x8x112x112`, with the width where it is not 1.
    func subject(clips: Int) -> String {
        let width = backbone.width == 1 ? "" : " width \(backbone.width)"
        return
            "\(backbone.name)\(width) \(Engine.backend.description.precisionName) \(clips)x\(clip.length)x\(clip.size)x\(clip.size)"
    }

    func networks() throws(UnknownBackbone) -> NetworkFactory {
        NetworkFactory(
            entry: try BackboneCatalogue.entry(named: backbone.name),
            options: .init(width: backbone.width, depth: backbone.depth),
            classes: options.classes, dropoutRate: backbone.dropout, seed: 0)
    }

    /// The convolutions of one clip's forward pass.
    func convolutions() throws(UnknownBackbone) -> [ConvolutionShape] { try blank().convolutions(of: clipShape).map(\.shape) }

    /// Multiply-adds of one clip's forward pass.
    func multiplyAdds() throws(UnknownBackbone) -> Int { try blank().multiplyAdds(of: clipShape) }

    private var clipShape: [Int] { [3, clip.length, clip.size, clip.size] }

    private func blank() throws(UnknownBackbone) -> any Backbone {
        try BackboneCatalogue.entry(named: backbone.name).make(.init(width: backbone.width, depth: backbone.depth), .blank())
    }

    func seconds(_ body: () throws -> Void) rethrows -> [Double] {
        try Stopwatch.seconds(repeats: options.repeats, warmups: options.warmups, body)
    }

    /// What the rate of matrix products allows at most for work of `multiplyAdds` a unit, where it is asked for.
    func limit(multiplyAdds: Double) -> (rate: Double, name: String)? {
        guard options.limit else { return nil }
        return (MatrixProductBenchmark.rate() * 1e9 / (2 * multiplyAdds), MatrixProductBenchmark.limitName)
    }
}
