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
