import Tensor

/// x W' + b: `[N, inputs]` to `[N, outputs]`.
///
/// `weight` is `[outputs, inputs]`, drawn from N(0, 0.01²); `bias` `[outputs]` starts at 0.
public final class Linear: Module {
    /// The matrix.
    public let weight: Parameter
    /// The constants; nil for none.
    public let bias: Parameter?

    /// A layer with weights drawn by `initializer`.
    public init(inputs: Int, outputs: Int, hasBias: Bool = true, _ initializer: Initializer) {
        weight = Parameter(initializer.named("weight").normal([outputs, inputs], standardDeviation: 0.01), role: .kernel)
        bias = hasBias ? Parameter(initializer.constant(0, [outputs]), role: .bias) : nil
    }

    public var ownParameters: [(name: String, parameter: Parameter)] {
        [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
    }

    /// Applies the layer to `[N, inputs]`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let product = x.matrixProduct(weight.value.transposed)
        return bias.map { product + $0.value } ?? product
    }
}
