import Foundation

/// Training signal annealing of UDA (Xie et al. 2020): a labelled sample counts only while the network is not yet sure of it.
public enum SignalAnnealing: String, ConfigurationChoice {
    case off
    case linear
    case exponential
    case logarithmic

    /// eta_t = a_t (1 - 1/C) + 1/C for progress t in [0, 1]: samples whose largest probability is above it do not count (card).
    public func threshold(progress: Double, classes: Int) -> Double {
        let share = 1 / Double(classes)
        let alpha: Double
        switch self {
        case .off: return 1
        case .linear: alpha = progress
        case .exponential: alpha = exp(5 * (progress - 1))
        case .logarithmic: alpha = 1 - exp(-5 * progress)
        }
        return alpha * (1 - share) + share
    }
}
