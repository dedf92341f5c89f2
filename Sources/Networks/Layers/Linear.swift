import Tensor

/// x W' + b: `[N, inputs]` to `[N, outputs]`.
///
/// `weight` is `[outputs, inputs]`, drawn from N(0, 0.01²); `bias` `[outputs]` starts at 0.
public final class Linear: Module {
    /// The matrix and the constants.
    public let weight: Parameter, bias: Parameter

    /// A layer with weights drawn by `initializer`.
    public init(inputs: Int, outputs: Int, _ initializer: Initializer) {
        weight = Parameter(initializer.named("weight").normal([outputs, inputs], standardDeviation: 0.01), role: .kernel)
        bias = Parameter(initializer.constant(0, [outputs]), role: .bias)
    }

    public var ownParameters: [(name: String, parameter: Parameter)] { [("weight", weight), ("bias", bias)] }

    /// Applies the layer to `[N, inputs]`.
    public func callAsFunction(_ x: Tensor) -> Tensor { x.matrixProduct(weight.value.transposed) + bias.value }
}
