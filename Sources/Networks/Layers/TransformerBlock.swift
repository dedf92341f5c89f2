import Tensor

/// One layer of a pre-norm transformer, under torchvision's names: x += attention(ln_1(x)); x += mlp(ln_2(x)).
///
/// `mlp` is a linear layer "0", GELU and a linear layer "3" (Dosovitskiy et al. 2021).
public final class TransformerBlock: Module {
    let attentionNorm: LayerNormalization, mlpNorm: LayerNormalization
    let attention: MultiHeadAttention
    let expand: Linear, contract: Linear
    private let dropoutRate: Double

    /// A layer for `[N, L, features]`.
    ///
    /// - Parameters:
    ///   - hidden: Values between the two linear layers.
    ///   - dropoutRate: The share dropped of both branches and between the linear layers.
    ///   - epsilon: Added to the variances.
    public init(
        features: Int, heads: Int, hidden: Int, dropoutRate: Double = 0, epsilon: Double = 1e-6, _ initializer: Initializer
    ) {
        attentionNorm = LayerNormalization(features: features, epsilon: epsilon, initializer.named("ln_1"))
        attention = MultiHeadAttention(features: features, heads: heads, initializer.named("self_attention"))
        mlpNorm = LayerNormalization(features: features, epsilon: epsilon, initializer.named("ln_2"))
        let mlp = initializer.named("mlp")
        expand = Linear(inputs: features, outputs: hidden, start: .xavier, mlp.named("0"))
        contract = Linear(inputs: hidden, outputs: features, start: .xavier, mlp.named("3"))
        self.dropoutRate = dropoutRate
    }

    public var children: [(name: String, module: any Module)] {
        [
            ("ln_1", attentionNorm), ("self_attention", attention), ("ln_2", mlpNorm),
            ("mlp", NamedParts([("0", expand), ("3", contract)])),
        ]
    }

    /// `[N, L, features]` to the same; `mask` and `bias` as `MultiHeadAttention` takes them.
    public func callAsFunction(_ x: Tensor, mask: Tensor? = nil, bias: Tensor? = nil, _ context: ForwardContext) -> Tensor {
        func dropped(_ y: Tensor, _ name: String) -> Tensor {
            guard dropoutRate > 0, let key = context.named(name).dropout else { return y }
            return y.droppedOut(rate: dropoutRate, key: key)
        }
        let gathered = attention(attentionNorm(x), mask: mask, bias: bias, context.named("self_attention"))
        let y = x + dropped(gathered, "dropout")
        let hidden = dropped(expand(mlpNorm(y)).gelu(), "mlp.2")
        return y + dropped(contract(hidden), "mlp.4")
    }

    /// Multiply-adds of one sample of `length` positions.
    public func multiplyAdds(length: Int) -> Int {
        let features = attention.inputWeight.value.shape[1], hidden = expand.weight.value.shape[0]
        return length * features * (4 * features + 2 * hidden) + 2 * length * length * features
    }
}
