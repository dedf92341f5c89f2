import Networks

/// What networks begin with.
public struct InitializationOptions: ConfigurationGroup {
    /// A run, or a safetensors file; nil: drawn weights.
    public var source: String?
    /// What of it is taken.
    public var part = WeightPart.all
    /// What stays as it begins.
    public var freeze = FrozenPart.none

    /// What of a network stays as it begins.
    public enum FrozenPart: String, ConfigurationChoice {
        /// Everything learns.
        case none
        /// The backbone stays, in evaluation mode; the classifier learns.
        case backbone
    }

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        // Results depend on the weights, which are compared by their digest, and not on where they are.
        .init("init", \.source, help: "A run or a safetensors file to begin with; none: drawn.", changesResults: false),
        .init("init.part", \.part, help: "All of it, or the backbone: then the classifier is drawn."),
        .init("init.freeze", \.freeze, help: "The backbone stays as it begins; only the classifier learns."),
    ]
}

extension WeightPart: ConfigurationChoice {}
