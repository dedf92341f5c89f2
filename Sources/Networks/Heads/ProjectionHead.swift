import Tensor

/// Linear layers without bias, each normalised, with ReLU between them: features to the embedding that a contrast compares.
///
/// The last normalisation learns no factors. Names follow PyTorch's `nn.Sequential` of the same layers: "0" linear, "1" norm, "3"
/// linear and so on.
public final class ProjectionHead: Module {
    private let layers: [(linear: Linear, normalization: BatchNormalization)]

    /// A head of `layers` layers from `inputs` features to `outputs`, with `hidden` between them.
    public init(inputs: Int, hidden: Int, outputs: Int, layers count: Int = 3, epsilon: Double = 1e-5, _ initializer: Initializer)
    {
        precondition(count >= 1, "a head without layers")
        layers = (0..<count).map { layer in
            let isLast = layer + 1 == count, width = isLast ? outputs : hidden
            return (
                Linear(
                    inputs: layer == 0 ? inputs : hidden, outputs: width, hasBias: false, initializer.named(String(3 * layer))),
                BatchNormalization(
                    channels: width, epsilon: epsilon, isAffine: !isLast, initializer.named(String(3 * layer + 1)))
            )
        }
    }

    public var children: [(name: String, module: any Module)] {
        layers.enumerated().flatMap { layer, parts in
            [(String(3 * layer), parts.linear as any Module), (String(3 * layer + 1), parts.normalization)]
        }
    }

    /// Embeddings `[N, outputs]` of features `[N, inputs]`, not yet of length 1.
    public func callAsFunction(_ features: Tensor, _ context: ForwardContext) -> Tensor {
        layers.enumerated().reduce(features) { x, layer in
            let (linear, normalization) = layer.element
            return normalization(linear(x), relu: layer.offset + 1 < layers.count, context)
        }
    }
}
