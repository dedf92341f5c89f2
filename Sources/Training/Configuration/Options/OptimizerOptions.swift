/// How weights are moved; the defaults are those of FixMatch (`fixmatch.md`, table of hyperparameters).
public struct OptimizerOptions: ConfigurationGroup {
    /// The rules by which an optimiser moves a parameter.
    public enum Kind: String, ConfigurationChoice { case sgd, adamw, lars }

    /// The rule.
    public var kind = Kind.sgd
    /// The rate that the schedule multiplies.
    public var learningRate = 0.03
    /// The share of the last update that is kept.
    public var momentum = 0.9
    /// Whether the gradient is taken ahead, after Nesterov.
    public var nesterov = true
    /// The decay of kernels: the factor of an L2 penalty, or with AdamW the share taken away, times the learning rate.
    public var weightDecay = 5e-4
    /// With AdamW, the shares of the running means of the gradient and of its square that are kept.
    public var beta1 = 0.9, beta2 = 0.999
    /// With AdamW, what is added to the root of the second mean.
    public var epsilon = 1e-8
    /// With LARS, the length of an update beside that of the weights, at a learning rate of 1.
    public var trustCoefficient = 0.001
    /// The largest norm of the whole gradient; 0 for no limit.
    public var clipNorm = 0.0

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("optimizer", \.kind, help: "Rule of the updates; adamw and lars want learning rates of their own."),
        .init("optimizer.learningRate", \.learningRate, in: 0...100, help: "Step size that the schedule multiplies."),
        .init("optimizer.momentum", \.momentum, in: 0..<1, help: "Share of the last update that is kept (sgd, lars)."),
        .init("optimizer.nesterov", \.nesterov, help: "Nesterov's form of momentum (sgd)."),
        .init("optimizer.weightDecay", \.weightDecay, in: 0...1, help: "Decay of kernels: L2 (sgd, lars) or decoupled (adamw)."),
        .init("optimizer.beta1", \.beta1, in: 0..<1, help: "Share of the mean of gradients that is kept (adamw)."),
        .init("optimizer.beta2", \.beta2, in: 0..<1, help: "Share of the mean of squared gradients that is kept (adamw)."),
        .init("optimizer.epsilon", \.epsilon, in: 0...1, help: "Added to the root of the mean of squares (adamw)."),
        .init(
            "optimizer.trustCoefficient", \.trustCoefficient, in: 0...1,
            help: "Length of an update beside that of the weights (lars)."),
        .init("optimizer.clipNorm", \.clipNorm, in: 0..., help: "Largest norm of the whole gradient; 0 for no limit."),
    ]

    /// Nesterov's form needs momentum.
    public var conflicts: [String] {
        kind == .sgd && nesterov && momentum == 0
            ? ["optimizer.nesterov=true needs optimizer.momentum above 0; set optimizer.nesterov=false"] : []
    }

    /// The rule that the options describe.
    public var rule: any UpdateRule {
        switch kind {
        case .sgd: StochasticGradientDescent(momentum: momentum, usesNesterov: nesterov)
        case .adamw: AdamW(firstDecay: beta1, secondDecay: beta2, epsilon: epsilon)
        case .lars: LARS(momentum: momentum, trustCoefficient: trustCoefficient)
        }
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
