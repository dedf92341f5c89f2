import Networks
import Tensor

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019; PyTorch's definition).
public struct AdamW: UpdateRule {
    /// The shares of the running means of the gradient and of its square that are kept.
    public let firstDecay: Double, secondDecay: Double
    /// Added to the root of the second mean.
    public let epsilon: Double

    /// A rule; see the properties. The defaults are PyTorch's.
    public init(firstDecay: Double = 0.9, secondDecay: Double = 0.999, epsilon: Double = 1e-8) {
        self.firstDecay = firstDecay
        self.secondDecay = secondDecay
        self.epsilon = epsilon
    }

    public var memories: [String] { ["firstMoment", "secondMoment"] }
    public var countsSteps: Bool { true }

    public func move(_ parameter: Parameter, by gradient: Tensor, _ memories: [Tensor], _ update: ParameterUpdate) {
        parameter.value.descend(
            gradient: gradient, firstMoment: memories[0], secondMoment: memories[1],
            AdaptiveMomentsStep(
                learningRate: update.learningRate, firstDecay: firstDecay, secondDecay: secondDecay, epsilon: epsilon,
                weightDecay: update.weightDecay, gradientScale: update.gradientScale, number: update.number),
            average: update.average)
    }
}
