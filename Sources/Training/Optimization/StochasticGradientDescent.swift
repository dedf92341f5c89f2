import Networks
import Tensor

/// Stochastic gradient descent with momentum over the parameters of some networks (PyTorch's definition).
///
/// L2 weight decay acts on kernels only (fixmatch card) and is added to the clipped gradient.
public final class StochasticGradientDescent: Stateful {
    private let parameters: [(name: String, parameter: Parameter, velocity: Tensor)]
    private let momentum: Double, usesNesterov: Bool, weightDecay: Double

    /// The largest norm of the whole gradient; nil for no limit.
    public let clipNorm: Double?

    /// An optimiser of all parameters of `networks`.
    public init(
        _ networks: NetworkSet, momentum: Double = 0.9, usesNesterov: Bool = true, weightDecay: Double = 5e-4,
        clipNorm: Double? = nil
    ) {
        parameters = networks.namedParameters.map { ($0.name, $0.parameter, Tensor.zeros(like: $0.parameter.value)) }
        self.momentum = momentum
        self.usesNesterov = usesNesterov
        self.weightDecay = weightDecay
        self.clipNorm = clipNorm
    }

    /// Moves the parameters against their gradients, forgets the gradients and returns their norm before clipping.
    ///
    /// A parameter without a gradient in this step stays as it is; all stay where the norm is not finite.
    @discardableResult
    public func step(learningRate: Double) -> Double {
        let norm = parameters.reduce(0) { $0 + ($1.parameter.gradient?.sumOfSquares ?? 0) }.squareRoot()
        guard norm.isFinite else { return norm }
        let scale = clipNorm.map { min(1, $0 / (norm + 1e-6)) } ?? 1
        for (_, parameter, velocity) in parameters {
            guard let gradient = parameter.gradient else { continue }
            parameter.value.descend(
                gradient: gradient, velocity: velocity,
                GradientDescentStep(
                    learningRate: learningRate, momentum: momentum, weightDecay: parameter.role == .kernel ? weightDecay : 0,
                    usesNesterov: usesNesterov, gradientScale: scale))
            parameter.value.clearGradient()
        }
        return norm
    }

    public var state: StateTree {
        StateTree(Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.velocity.copied()) }))
    }

    public func restore(_ state: StateTree) throws(StateError) {
        let values = try parameters.map { parameter throws(StateError) in
            try state.tensor(parameter.name, shape: parameter.velocity.shape)
        }
        for (parameter, value) in zip(parameters, values) { parameter.velocity.overwrite(with: value) }
    }
}
