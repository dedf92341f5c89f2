// Softmax and what goes with it, along the last axis.

extension Tensor {
    /// log softmax along the last axis, shifted by the maximum so that large logits do not overflow.
    /// Backward: dx = dy - softmax(x) sum(dy).
    public func logSoftmax() -> Tensor {
        let x = unrecorded
        let shifted = x - x.max(axes: [-1], keepingAxes: true)
        let y = shifted - shifted.exp().sum(axes: [-1], keepingAxes: true).log()
        return y.recorded("logSoftmax", from: [self]) { dy in [dy - y.exp() * dy.sum(axes: [-1], keepingAxes: true)] }
    }

    /// softmax along the last axis. Backward: dx = y (dy - sum(dy y)).
    public func softmax() -> Tensor {
        let y = unrecorded.logSoftmax().exp()
        return y.recorded("softmax", from: [self]) { dy in [y * (dy - (dy * y).sum(axes: [-1], keepingAxes: true))] }
    }

    /// Vectors along the last axis divided by their length, or by `epsilon` where they are shorter.
    public func l2Normalized(epsilon: Double = 1e-12) -> Tensor {
        self / square().sum(axes: [-1], keepingAxes: true).clamped(minimum: epsilon * epsilon).sqrt()
    }
}
