extension Tensor {
    /// relu?((x - mean) / sqrt(variance + epsilon) * weight + bias + residual?) for `[N, C, ...]`, channel by channel.
    ///
    /// `statistics` nil: those of this batch (biased variance), through which the gradient flows; they are returned for the
    /// running ones. Else the given ones are constants. `known`: those of this batch where they have been computed before.
    /// Backward is computed from the output (where y > 0).
    ///
    /// `sums`: the batch is one part of a larger one, whose statistics are meant; see `BatchSums`.
    public func batchNormalized(
        weight: Tensor, bias: Tensor, statistics: ChannelStatistics? = nil, known: ChannelStatistics? = nil, epsilon: Double,
        residual: Tensor? = nil, relu: Bool = false, over sums: (any BatchSums)? = nil
    ) -> (output: Tensor, statistics: ChannelStatistics) {
        let channels = rank > 1 ? shape[1] : 0
        precondition(
            [weight.count, bias.count].allSatisfy { $0 == channels } && residual.map { $0.shape == shape } ?? true
                && [statistics, known].compactMap(\.self).allSatisfy {
                    $0.mean.count == channels && $0.variance.count == channels
                },
            "weights \(weight.shape), residual \(residual?.shape ?? shape) for \(shape)")
        precondition(statistics != nil || known != nil || count > 0, "no statistics of a batch without clips: \(shape)")
        let (x, added) = (channelsLast, residual?.channelsLast.converted(to: elementType))
        let places = channels == 0 ? 0 : count / channels
        func ofBatch() -> ChannelStatistics {
            let own = Engine.backend.channelStatistics(x.array)
            return sums.map { own.joined(places: places, over: $0) } ?? own
        }
        let used = statistics ?? known ?? ofBatch()
        // Through the statistics of several parts the gradient flows by way of all of them.
        let joint = statistics == nil ? sums : nil
        let y = Tensor.uninitialized(shape, elementType, strides: StridedArray.channelsLastStrides(of: shape))
        Engine.backend.normalize(
            x.array, used, weight: weight.array, bias: bias.array, epsilon: epsilon, residual: added?.array, relu: relu, into: y)
        let (input, output, scale) = (x.unrecorded, Tensor(y), weight.unrecorded)
        let (wantsInput, wantsResidual) = (x.requiresGradient, added?.requiresGradient ?? false)
        let inputs = [x, weight, bias] + (added.map { [$0] } ?? [])
        let result = output.recorded("batchNormalized", from: inputs) { dy in
            let gradients = Engine.backend.normalizeBackward(
                input.array, output.array, dy.channelsLast.array, used, weight: scale.array, epsilon: epsilon, relu: relu,
                throughStatistics: statistics == nil && joint == nil, wantsInput: wantsInput, wantsResidual: wantsResidual)
            var dx = gradients.input.map(Tensor.init)
            if let joint {
                let gradientOfStatistics = Tensor.gradientThroughStatistics(
                    input, used, gradients, weight: scale, epsilon: epsilon, places: places, over: joint)
                dx = dx.map { $0 - gradientOfStatistics.converted(to: $0.elementType) }
            }
            return [dx, Tensor(gradients.weight), Tensor(gradients.bias)]
                + (inputs.count == 4 ? [gradients.residual.map(Tensor.init)] : [])
        }
        return (result, used)
    }

    /// Elements set to 0 with probability `rate`, the others divided by 1 - rate; element i depends on `key` and i only.
    public func droppedOut(rate: Double, key: RandomKey) -> Tensor {
        precondition(rate >= 0 && rate <= 1, "a dropout rate is in [0, 1], not \(rate)")
        let mask = Tensor.uninitialized(shape, elementType.parameterType)
        Engine.backend.dropoutMask(key: key.value, rate: rate, into: mask)
        return self * Tensor(mask)
    }
}
