import Networks
import Tensor

/// Stochastic gradient descent with momentum (PyTorch's definition); decay is L2, added to the clipped gradient.
public struct StochasticGradientDescent: UpdateRule {
    /// The share of the last update that is kept.
    public let momentum: Double
    /// Whether the gradient is taken ahead, after Nesterov.
    public let usesNesterov: Bool

    /// A rule; see the properties.
    public init(momentum: Double = 0.9, usesNesterov: Bool = true) {
        self.momentum = momentum
        self.usesNesterov = usesNesterov
    }

    public var memories: [String] { ["velocity"] }

    public func move(_ parameter: Parameter, by gradient: Tensor, _ memories: [Tensor], _ update: ParameterUpdate) {
        parameter.value.descend(
            gradient: gradient, velocity: memories[0],
            GradientDescentStep(
                learningRate: update.learningRate, momentum: momentum, weightDecay: update.weightDecay,
                usesNesterov: usesNesterov, gradientScale: update.gradientScale),
            average: update.average)
    }
}
