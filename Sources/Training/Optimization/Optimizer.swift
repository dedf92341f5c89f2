import Networks
import Tensor

/// Moves the parameters of some networks against their gradients by a rule such as `StochasticGradientDescent`.
///
/// Decay acts on kernels only (fixmatch card). Each network's factor of the learning rate and decay are honoured.
public final class Optimizer: Stateful {
    /// A parameter that is moved, and what the rule remembers of it.
    private struct Slot {
        let name: String, parameter: Parameter, memories: [Tensor]
        let learningRateFactor: Double, weightDecay: Double
        /// Steps that have moved it.
        var steps: Int
    }

    private var slots: [Slot] = []
    /// Parameters that stay: gradients that reach them are forgotten.
    private var frozen: [Parameter] = []
    private let rule: any UpdateRule, weightDecay: Double

    /// The largest norm of the whole gradient; nil for no limit.
    public let clipNorm: Double?

    /// An optimiser of the trained parameters of `networks`.
    public init(
        _ networks: NetworkSet, _ rule: any UpdateRule = StochasticGradientDescent(), weightDecay: Double = 5e-4,
        clipNorm: Double? = nil
    ) {
        self.rule = rule
        self.weightDecay = weightDecay
        self.clipNorm = clipNorm
        adopt(networks)
    }

    /// Takes the networks as they are now: parameters that it knows keep what is remembered of them, new ones begin without.
    ///
    /// - Parameter moved: The names of the networks that are moved; nil: all that are trained.
    public func adopt(_ networks: NetworkSet, moved: Set<String>? = nil) {
        let known = Dictionary(slots.map { (ObjectIdentifier($0.parameter), $0) }) { first, _ in first }
        var seen: Set<ObjectIdentifier> = []
        (slots, frozen) = ([], [])
        for network in networks.members {
            for (name, parameter) in network.module.namedParameters where seen.insert(ObjectIdentifier(parameter)).inserted {
                guard network.isTrained, !parameter.isFrozen, moved?.contains(network.name) ?? true else {
                    frozen.append(parameter)
                    continue
                }
                let before = known[ObjectIdentifier(parameter)]
                slots.append(
                    Slot(
                        name: "\(network.name).\(name)", parameter: parameter,
                        memories: before?.memories ?? rule.memories.map { _ in Tensor.zeros(like: parameter.value) },
                        learningRateFactor: network.learningRateFactor,
                        weightDecay: parameter.role == .kernel ? network.weightDecay ?? weightDecay : 0,
                        steps: before?.steps ?? 0))
            }
        }
    }

    /// The norm of the whole gradient.
    public var gradientNorm: Double { slots.reduce(0) { $0 + ($1.parameter.gradient?.sumOfSquares ?? 0) }.squareRoot() }

    /// Moves the parameters against their gradients, forgets the gradients and returns their norm before clipping.
    ///
    /// A parameter without a gradient in this step stays as it is; all stay where the norm is not finite.
    ///
    /// - Parameter follower: What follows the parameters, moved in the same pass; its `update` is not called besides.
    @discardableResult
    public func step(learningRate: Double, follower: (any ParameterFollower)? = nil) -> Double {
        let norm = gradientNorm
        guard norm.isFinite else { return norm }
        let scale = clipNorm.map { min(1, $0 / (norm + 1e-6)) } ?? 1
        var moved: Set<ObjectIdentifier> = []
        for (index, slot) in slots.enumerated() {
            guard let gradient = slot.parameter.gradient else { continue }
            moved.insert(ObjectIdentifier(slot.parameter))
            slots[index].steps += 1
            rule.move(
                slot.parameter, by: gradient, slot.memories,
                ParameterUpdate(
                    learningRate: learningRate * slot.learningRateFactor, weightDecay: slot.weightDecay, gradientScale: scale,
                    number: slot.steps + 1, average: follower?.average(of: slot.parameter)))
        }
        follower?.update(besides: moved)
        forgetGradients()
        return norm
    }

    /// The parameters that are moved, in order.
    var parameters: [Parameter] { slots.map(\.parameter) }

    /// The gradients of these, laid out as they are; they and those of frozen ones are forgotten.
    func takeGradients() -> [Tensor?] {
        let gradients = slots.map { slot in slot.parameter.gradient.map { $0.laidOut(as: slot.parameter.value) } }
        forgetGradients()
        return gradients
    }

    /// Makes these the gradients.
    func give(_ gradients: [Tensor?]) {
        for (slot, gradient) in zip(slots, gradients) { slot.parameter.value.setGradient(gradient) }
    }

    /// Forgets the gradients of all parameters, frozen ones too.
    public func forgetGradients() {
        for slot in slots { slot.parameter.value.clearGradient() }
        for parameter in frozen { parameter.value.clearGradient() }
    }
}

// MARK: State

extension Optimizer {
    /// What is remembered of each parameter, under its name and that of the memory: `classifier.fc.weight.velocity`.
    public var state: StateTree {
        var tree = StateTree()
        for slot in slots {
            for (name, memory) in zip(rule.memories, slot.memories) { tree["\(slot.name).\(name)"] = memory }
            if rule.countsSteps { tree.set("\(slot.name).steps", slot.steps) }
        }
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        let names = rule.memories, counts = rule.countsSteps
        let found = try slots.map { slot throws(StateError) in
            let values = try zip(names, slot.memories).map { name, memory throws(StateError) in
                try state.tensor("\(slot.name).\(name)", shape: memory.shape)
            }
            return (values: values, steps: counts ? try state.integer("\(slot.name).steps") : 0)
        }
        for (index, (values, steps)) in found.enumerated() {
            for (memory, value) in zip(slots[index].memories, values) { memory.overwrite(with: value) }
            slots[index].steps = steps
        }
    }
}
