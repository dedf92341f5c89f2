import Tensor

/// A transformer over tokens of text (Devlin et al. 2019, BERT), under the names of Hugging Face's `BertModel`: `embeddings.word_embeddings`,
/// ..., `encoder.layer.0.attention.self.query`, ...
public final class TextEncoder: Module {
    /// What tells one encoder from another. The defaults are those of BERT-base.
    public struct Form: Sendable, Equatable {
        /// Tokens of the vocabulary.
        public var tokens = 30_522
        /// Values of a state.
        public var features = 768
        /// Layers, heads of each attention, and values between the linear layers of a layer.
        public var layers = 12, heads = 12, hidden = 3_072
        /// Tokens of a sequence at most.
        public var positions = 512
        /// Kinds of tokens, such as those of a question and of what stands around it.
        public var types = 2
        /// The share dropped in training, of values and of attention weights.
        public var dropoutRate = 0.1
        /// Added to the variances of the normalisations.
        public var epsilon = 1e-12

        /// The defaults.
        public init() {}
    }

    /// What it is made of.
    public let form: Form
    private let words: Embedding, positions: Embedding, types: Embedding
    private let normalization: LayerNormalization
    private let layers: [TextEncoderLayer]

    /// An encoder with weights drawn by `initializer`: N(0, 0.02²).
    public init(_ form: Form, _ initializer: Initializer) {
        self.form = form
        let embeddings = initializer.named("embeddings")
        func table(_ name: String, _ count: Int) -> Embedding {
            Embedding(count: count, features: form.features, standardDeviation: 0.02, embeddings.named(name))
        }
        words = table("word_embeddings", form.tokens)
        positions = table("position_embeddings", form.positions)
        types = table("token_type_embeddings", form.types)
        normalization = LayerNormalization(features: form.features, epsilon: form.epsilon, embeddings.named("LayerNorm"))
        let encoder = initializer.named("encoder").named("layer")
        layers = (0..<form.layers).map { TextEncoderLayer(form, encoder.named("\($0)")) }
    }

    public var children: [(name: String, module: any Module)] {
        let blocks = layers.enumerated().map { (name: "\($0.offset)", module: $0.element as any Module) }
        return [
            (
                "embeddings",
                NamedParts([
                    ("word_embeddings", words), ("position_embeddings", positions), ("token_type_embeddings", types),
                    ("LayerNorm", normalization),
                ])
            ),
            ("encoder", NamedParts([("layer", NamedParts(blocks))])),
        ]
    }

    /// The states of sequences of `length` tokens each, `[N, length, features]`.
    ///
    /// - Parameters:
    ///   - tokens: Their ids, sequence after sequence, each filled up to `length` with any token.
    ///   - types: The kind of each, in the same order.
    ///   - lengths: How many tokens of each sequence count; none attends to the others.
    public func callAsFunction(tokens: [Int], types: [Int], lengths: [Int], length: Int, _ context: ForwardContext) -> Tensor {
        precondition(length <= form.positions, "sequences of \(length) tokens, and there are \(form.positions) positions")
        let shape = [lengths.count, length]
        let places = positions(Array(0..<length), shape: [1, length])
        let embedded = words(tokens, shape: shape) + places + self.types(types, shape: shape)
        let context = context.named("text")
        var states = normalization(embedded).droppedOut(form.dropoutRate, context.named("embeddings"))
        let mask = MultiHeadAttention.keyMask(lengths: lengths, count: length, elementType: states.elementType)
        for (number, layer) in layers.enumerated() {
            states = context.named("layer \(number)").part(.block, states) { layer($0, mask: mask, $1) }
        }
        return states
    }
}

extension Tensor {
    /// With the share `rate` of its values dropped, where `context` drops.
    func droppedOut(_ rate: Double, _ context: ForwardContext) -> Tensor {
        guard rate > 0, let key = context.dropout else { return self }
        return droppedOut(rate: rate, key: key)
    }
}
