/// Stochastic gradient descent (`fixmatch.md`, table of hyperparameters).
public struct OptimizerOptions: ConfigurationGroup {
    /// The rate that the schedule multiplies.
    public var learningRate = 0.03
    /// The share of the last update that is kept.
    public var momentum = 0.9
    /// Whether the gradient is taken ahead, after Nesterov.
    public var nesterov = true
    /// The factor of the L2 penalty on kernels.
    public var weightDecay = 5e-4
    /// The largest norm of the whole gradient; 0 for no limit.
    public var clipNorm = 0.0

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("optimizer.learningRate", \.learningRate, in: 0...100, help: "Step size that the schedule multiplies."),
        .init("optimizer.momentum", \.momentum, in: 0..<1, help: "Share of the last update that is kept."),
        .init("optimizer.nesterov", \.nesterov, help: "Nesterov's form of momentum."),
        .init("optimizer.weightDecay", \.weightDecay, in: 0...1, help: "Factor of the L2 penalty on kernels."),
        .init("optimizer.clipNorm", \.clipNorm, in: 0..., help: "Largest norm of the whole gradient; 0 for no limit."),
    ]

    /// Nesterov's form needs momentum.
    public var conflicts: [String] {
        nesterov && momentum == 0
            ? ["optimizer.nesterov=true needs optimizer.momentum above 0; set optimizer.nesterov=false"] : []
    }
}

/// The learning rate over the steps.
public struct ScheduleOptions: ConfigurationGroup {
    /// The curve after the warm-up.
    public var kind = LearningRateSchedule.Curve.cosine716
    /// The steps of the linear warm-up.
    public var warmupSteps = 0
    /// The length of the linear warm-up as a share of the steps; the longer of the two counts.
    public var warmupShare = 0.0
    /// The share of the rate at the first step of the warm-up.
    public var warmupFactor = 0.1

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("schedule.kind", \.kind, help: "Curve of the learning rate: cos(7 pi t/16), to 0, or none."),
        .init("schedule.warmupSteps", \.warmupSteps, in: 0..., unit: "steps", help: "Length of the linear warm-up."),
        .init(
            "schedule.warmupShare", \.warmupShare, in: 0...1, unit: "share of the steps",
            help: "Length of the linear warm-up, where that is longer."),
        .init("schedule.warmupFactor", \.warmupFactor, in: 0...1, help: "Share of the rate at the start of the warm-up."),
    ]
}

/// A running mean of the weights for evaluation.
public struct AverageOptions: ConfigurationGroup {
    /// The share of the mean that is kept in a step; 0 for no mean.
    public var decay = 0.0

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("ema.decay", \.decay, in: 0..<1, help: "Running mean of the weights for evaluation; 0 for none.")
    ]
}
