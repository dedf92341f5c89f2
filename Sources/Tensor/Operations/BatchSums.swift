import Backends

/// Adds up what is said of the parts of one batch, each by a process of its own, so that normalisations know the statistics of all.
///
/// The processes normalise the same layers in the same order.
public protocol BatchSums: AnyObject, Sendable {
    /// The sums over all parts of `numbers`, as many for each; the same bits on each process.
    func sum(_ numbers: [Double]) -> [Double]
}

extension ChannelStatistics {
    /// The statistics of all parts, given those of one, whose channels have `places` values each.
    func joined(places: Int, over sums: any BatchSums) -> ChannelStatistics {
        let channels = mean.count, own = Double(places)
        let total = sums.sum([own] + mean.map { $0 * own })
        let mean = total[1...].map { $0 / total[0] }
        // Around the common mean, so that nothing large is subtracted.
        let squares = sums.sum(
            (0..<channels).map { own * (variance[$0] + (self.mean[$0] - mean[$0]) * (self.mean[$0] - mean[$0])) })
        return ChannelStatistics(mean: mean, variance: squares.map { $0 / total[0] })
    }
}

extension Tensor {
    /// What the gradient of a normalised `input` loses because mean and variance of all parts depend on it:
    /// w / s (sum dy / n + x^ sum(dy x^) / n), where x^ is the normalised input, s its standard deviation, and sums are over all parts.
    static func gradientThroughStatistics(
        _ input: Tensor, _ used: ChannelStatistics, _ gradients: NormalizationGradients, weight: Tensor, epsilon: Double,
        places: Int,
        over sums: any BatchSums
    ) -> Tensor {
        let channels = used.mean.count, shape = [1, channels] + [Int](repeating: 1, count: input.rank - 2)
        func perChannel(_ numbers: [Double]) -> Tensor {
            Tensor(numbers, shape: shape).converted(to: input.elementType.parameterType)
        }
        let own = [gradients.weight, gradients.bias].flatMap { Tensor($0).values(as: Double.self) }
        let total = sums.sum([Double(places)] + own)
        let inverse = used.variance.map { 1 / ($0 + epsilon).squareRoot() },
            factors = zip(weight.values(as: Double.self), inverse).map { $0 * $1 }
        let constant = (0..<channels).map { factors[$0] * total[1 + channels + $0] / total[0] }
        let slope = (0..<channels).map { factors[$0] * inverse[$0] * total[1 + $0] / total[0] }
        return (input.converted(to: input.elementType.parameterType) - perChannel(used.mean)) * perChannel(slope)
            + perChannel(constant)
    }
}
