import Tensor

/// Scaled dot-product attention of several heads between vectors that are projected already (Vaswani et al. 2017, section 3.2).
struct HeadAttention {
    /// Parts of the features that attend by themselves.
    let heads: Int
    /// The share of attention weights dropped in training.
    let dropoutRate: Double

    /// What `queries` `[N, L, features]` gather from `values` by their likeness to `keys`, both `[N, S, features]`: `[N, L, features]`, the
    /// heads side by side.
    ///
    /// - Parameters:
    ///   - mask: 1 where a query may look at a key, else 0; broadcasts to `[N, heads, L, S]`. A query that may look at none takes the
    ///     mean of all, never NaN.
    ///   - bias: Added to the likeness; broadcasts to `[N, heads, L, S]`.
    func gathered(
        _ queries: Tensor, _ keys: Tensor, _ values: Tensor, mask: Tensor?, bias: Tensor?, _ context: ForwardContext
    ) -> Tensor {
        let (samples, length, features) = (queries.shape[0], queries.shape[1], queries.shape[2])
        let count = keys.shape[1], size = features / heads
        func separated(_ x: Tensor) -> Tensor {
            x.reshaped(to: [samples, x.shape[1], heads, size]).permuted([0, 2, 1, 3]).reshaped(
                to: [samples * heads, x.shape[1], size])
        }
        let likeness = (separated(queries) * (1 / Double(size).squareRoot())).matrixProduct(separated(keys).permuted([0, 2, 1]))
        var scores = likeness.reshaped(to: [samples, heads, length, count])
        if let bias { scores = scores + bias }
        // Finite, so that a row without any key has a softmax.
        if let mask { scores = scores + (mask - 1) * 1e30 }
        var weights = scores.softmax()
        if dropoutRate > 0, let key = context.dropout { weights = weights.droppedOut(rate: dropoutRate, key: key) }
        let gathered = weights.reshaped(to: [samples * heads, length, count]).matrixProduct(separated(values))
        return gathered.reshaped(to: [samples, heads, length, size]).permuted([0, 2, 1, 3]).reshaped(
            to: [samples, length, features])
    }
}
