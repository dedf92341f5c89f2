import Networks
import Tensor

/// Stochastic gradient descent with momentum over the parameters of some networks (PyTorch's definition).
///
/// L2 weight decay acts on kernels only (fixmatch card) and is added to the clipped gradient.
public final class StochasticGradientDescent: Stateful {
    /// A parameter that is moved, and what it has gathered.
    private struct Slot {
        let name: String, parameter: Parameter, velocity: Tensor
        let learningRateFactor: Double, weightDecay: Double
    }

    private var slots: [Slot] = []
    /// Parameters that stay: gradients that reach them are forgotten.
    private var frozen: [Parameter] = []
    private let momentum: Double, usesNesterov: Bool, weightDecay: Double

    /// The largest norm of the whole gradient; nil for no limit.
    public let clipNorm: Double?

    /// An optimiser of the trained parameters of `networks`.
    public init(
        _ networks: NetworkSet, momentum: Double = 0.9, usesNesterov: Bool = true, weightDecay: Double = 5e-4,
        clipNorm: Double? = nil
    ) {
        self.momentum = momentum
        self.usesNesterov = usesNesterov
        self.weightDecay = weightDecay
        self.clipNorm = clipNorm
        adopt(networks)
    }

    /// Takes the networks as they are now: parameters that it knows keep their momentum, new ones begin without.
    ///
    /// - Parameter moved: The names of the networks that are moved; nil: all that are trained.
    public func adopt(_ networks: NetworkSet, moved: Set<String>? = nil) {
        let known = Dictionary(slots.map { (ObjectIdentifier($0.parameter), $0.velocity) }) { first, _ in first }
        var seen: Set<ObjectIdentifier> = []
        (slots, frozen) = ([], [])
        for network in networks.members {
            for (name, parameter) in network.module.namedParameters where seen.insert(ObjectIdentifier(parameter)).inserted {
                guard network.isTrained, moved?.contains(network.name) ?? true else {
                    frozen.append(parameter)
                    continue
                }
                slots.append(
                    Slot(
                        name: "\(network.name).\(name)", parameter: parameter,
                        velocity: known[ObjectIdentifier(parameter)] ?? Tensor.zeros(like: parameter.value),
                        learningRateFactor: network.learningRateFactor,
                        weightDecay: parameter.role == .kernel ? network.weightDecay ?? weightDecay : 0))
            }
        }
    }

    /// The norm of the whole gradient.
    public var gradientNorm: Double { slots.reduce(0) { $0 + ($1.parameter.gradient?.sumOfSquares ?? 0) }.squareRoot() }

    /// Moves the parameters against their gradients, forgets the gradients and returns their norm before clipping.
    ///
    /// A parameter without a gradient in this step stays as it is; all stay where the norm is not finite.
    @discardableResult
    public func step(learningRate: Double) -> Double {
        let norm = gradientNorm
        guard norm.isFinite else { return norm }
        let scale = clipNorm.map { min(1, $0 / (norm + 1e-6)) } ?? 1
        for slot in slots {
            guard let gradient = slot.parameter.gradient else { continue }
            slot.parameter.value.descend(
                gradient: gradient, velocity: slot.velocity,
                GradientDescentStep(
                    learningRate: learningRate * slot.learningRateFactor, momentum: momentum, weightDecay: slot.weightDecay,
                    usesNesterov: usesNesterov, gradientScale: scale))
        }
        forgetGradients()
        return norm
    }

    /// Forgets the gradients of all parameters, frozen ones too.
    public func forgetGradients() {
        for slot in slots { slot.parameter.value.clearGradient() }
        for parameter in frozen { parameter.value.clearGradient() }
    }

    public var state: StateTree { StateTree(Dictionary(uniqueKeysWithValues: slots.map { ($0.name, $0.velocity.copied()) })) }

    public func restore(_ state: StateTree) throws(StateError) {
        let values = try slots.map { slot throws(StateError) in try state.tensor(slot.name, shape: slot.velocity.shape) }
        for (slot, value) in zip(slots, values) { slot.velocity.overwrite(with: value) }
    }
}
