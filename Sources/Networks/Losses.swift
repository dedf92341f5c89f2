import Tensor

/// Cross-entropy of each sample: -log softmax(logits)[target], `[N]` for logits `[N, classes]`.
public func crossEntropy(logits: Tensor, targets: [Int]) -> Tensor {
    crossEntropy(logits: logits, targets: .oneHot(targets, classes: logits.shape[1], elementType: logits.elementType))
}

/// Cross-entropy of each sample with a distribution: -sum_c targets_c log softmax(logits)_c, `[N]`.
///
/// `targets` is `[N, classes]` and a constant.
public func crossEntropy(logits: Tensor, targets: Tensor) -> Tensor {
    -(targets.detached * logits.logSoftmax()).sum(axes: [1])
}

/// Squared difference of probabilities, the mean over classes of each sample: `[N]` for `[N, classes]`.
///
/// `targets` is a constant.
public func meanSquaredError(probabilities: Tensor, targets: Tensor) -> Tensor {
    (probabilities - targets.detached).square().mean(axes: [1])
}

/// The cosine of the angle between the channel vectors at every place: `[N, T, H, W]` for `[N, C, T, H, W]`.
///
/// Vectors shorter than `epsilon` count as that long.
public func cosineSimilarity(_ a: Tensor, _ b: Tensor, epsilon: Double = 1e-8) -> Tensor {
    func length(_ x: Tensor) -> Tensor { x.square().sum(axes: [1]).clamped(minimum: epsilon * epsilon).sqrt() }
    return (a * b).sum(axes: [1]) / (length(a) * length(b))
}

/// The contrast of two views of the same samples, row i of one being the positive of row i of the other (InfoNCE, both
/// directions): (CE(S, diagonal) + CE(S', diagonal)) / 2 with S = u v' / temperature.
///
/// `u` and `v` are `[N, D]`, brought to length 1 here.
public func symmetricContrast(_ u: Tensor, _ v: Tensor, temperature: Double) -> Tensor {
    let similarity = u.l2Normalized().matrixProduct(v.l2Normalized().transposed) * (1 / temperature)
    let diagonal = Array(0..<u.shape[0])
    let there = crossEntropy(logits: similarity, targets: diagonal).mean()
    let back = crossEntropy(logits: similarity.transposed, targets: diagonal).mean()
    return (there + back) * 0.5
}
