import Files

/// What computes, and with how many threads.
public struct EngineOptions: ConfigurationGroup {
    /// The type of activations and weights in the forward and backward pass.
    public enum Precision: String, ConfigurationChoice { case auto, f32, bf16 }
    /// The instruction sets of the kernels; another set gives other bits.
    public enum Kernels: String, ConfigurationChoice { case auto, avx512, avx2, baseline }
    /// The library for convolution, pooling and normalisation.
    public enum Convolution: String, ConfigurationChoice { case auto, onednn, blas }

    /// How the way of each convolution is chosen.
    public enum Tune: String, ConfigurationChoice { case rule, measure }

    /// The parts of networks that are computed again in the backward pass.
    public enum Recompute: String, ConfigurationChoice { case none, stage, block }

    /// The number format.
    public var precision = Precision.auto
    /// The kernel set.
    public var kernels = Kernels.auto
    /// The library of convolutions.
    public var convolution = Convolution.auto
    /// How the ways of convolutions are chosen.
    public var tune = Tune.rule
    /// What is recomputed for less memory.
    public var recompute = Recompute.none
    /// Threads that compute.
    public var threads = 2
    /// Threads that decode.
    public var workers = 2
    /// The longest that the reading of a clip may take.
    public var clipSeconds = 120.0

    /// The defaults.
    public init() {}

    /// The declarations. The number of computing threads can change the order of sums, and with it bits.
    public static let options: [ConfigurationOption<Self>] = [
        .init("precision", \.precision, help: "What activations are held in; auto: bf16 where it is in hardware."),
        .init("kernels", \.kernels, help: "Instruction sets; force one to get another machine's bits."),
        .init(
            "engine.convolution", \.convolution,
            help: "What convolves; auto picks by shape: Winograd, oneDNN or BLAS."),
        .init(
            "engine.tune", \.tune,
            help: "Choose ways by a fixed rule, or by the clock: other bits every run."),
        .init(
            "memory.recompute", \.recompute,
            help: "Parts computed again for gradients: less memory, more time, same bits.",
            changesResults: false),
        .init("threads", \.threads, in: 1...1024, help: "Threads that compute."),
        .init("workers", \.workers, in: 1...1024, help: "Threads that decode video.", changesResults: false),
        .init(
            "loader.clipSeconds", \.clipSeconds, in: 1...86400, unit: "seconds",
            help: "A clip that takes longer to read ends the run.", changesResults: false),
    ]
}

/// When the state of a run is saved.
public struct CheckpointOptions: ConfigurationGroup {
    /// Steps between checkpoints; 0 for none by steps.
    public var everySteps = 0
    /// Minutes between checkpoints; 0 for none by time.
    public var everyMinutes = 5.0
    /// How many of the newest are kept, beside the best.
    public var keep = 2
    /// Seconds that a step may go on after a signal; then the state that it began with is saved.
    public var graceSeconds = 5.0

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init(
            "checkpoint.everySteps", \.everySteps, in: 0..., unit: "steps", help: "Save so often; 0 for never.",
            changesResults: false),
        .init(
            "checkpoint.everyMinutes", \.everyMinutes, in: 0..., unit: "minutes", help: "Save so often; 0 for never.",
            changesResults: false),
        .init(
            "checkpoint.keep", \.keep, in: 1...1000, help: "Newest checkpoints that stay, beside the best.", changesResults: false
        ),
        .init(
            "checkpoint.graceSeconds", \.graceSeconds, in: 0...3600, unit: "seconds",
            help: "A step may go on so long after a signal, else it is left.", changesResults: false),
    ]
}

/// The number of views over which a test video's scores are averaged, as `clips x crops`: `10x3`.
public struct EvaluationViews: ConfigurationValue {
    /// Windows in time, 1 to 100.
    public let clips: Int
    /// Crops of each window: 1 (centre) or 3 (along the long side).
    public let crops: Int

    /// The words of the limits.
    public static var expectation: String { "clips x crops with 1 to 100 clips and 1 or 3 crops, like 1x1 or 10x3" }

    /// `clips` windows with `crops` crops each.
    public init?(clips: Int, crops: Int) {
        guard 1...100 ~= clips, [1, 3].contains(crops) else { return nil }
        self.clips = clips
        self.crops = crops
    }

    /// Reads `10x3`.
    public init?(_ input: ConfigurationInput) {
        guard let numbers = String(input)?.split(separator: "x", omittingEmptySubsequences: false).map({ Int($0) }),
            numbers.count == 2, let clips = numbers[0], let crops = numbers[1]
        else { return nil }
        self.init(clips: clips, crops: crops)
    }

    /// `"10x3"`.
    public var json: JSON { .string("\(clips)x\(crops)") }

    private init() { (clips, crops) = (1, 1) }
    /// The middle of the video, the middle of its frames.
    public static let centre = EvaluationViews()
}

/// When and how accuracy is measured.
public struct EvaluationOptions: ConfigurationGroup {
    /// The views of a test video.
    public var views = EvaluationViews.centre
    /// Epochs between evaluations; 0 for one at the end.
    public var everyEpochs = 0

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("evaluation.views", \.views, help: "Views of a test video, clips x crops."),
        .init(
            "evaluation.everyEpochs", \.everyEpochs, in: 0..., unit: "epochs", help: "Evaluate so often; 0 for at the end only."),
    ]
}
