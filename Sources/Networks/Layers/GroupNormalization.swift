import Tensor

/// Normalises groups of neighbouring channels of each sample, then scales and shifts each channel (Wu and He 2018).
public final class GroupNormalization: Module {
    /// Factors and constants, `[C]`; they start at 1 and 0.
    public let weight: Parameter, bias: Parameter
    /// Equal parts of the channels.
    public let groups: Int
    /// Added to the variance.
    public let epsilon: Double
    private let path: String

    /// A layer for `channels` channels, which `groups` divides.
    public init(channels: Int, groups: Int, epsilon: Double = 1e-5, _ initializer: Initializer) {
        precondition(
            groups > 0 && channels % groups == 0, "\(initializer.path): \(groups) groups do not divide \(channels) channels")
        weight = Parameter(initializer.constant(1, [channels]), role: .scale)
        bias = Parameter(initializer.constant(0, [channels]), role: .bias)
        self.groups = groups
        self.epsilon = epsilon
        path = initializer.path
    }

    public var ownParameters: [(name: String, parameter: Parameter)] { [("weight", weight), ("bias", bias)] }

    /// Normalises `[N, C, ...]`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let channels = weight.value.count
        precondition(x.rank >= 2 && x.shape[1] == channels, "\(path): expected [N, \(channels), ...], given \(x.shape)")
        return x.groupNormalized(groups: groups, weight: weight.value, bias: bias.value, epsilon: epsilon)
    }
}
