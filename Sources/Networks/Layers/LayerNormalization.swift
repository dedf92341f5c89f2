import Tensor

/// Normalises each vector along the last axis, then scales and shifts it (Ba et al. 2016).
public final class LayerNormalization: Module {
    /// Factors and constants, `[features]`; they start at 1 and 0.
    public let weight: Parameter, bias: Parameter
    /// Added to the variance.
    public let epsilon: Double
    private let path: String

    /// A layer for vectors of `features` values.
    public init(features: Int, epsilon: Double = 1e-5, _ initializer: Initializer) {
        weight = Parameter(initializer.constant(1, [features]), role: .scale)
        bias = Parameter(initializer.constant(0, [features]), role: .bias)
        self.epsilon = epsilon
        path = initializer.path
    }

    public var ownParameters: [(name: String, parameter: Parameter)] { [("weight", weight), ("bias", bias)] }

    /// Normalises `[..., features]`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let features = weight.value.count
        precondition(x.shape.last == features, "\(path): expected [..., \(features)], given \(x.shape)")
        return x.layerNormalized(weight: weight.value, bias: bias.value, epsilon: epsilon)
    }
}
