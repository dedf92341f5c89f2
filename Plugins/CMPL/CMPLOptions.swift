import Networks
import Training

/// The options of CMPL beside those of pseudo-labels.
public struct CMPLOptions: ConfigurationGroup {
    /// Who learns from whose labels.
    public enum Exchange: String, ConfigurationChoice {
        /// Each from the other's: the method.
        case swapped
        /// Each from its own: two FixMatch networks side by side.
        case own
        /// Both from the mean of their logits.
        case mean
    }

    public var exchange = Exchange.swapped
    public var forward = WeakForward.separate
    public var labeledView = LabeledView.weak
    public var auxiliaryBackbone: String?
    public var auxiliaryWidth = 0.25
    public var auxiliaryDepth = 1.0
    public var auxiliaryFewestChannels = 16

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("method.exchange", \.exchange, help: "Learn from the other's labels, from one's own, from the mean of both."),
        .init("method.forward", \.forward, help: "Weak clips apart without gradient, or all in one batch."),
        .init("method.labeledView", \.labeledView, help: "Augmentation of labelled clips: weak (as published) or strong."),
        .init("method.auxiliaryBackbone", \.auxiliaryBackbone, help: "Backbone of the auxiliary; none: that of the primary."),
        .init("method.auxiliaryWidth", \.auxiliaryWidth, in: 0.01...4, help: "Channels of the auxiliary, times the primary's."),
        .init("method.auxiliaryDepth", \.auxiliaryDepth, in: 0.25...8, help: "Blocks of the auxiliary, times the primary's."),
        .init(
            "method.auxiliaryFewestChannels", \.auxiliaryFewestChannels, in: 1...512, unit: "channels",
            help: "No stage of the auxiliary is narrower."),
    ]

    /// The auxiliary network. Throws `UnknownBackbone`.
    func auxiliary(_ networks: NetworkFactory) throws(UnknownBackbone) -> VideoClassifier {
        let entry =
            if let name = auxiliaryBackbone {
                try BackboneCatalogue.entry(named: name, option: "method.auxiliaryBackbone")
            } else { networks.entry }
        let options = Networks.BackboneOptions(
            width: networks.options.width * auxiliaryWidth, depth: networks.options.depth * auxiliaryDepth,
            fewestChannels: auxiliaryFewestChannels)
        return networks.classifier(named: "auxiliary", entry, options)
    }
}
