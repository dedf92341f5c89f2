import Tensor

/// Normalises each channel of `[N, C, ...]`, then scales and shifts it (Ioffe and Szegedy 2015).
public final class BatchNormalization: Module {
    /// Factors and constants, `[C]`; they start at 1 and 0, and stay there where the layer is not affine.
    public let weight: Parameter, bias: Parameter
    /// What evaluation uses.
    public let running: RunningStatistics
    /// Added to the variance.
    public let epsilon: Double
    /// The share of the new batch in the running statistics.
    public let momentum: Double
    /// Whether factors and constants are learned.
    public let isAffine: Bool
    private let path: String

    /// A layer for `channels` channels.
    public init(
        channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, isAffine: Bool = true, _ initializer: Initializer
    ) {
        weight = Parameter(initializer.constant(1, [channels]), role: .scale)
        bias = Parameter(initializer.constant(0, [channels]), role: .bias)
        running = RunningStatistics(channels: channels)
        self.epsilon = epsilon
        self.momentum = momentum
        self.isAffine = isAffine
        path = initializer.path
    }

    public var ownParameters: [(name: String, parameter: Parameter)] {
        isAffine ? [("weight", weight), ("bias", bias)] : []
    }
    public var ownStatistics: [(name: String, statistics: RunningStatistics)] { [("", running)] }

    /// Normalises `x`; adds `residual` and applies ReLU where asked.
    public func callAsFunction(_ x: Tensor, adding residual: Tensor? = nil, relu: Bool = false, _ context: ForwardContext)
        -> Tensor
    {
        precondition(
            x.rank > 1 && x.shape[1] == weight.value.count && (residual == nil || residual?.shape == x.shape),
            "\(path): expected [N, \(weight.value.count), ...], given \(x.shape)" + (residual.map { " and \($0.shape)" } ?? ""))
        let (output, batch) = x.batchNormalized(
            weight: isAffine ? weight.value : weight.value.detached, bias: isAffine ? bias.value : bias.value.detached,
            statistics: context.normalization == .running ? running.values : nil, known: context.readStatistics?.next(),
            epsilon: epsilon, residual: residual, relu: relu, over: context.sums)
        context.writtenStatistics?.append(batch)
        let places = x.count / max(1, x.shape[1])
        switch context.normalization {
        case .updating:
            let all = context.sums.map { Int($0.sum([Double(places)])[0]) } ?? places
            running.update(batch, count: all, momentum: momentum)
        case .averaging(let number): running.update(batch, count: places, momentum: 1 / Double(number + 1))
        case .batch, .running: break
        }
        return output
    }
}
