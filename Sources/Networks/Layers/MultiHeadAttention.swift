import Tensor

/// Scaled dot-product attention with several heads (Vaswani et al. 2017), under the names of PyTorch's `nn.MultiheadAttention`.
///
/// Batches come first: queries `[N, L, features]`, keys and values `[N, S, features]`.
public final class MultiHeadAttention: Module {
    /// `in_proj_weight` `[3 features, features]`: queries, keys, values; drawn by Xavier's rule.
    public let inputWeight: Parameter
    /// `in_proj_bias` `[3 features]`, 0 at first; nil for none.
    public let inputBias: Parameter?
    /// `out_proj`, after the heads are joined.
    public let output: Linear
    /// Parts of the features that attend by themselves.
    public let heads: Int
    /// The share of attention weights dropped in training.
    public let dropoutRate: Double
    private let attention: HeadAttention
    private let path: String

    /// A layer whose `features` are cut into `heads` equal parts.
    public init(features: Int, heads: Int, hasBias: Bool = true, dropoutRate: Double = 0, _ initializer: Initializer) {
        precondition(heads > 0 && features % heads == 0, "\(initializer.path): \(heads) heads do not divide \(features) features")
        inputWeight = Parameter(initializer.named("in_proj_weight").xavier([3 * features, features]), role: .kernel)
        inputBias = hasBias ? Parameter(initializer.constant(0, [3 * features]), role: .bias) : nil
        output = Linear(
            inputs: features, outputs: features, hasBias: hasBias, start: .uniformWithoutBias, initializer.named("out_proj"))
        self.heads = heads
        self.dropoutRate = dropoutRate
        attention = HeadAttention(heads: heads, dropoutRate: dropoutRate)
        path = initializer.path
    }

    public var ownParameters: [(name: String, parameter: Parameter)] {
        [("in_proj_weight", inputWeight)] + (inputBias.map { [("in_proj_bias", $0)] } ?? [])
    }
    public var children: [(name: String, module: any Module)] { [("out_proj", output)] }

    /// What each position of `x` `[N, L, features]` gathers from all: `[N, L, features]`. See the form with queries and keys.
    public func callAsFunction(_ x: Tensor, mask: Tensor? = nil, bias: Tensor? = nil, _ context: ForwardContext) -> Tensor {
        let features = require(x)
        let all = projected(x, 0..<3).reshaped(to: [x.shape[0], x.shape[1], 3, features]).split([1, 1, 1], axis: 2)
        let parts = all.map { $0.reshaped(to: x.shape) }
        return output(attention.gathered(parts[0], parts[1], parts[2], mask: mask, bias: bias, context))
    }

    /// What queries `[N, L, features]` gather from `values` by their likeness to `keys`, both `[N, S, features]`.
    ///
    /// - Parameters:
    ///   - mask: 1 where a query may look at a key, else 0; broadcasts to `[N, heads, L, S]`. A query that may look at none
    ///     takes the mean of all, never NaN.
    ///   - bias: Added to the likeness, such as a learned function of the distance; broadcasts to `[N, heads, L, S]`.
    public func callAsFunction(
        queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor? = nil, bias: Tensor? = nil, _ context: ForwardContext
    ) -> Tensor {
        for x in [queries, keys, values] { _ = require(x) }
        precondition(
            keys.shape == values.shape && keys.shape[0] == queries.shape[0],
            "\(path): keys \(keys.shape) and values \(values.shape) for queries \(queries.shape)")
        return output(
            attention.gathered(
                projected(queries, 0..<1), projected(keys, 1..<2), projected(values, 2..<3), mask: mask, bias: bias, context))
    }

    /// The mask `[L, L]` by which a position looks at itself and those before it.
    public static func causalMask(length: Int, elementType: ElementType = .float32) -> Tensor {
        Tensor((0..<length * length).map { $0 % length <= $0 / length ? 1.0 : 0 }, shape: [length, length]).converted(
            to: elementType)
    }

    /// The mask `[N, 1, 1, S]` by which the first `lengths[n]` of `count` keys of a sample are looked at.
    public static func keyMask(lengths: [Int], count: Int, elementType: ElementType = .float32) -> Tensor {
        Tensor(lengths.flatMap { length in (0..<count).map { $0 < length ? 1.0 : 0 } }, shape: [lengths.count, 1, 1, count])
            .converted(to: elementType)
    }

    private func require(_ x: Tensor) -> Int {
        let features = inputWeight.value.shape[1]
        precondition(x.rank == 3 && x.shape[2] == features, "\(path): expected [N, L, \(features)], given \(x.shape)")
        return features
    }

    /// x by the given thirds of the input weights, `[N, L, thirds features]`.
    private func projected(_ x: Tensor, _ thirds: Range<Int>) -> Tensor {
        let features = x.shape[2], range = (thirds.lowerBound * features)..<(thirds.upperBound * features)
        let weight = thirds.count == 3 ? inputWeight.value : inputWeight.value.sliced(range)
        let product = x.reshaped(to: [-1, features]).matrixProduct(weight.transposed)
        let moved = inputBias.map { product + (thirds.count == 3 ? $0.value : $0.value.sliced(range)) } ?? product
        return moved.reshaped(to: [x.shape[0], x.shape[1], range.count])
    }
}
