import Datasets

/// What is done about damaged videos (`DamageTolerance`).
public struct DamageOptions: ConfigurationGroup {
    /// What becomes of a training clip that is not as it should be.
    public var policy = DamageTolerance.Policy.skip
    /// So many damaged files, and such a share of all, are never too many.
    public var files = 3, share = 0.01

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("damage.policy", \.policy, help: "A damaged training clip ends the run, is replaced by another, or is kept."),
        .init(
            "damage.files", \.files, in: 0..., unit: "files", help: "More, and more than the share, end the run.",
            changesResults: false),
        .init(
            "damage.share", \.share, in: 0...1, unit: "share of all files", help: "More, and more than the number, end the run.",
            changesResults: false),
    ]

    /// The same for a ledger.
    public var tolerance: DamageTolerance { DamageTolerance(policy: policy, files: files, share: share) }
}

extension DamageTolerance.Policy: ConfigurationChoice {}
