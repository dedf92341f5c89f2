// Normalisation within each sample: over the last axis, or over groups of channels.

extension Tensor {
    /// (x - mean) / sqrt(variance + epsilon), with the biased variance, where `mean` averages over sets of elements and repeats
    /// the averages by broadcasting. Backward: dx = (dy - mean(dy) - y mean(dy y)) / sqrt(variance + epsilon).
    private func standardized(_ operation: StaticString, epsilon: Double, mean: @escaping (Tensor) -> Tensor) -> Tensor {
        let x = unrecorded, centred = x - mean(x)
        let scale = (mean(centred.square()) + epsilon).power(-0.5)
        let y = centred * scale
        return y.recorded(operation, from: [self]) { dy in [(dy - mean(dy) - y * mean(dy * y)) * scale] }
    }

    /// Each vector along the last axis normalised, then scaled by `weight` and shifted by `bias`, both of its extent (Ba et al.
    /// 2016).
    public func layerNormalized(weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double) -> Tensor {
        let y = standardized("layerNormalized", epsilon: epsilon) { $0.mean(axes: [-1], keepingAxes: true) }
        let scaled = weight.map { y * $0 } ?? y
        return bias.map { scaled + $0 } ?? scaled
    }

    /// `[N, C, ...]` normalised over each of `groups` equal groups of neighbouring channels of a sample, then scaled by `weight` and
    /// shifted by `bias`, both `[C]` (Wu and He 2018).
    public func groupNormalized(groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double) -> Tensor {
        precondition(rank >= 2 && groups > 0 && shape[1] % groups == 0, "\(groups) groups of the channels of \(shape)")
        let (samples, channels) = (shape[0], shape[1]), places = [Int](repeating: 1, count: rank - 2)
        let y = standardized("groupNormalized", epsilon: epsilon) { x in
            let grouped = (x.rank > 2 ? x.mean(axes: Array(2..<x.rank)) : x).reshaped(to: [samples, groups, channels / groups])
            return grouped.mean(axes: [2], keepingAxes: true).expanded(to: grouped.shape).reshaped(
                to: [samples, channels] + places)
        }
        let scaled = weight.map { y * $0.reshaped(to: [channels] + places) } ?? y
        return bias.map { scaled + $0.reshaped(to: [channels] + places) } ?? scaled
    }
}
