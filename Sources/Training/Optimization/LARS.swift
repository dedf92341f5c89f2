import Networks
import Tensor

/// Layer-wise adaptive rates (You et al. 2017) as the SimCLR card has them: the rate of each kernel is multiplied by
/// `trustCoefficient` |w| / |g| with g = gradient + decay w, where both norms are above 0.
///
/// Momentum holds the updates with their rates: v = momentum v + rate g; w -= v. Biases and factors of normalisations have neither
/// decay nor a rate of their own.
public struct LARS: UpdateRule {
    /// The share of the last update that is kept.
    public let momentum: Double
    /// The length of an update beside that of the weights, at a learning rate of 1.
    public let trustCoefficient: Double

    /// A rule; see the properties. The defaults are those of the SimCLR card.
    public init(momentum: Double = 0.9, trustCoefficient: Double = 0.001) {
        self.momentum = momentum
        self.trustCoefficient = trustCoefficient
    }

    public var memories: [String] { ["velocity"] }

    public func move(_ parameter: Parameter, by gradient: Tensor, _ memories: [Tensor], _ update: ParameterUpdate) {
        parameter.value.descendLayerwise(
            gradient: gradient, velocity: memories[0], trustCoefficient: parameter.role == .kernel ? trustCoefficient : nil,
            GradientDescentStep(
                learningRate: update.learningRate, momentum: momentum, weightDecay: update.weightDecay, usesNesterov: false,
                gradientScale: update.gradientScale),
            average: update.average)
    }
}
