import Ranks

/// How several processes train together.
public struct RankOptions: ConfigurationGroup {
    /// How gradients are added.
    public var sum = SumKind.ordered
    /// Whether gradients are sent while the backward pass goes on.
    public var overlap = true

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("ranks.sum", \.sum, help: "Of several ranks: gradients in their order, so as bf16, or as MPI likes."),
        .init("ranks.overlap", \.overlap, help: "Gradients are sent while the backward pass goes on.", changesResults: false),
    ]
}

extension SumKind: ConfigurationChoice {}
