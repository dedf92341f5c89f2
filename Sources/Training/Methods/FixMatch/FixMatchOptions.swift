/// The options of FixMatch beside those of pseudo-labels. The defaults are those of the publication.
public struct FixMatchOptions: ConfigurationGroup {
    /// Who makes the labels.
    public enum Producer: String, ConfigurationChoice { case student, teacher }
    /// The view that is trained on the labels.
    public enum Consumer: String, ConfigurationChoice { case strong, weak }

    public var forward = WeakForward.separate
    public var labeledView = LabeledView.weak
    public var producer = Producer.student
    public var consumer = Consumer.strong
    public var teacherDecay = 0.999
    public var annealing = SignalAnnealing.off

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("method.forward", \.forward, help: "Weak clips apart without gradient, or all in one batch."),
        .init("method.labeledView", \.labeledView, help: "Augmentation of labelled clips: weak (as published) or strong."),
        .init("method.producer", \.producer, help: "Who labels: the network itself or its running mean."),
        .init("method.consumer", \.consumer, help: "The view trained on the labels; weak is plain pseudo-labelling."),
        .init("method.teacherDecay", \.teacherDecay, in: 0..<1, help: "Share of the teacher that is kept in a step."),
        .init("method.annealing", \.annealing, help: "Labelled clips count only while unsure (UDA)."),
    ]
}
