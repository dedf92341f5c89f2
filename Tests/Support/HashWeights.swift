import Networks
import Tensor

extension Module {
    /// Fills parameters with the values that the references use (tools/reference/README.md); `runningStatistics`: also the
    /// running means and variances, which else stay as they are.
    ///
    /// `prefix` stands before the names that are hashed, so that several networks get several weights.
    public func loadHashWeights(prefix: String = "", runningStatistics: Bool) {
        for (name, parameter) in namedParameters {
            let shape = parameter.value.shape, values = HashValues(prefix + name), count = parameter.value.count
            let drawn: [Double]
            if shape.count >= 2 {
                let bound = (6 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
                drawn = values.uniform(count, -bound, bound)
            } else {
                drawn = name.hasSuffix("bias") ? values.uniform(count, -0.1, 0.1) : values.uniform(count, 0.5, 1.5)
            }
            parameter.value.overwrite(with: Tensor(drawn, shape: shape))
        }
        guard runningStatistics else { return }
        for (name, statistics) in namedStatistics {
            let channels = statistics.values.mean.count
            statistics.values = ChannelStatistics(
                mean: HashValues("\(prefix)\(name).running_mean").uniform(channels, -0.1, 0.1),
                variance: HashValues("\(prefix)\(name).running_var").uniform(channels, 0.5, 1.5))
        }
    }
}

/// Clips of hash pixels in [-1, 1), `[N, C, T, H, W]`.
public func hashClips(_ name: String, _ shape: [Int], _ elementType: ElementType) -> Tensor {
    Tensor(HashValues(name).uniform(shape.reduce(1, *), -1, 1), shape: shape).converted(to: elementType)
}
