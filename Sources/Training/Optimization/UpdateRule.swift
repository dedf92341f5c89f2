import Networks
import Tensor

/// How an optimiser moves one parameter.
public protocol UpdateRule: Sendable {
    /// The names of what it remembers of a parameter: tensors of its shape and layout that begin at 0.
    var memories: [String] { get }
    /// Whether it asks for the number of the step, so that checkpoints hold it.
    var countsSteps: Bool { get }
    /// Moves `parameter` and what is remembered of it, both in place, and the average that the update names.
    func move(_ parameter: Parameter, by gradient: Tensor, _ memories: [Tensor], _ update: ParameterUpdate)
}

extension UpdateRule {
    /// False.
    public var countsSteps: Bool { false }
}

/// What a step asks of a parameter.
public struct ParameterUpdate {
    /// The learning rate, with the factor of the parameter's network.
    public let learningRate: Double
    /// The decay; 0 for parameters that are not kernels.
    public let weightDecay: Double
    /// A factor of the gradient: that of gradient clipping.
    public let gradientScale: Double
    /// The number of the parameter's step, from 1.
    public let number: Int
    /// What follows the parameter, to be moved in the same pass; nil for nothing.
    public let average: Tensor.Average?
}
