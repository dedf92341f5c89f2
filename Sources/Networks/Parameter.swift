import Tensor

/// A learned tensor.
public final class Parameter {
    /// What a parameter does; weight decay and learning rates are chosen by it.
    public enum Role: Sendable {
        /// Weights of a convolution or a linear layer.
        case kernel
        /// Added constants.
        case bias
        /// Factors of a normalisation.
        case scale
    }

    /// The value, a leaf of the record; it is updated in place.
    public let value: Tensor
    /// What the parameter does.
    public let role: Role
    /// Whether it stays as it is: no optimiser moves it.
    public internal(set) var isFrozen = false

    /// A parameter that starts at `value`. Kernels of convolutions are held channels-last.
    public init(_ value: Tensor, role: Role) {
        self.value = value.channelsLast.copied().requiringGradient()
        self.role = role
    }

    /// The gradient of the step in progress.
    public var gradient: Tensor? { value.gradient }
}

/// The running mean and variance of a normalisation.
public final class RunningStatistics {
    /// Means and variances (unbiased, as PyTorch keeps them), one a channel.
    public var values: ChannelStatistics
    /// Whether they stay as they are: no forward pass moves them.
    public internal(set) var isFrozen = false

    /// Mean 0 and variance 1.
    public init(channels: Int) {
        values = ChannelStatistics(mean: .init(repeating: 0, count: channels), variance: .init(repeating: 1, count: channels))
    }

    /// Moves towards the statistics of a batch with `count` values a channel: new = (1 - momentum) old + momentum batch. Frozen ones
    /// stay.
    public func update(_ batch: ChannelStatistics, count: Int, momentum: Double) {
        guard !isFrozen else { return }
        let unbiased = count > 1 ? Double(count) / Double(count - 1) : 1
        for channel in values.mean.indices {
            values.mean[channel] += momentum * (batch.mean[channel] - values.mean[channel])
            values.variance[channel] += momentum * (batch.variance[channel] * unbiased - values.variance[channel])
        }
    }
}
