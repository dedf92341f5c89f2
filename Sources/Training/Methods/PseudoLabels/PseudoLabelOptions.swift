/// The options of everything that trains on pseudo-labels. The defaults are FixMatch's; the others are the rules that were built
/// upon it (fixmatch card, options), each a part that can be exchanged alone.
public struct PseudoLabelOptions: ConfigurationGroup {
    /// The rule of confidence.
    public enum Weighting: String, ConfigurationChoice {
        case fixed, flexMatch = "flexmatch", freeMatch = "freematch", softMatch = "softmatch"
    }
    /// What unlabelled clips are trained on.
    public enum Target: String, ConfigurationChoice { case hard, sharpened, soft }
    /// The loss on unlabelled clips.
    public enum Consistency: String, ConfigurationChoice { case crossEntropy, squaredError }
    /// What predictions are aligned to.
    public enum Alignment: String, ConfigurationChoice { case none, uniform, labeled }

    public var confidenceThreshold = 0.95
    public var unlabeledWeight = 1.0
    public var weighting = Weighting.fixed
    public var target = Target.hard
    public var temperature = 0.4
    public var consistency = Consistency.crossEntropy
    public var alignment = Alignment.none
    public var alignmentMomentum = 0.999
    public var alignmentQueue = 0
    public var thresholdMomentum = 0.999
    public var thresholdMapping = CurriculumThreshold.Mapping.convex
    public var thresholdWarmup = true
    public var fairnessWeight = 0.01
    public var warmupShare = 0.0
    public var rampShare = 0.0

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init(
            "method.confidenceThreshold", \.confidenceThreshold, in: 0...1, unit: "probability",
            help: "Labels below it do not count."),
        .init("method.unlabeledWeight", \.unlabeledWeight, in: 0...1000, help: "Factor of the unlabelled loss (lambda)."),
        .init("method.weighting", \.weighting, help: "Rule of confidence: FixMatch's, FlexMatch's, FreeMatch's, SoftMatch's."),
        .init("method.target", \.target, help: "Hard labels, sharpened (UDA) or plain probabilities (Mean Teacher)."),
        .init("method.temperature", \.temperature, in: 0.01...10, help: "Temperature of sharpened targets."),
        .init("method.consistency", \.consistency, help: "Loss on unlabelled clips."),
        .init("method.alignment", \.alignment, help: "Bring the mean prediction to uniform, or to the labelled clips'."),
        .init("method.alignmentMomentum", \.alignmentMomentum, in: 0..<1, help: "Share of the mean prediction kept in a step."),
        .init(
            "method.alignmentQueue", \.alignmentQueue, in: 0...100_000, unit: "steps",
            help: "Mean over so many steps; 0: running mean."),
        .init(
            "method.thresholdMomentum", \.thresholdMomentum, in: 0..<1,
            help: "Momentum of FreeMatch's and SoftMatch's statistics."),
        .init("method.thresholdMapping", \.thresholdMapping, help: "How FlexMatch maps a class's status to its threshold."),
        .init("method.thresholdWarmup", \.thresholdWarmup, help: "FlexMatch counts samples not yet labelled."),
        .init("method.fairnessWeight", \.fairnessWeight, in: 0...10, help: "Factor of FreeMatch's fairness loss."),
        .init(
            "method.warmupShare", \.warmupShare, in: 0...1, unit: "share of the steps", help: "No unlabelled loss before."),
        .init(
            "method.rampShare", \.rampShare, in: 0...1, unit: "share of the steps",
            help: "Unlabelled loss grows linearly so long."),
    ]

    /// lambda at a step: 0 before the warm-up has ended, then ramped where asked.
    public func unlabeledWeight(at step: StepContext) -> Double {
        guard Double(step.step) >= warmupShare * Double(step.totalSteps) else { return 0 }
        let ramp = rampShare > 0 ? min(1, Double(step.step) / (rampShare * Double(step.totalSteps))) : 1
        return unlabeledWeight * ramp
    }

    /// The labeller that these options describe.
    public func labeler(_ setup: MethodSetup) -> PseudoLabeler {
        let classes = setup.classes
        let weighting: any ConfidenceWeighting =
            switch self.weighting {
            case .fixed: FixedThreshold(confidenceThreshold)
            case .flexMatch:
                CurriculumThreshold(
                    threshold: confidenceThreshold, samples: setup.unlabeledCount, indexLimit: setup.sampleIndexLimit,
                    classes: classes, mapping: thresholdMapping, warmUp: thresholdWarmup)
            case .freeMatch: AdaptiveThreshold(classes: classes, momentum: thresholdMomentum)
            case .softMatch: TruncatedGaussianWeighting(classes: classes, momentum: thresholdMomentum)
            }
        let model: DistributionAlignment.Model =
            alignmentQueue > 0 ? .queue(length: alignmentQueue) : .movingAverage(decay: alignmentMomentum)
        let alignment: DistributionAlignment? =
            switch self.alignment {
            case .none: nil
            case .uniform: DistributionAlignment(classes: classes, target: .uniform, model: model)
            case .labeled: DistributionAlignment(classes: classes, target: .labeled, model: model)
            }
        let targets: PseudoLabeler.Targets =
            switch target {
            case .hard: .hard
            case .sharpened: .sharpened(temperature: temperature)
            case .soft: .soft
            }
        return PseudoLabeler(
            alignment: alignment, weighting: weighting, targets: targets, targetsAreAligned: self.weighting != .softMatch)
    }
}
