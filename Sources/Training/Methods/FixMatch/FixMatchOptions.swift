/// The options of FixMatch. The defaults are those of the publication; the others are the rules that were built upon it
/// (fixmatch card, options), each a part that can be exchanged alone.
public struct FixMatchOptions: ConfigurationGroup {
    /// How the networks see a step's clips.
    public enum Forward: String, ConfigurationChoice {
        /// Weak clips apart, without gradient, by batch statistics, running ones untouched; then labelled and strong together.
        case separate
        /// Labelled, weak and strong in one batch with gradient: its statistics carry gradient into the weak rows.
        case joint
    }
    /// The rule of confidence.
    public enum Weighting: String, ConfigurationChoice {
        case fixed, flexMatch = "flexmatch", freeMatch = "freematch", softMatch = "softmatch"
    }
    /// What unlabelled clips are trained on.
    public enum Target: String, ConfigurationChoice { case hard, sharpened, soft }
    /// The loss on unlabelled clips.
    public enum Consistency: String, ConfigurationChoice { case crossEntropy, squaredError }
    /// Who makes the labels.
    public enum Producer: String, ConfigurationChoice { case student, teacher }
    /// The view that is trained on the labels.
    public enum Consumer: String, ConfigurationChoice { case strong, weak }
    /// What predictions are aligned to.
    public enum Alignment: String, ConfigurationChoice { case none, uniform, labeled }

    public var confidenceThreshold = 0.95
    public var unlabeledWeight = 1.0
    public var forward = Forward.separate
    public var labeledView = LabeledView.weak
    public var weighting = Weighting.fixed
    public var target = Target.hard
    public var temperature = 0.4
    public var consistency = Consistency.crossEntropy
    public var producer = Producer.student
    public var consumer = Consumer.strong
    public var teacherDecay = 0.999
    public var alignment = Alignment.none
    public var alignmentMomentum = 0.999
    public var alignmentQueue = 0
    public var thresholdMomentum = 0.999
    public var thresholdMapping = CurriculumThreshold.Mapping.convex
    public var thresholdWarmup = true
    public var fairnessWeight = 0.01
    public var annealing = SignalAnnealing.off
    public var warmupEpochs = 0
    public var rampShare = 0.0

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init(
            "method.confidenceThreshold", \.confidenceThreshold, in: 0...1, unit: "probability",
            help: "Labels below it do not count."),
        .init("method.unlabeledWeight", \.unlabeledWeight, in: 0...1000, help: "Factor of the unlabelled loss (lambda)."),
        .init("method.forward", \.forward, help: "Weak clips apart without gradient, or all in one batch."),
        .init("method.labeledView", \.labeledView, help: "Augmentation of labelled clips: weak (as published) or strong."),
        .init("method.weighting", \.weighting, help: "Rule of confidence: FixMatch's, FlexMatch's, FreeMatch's, SoftMatch's."),
        .init("method.target", \.target, help: "Hard labels, sharpened (UDA) or plain probabilities (Mean Teacher)."),
        .init("method.temperature", \.temperature, in: 0.01...10, help: "Temperature of sharpened targets."),
        .init("method.consistency", \.consistency, help: "Loss on unlabelled clips."),
        .init("method.producer", \.producer, help: "Who labels: the network itself or its running mean."),
        .init("method.consumer", \.consumer, help: "The view trained on the labels; weak is plain pseudo-labelling."),
        .init("method.teacherDecay", \.teacherDecay, in: 0..<1, help: "Share of the teacher that is kept in a step."),
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
        .init("method.annealing", \.annealing, help: "Labelled clips count only while unsure (UDA)."),
        .init("method.warmupEpochs", \.warmupEpochs, in: 0..., unit: "epochs", help: "No unlabelled loss before (video form)."),
        .init(
            "method.rampShare", \.rampShare, in: 0...1, unit: "share of the steps",
            help: "Unlabelled loss grows linearly so long."),
    ]
}
