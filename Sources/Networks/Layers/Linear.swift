import Tensor

/// How the weights of a linear layer start.
public enum LinearInitialization: Sendable {
    /// N(0, 0.01²), constants 0: torchvision's classifiers.
    case normal
    /// N(0, 0.02²), constants 0: BERT.
    case smallNormal
    /// Uniform in ±1 / sqrt(inputs), constants too: PyTorch's `nn.Linear`.
    case uniform
    /// Uniform in ±1 / sqrt(inputs), constants 0: the output of PyTorch's `nn.MultiheadAttention`.
    case uniformWithoutBias
    /// Uniform in ±sqrt(6 / (inputs + outputs)), constants 0: torchvision's transformers.
    case xavier
}

/// x W' + b along the last axis: `[..., inputs]` to `[..., outputs]`.
///
/// `weight` is `[outputs, inputs]`, `bias` `[outputs]`.
public final class Linear: Module {
    /// The matrix.
    public let weight: Parameter
    /// The constants; nil for none.
    public let bias: Parameter?
    private let path: String

    /// A layer with weights drawn by `initializer`.
    public init(
        inputs: Int, outputs: Int, hasBias: Bool = true, start: LinearInitialization = .normal, _ initializer: Initializer
    ) {
        let drawn = initializer.named("weight"), shape = [outputs, inputs], bound = 1 / Double(inputs).squareRoot()
        let matrix =
            switch start {
            case .normal: drawn.normal(shape, standardDeviation: 0.01)
            case .smallNormal: drawn.normal(shape, standardDeviation: 0.02)
            case .uniform, .uniformWithoutBias: drawn.uniform(shape, bound: bound)
            case .xavier: drawn.xavier(shape)
            }
        let constants = initializer.named("bias")
        weight = Parameter(matrix, role: .kernel)
        bias =
            hasBias
            ? Parameter(
                start == .uniform ? constants.uniform([outputs], bound: bound) : constants.constant(0, [outputs]), role: .bias)
            : nil
        path = initializer.path
    }

    public var ownParameters: [(name: String, parameter: Parameter)] {
        [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
    }

    /// Applies the layer to `[..., inputs]`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let inputs = weight.value.shape[1]
        precondition(x.shape.last == inputs, "\(path): expected [..., \(inputs)], given \(x.shape)")
        let rows = x.rank == 2 ? x : x.reshaped(to: [-1, inputs])
        let product = rows.matrixProduct(weight.value.transposed)
        let result = bias.map { product + $0.value } ?? product
        return x.rank == 2 ? result : result.reshaped(to: x.shape.dropLast() + [weight.value.shape[0]])
    }
}
