/// What is done about a loss or a gradient that is no number.
public struct NonFiniteOptions: ConfigurationGroup {
    /// What becomes of the run.
    public enum Policy: String, ConfigurationChoice {
        /// It ends, and keeps its newest checkpoint.
        case stop
        /// The step moves nothing; it is noted, and the next one begins.
        case skipStep = "skip-step"
    }

    /// What becomes of the run.
    public var policy = Policy.stop
    /// Steps that may be skipped in a run.
    public var limit = 10

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init(
            "nonFinite.policy", \.policy, help: "A loss or gradient that is no number ends the run or its step.",
            changesResults: false),
        .init(
            "nonFinite.limit", \.limit, in: 1..., unit: "steps", help: "More skipped steps end the run.", changesResults: false),
    ]
}
