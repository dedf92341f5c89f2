import Foundation

/// The learning rate as a function of the step: a warm-up that multiplies a curve.
public struct LearningRateSchedule: Sendable, Equatable {
    /// The curve over t in [0, 1], the share of the steps that are done.
    public enum Curve: String, ConfigurationChoice {
        /// cos(7 pi t / 16): FixMatch.
        case cosine716
        /// (1 + cos(pi t)) / 2: to 0.
        case cosine
        /// 1 - t: to 0, as BERT is fine-tuned.
        case linear
        /// 1
        case constant

        func factor(_ t: Double) -> Double {
            switch self {
            case .cosine716: cos(7 * Double.pi * t / 16)
            case .cosine: (1 + cos(Double.pi * t)) / 2
            case .linear: 1 - t
            case .constant: 1
            }
        }
    }

    /// The rate that the factors multiply.
    public let peak: Double
    /// The curve.
    public let curve: Curve
    /// Steps over which the factor rises linearly from `warmupFactor` to 1.
    public let warmupSteps: Int
    /// The factor at step 0.
    public let warmupFactor: Double
    /// The steps of the whole run.
    public let totalSteps: Int

    /// A schedule; see the properties.
    public init(peak: Double, curve: Curve, warmupSteps: Int = 0, warmupFactor: Double = 0.1, totalSteps: Int) {
        self.peak = peak
        self.curve = curve
        self.warmupSteps = warmupSteps
        self.warmupFactor = warmupFactor
        self.totalSteps = totalSteps
    }

    /// The learning rate of `step`, counted from 0.
    public func rate(atStep step: Int) -> Double {
        let progress = totalSteps > 0 ? Double(step) / Double(totalSteps) : 0
        let warmup = step < warmupSteps ? warmupFactor + (1 - warmupFactor) * Double(step) / Double(warmupSteps) : 1
        return peak * warmup * curve.factor(min(1, progress))
    }
}
