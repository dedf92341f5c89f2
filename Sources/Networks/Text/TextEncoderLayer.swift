import Tensor

/// One layer of BERT: x = LN(x + attention(x)); x = LN(x + W GELU(V x)), each linear layer under the name that Hugging Face gives it.
final class TextEncoderLayer: Module {
    private let queries: Linear, keys: Linear, values: Linear, gathered: Linear
    private let expand: Linear, contract: Linear
    private let attentionNorm: LayerNormalization, outputNorm: LayerNormalization
    private let attention: HeadAttention
    private let dropoutRate: Double

    init(_ form: TextEncoder.Form, _ initializer: Initializer) {
        let attention = initializer.named("attention"), own = attention.named("self")
        func square(_ initializer: Initializer) -> Linear {
            Linear(inputs: form.features, outputs: form.features, start: .smallNormal, initializer)
        }
        queries = square(own.named("query"))
        keys = square(own.named("key"))
        values = square(own.named("value"))
        gathered = square(attention.named("output").named("dense"))
        attentionNorm = LayerNormalization(
            features: form.features, epsilon: form.epsilon, attention.named("output").named("LayerNorm"))
        expand = Linear(
            inputs: form.features, outputs: form.hidden, start: .smallNormal, initializer.named("intermediate").named("dense"))
        contract = Linear(
            inputs: form.hidden, outputs: form.features, start: .smallNormal, initializer.named("output").named("dense"))
        outputNorm = LayerNormalization(
            features: form.features, epsilon: form.epsilon, initializer.named("output").named("LayerNorm"))
        self.attention = HeadAttention(heads: form.heads, dropoutRate: form.dropoutRate)
        dropoutRate = form.dropoutRate
    }

    var children: [(name: String, module: any Module)] {
        [
            (
                "attention",
                NamedParts([
                    ("self", NamedParts([("query", queries), ("key", keys), ("value", values)])),
                    ("output", NamedParts([("dense", gathered), ("LayerNorm", attentionNorm)])),
                ])
            ),
            ("intermediate", NamedParts([("dense", expand)])),
            ("output", NamedParts([("dense", contract), ("LayerNorm", outputNorm)])),
        ]
    }

    /// `[N, L, features]` to the same; `mask` is 1 where a token may look at another, and broadcasts to `[N, heads, L, L]`.
    func callAsFunction(_ x: Tensor, mask: Tensor, _ context: ForwardContext) -> Tensor {
        let seen = attention.gathered(queries(x), keys(x), values(x), mask: mask, bias: nil, context.named("attention"))
        let y = attentionNorm(x + gathered(seen).droppedOut(dropoutRate, context.named("attention.output")))
        return outputNorm(y + contract(expand(y).gelu()).droppedOut(dropoutRate, context.named("output")))
    }
}
