internal import CKernels

extension CPUBackend {
    func channelStatistics(_ x: StridedArray) -> ChannelStatistics {
        let (rows, channels) = rowsAndChannels(x)
        var statistics = ChannelStatistics(
            mean: .init(repeating: 0, count: channels), variance: .init(repeating: 0, count: channels))
        statistics.mean.withUnsafeMutableBufferPointer { mean in
            statistics.variance.withUnsafeMutableBufferPointer { variance in
                var n = normalization()
                n.rows = Int64(rows)
                n.channels = Int64(channels)
                n.x = UnsafeRawPointer(x.address)
                n.mean = mean.baseAddress
                n.variance = variance.baseAddress
                kernels.pointee.normalization_statistics(x.elementType.kernelType, &n)
            }
        }
        return statistics
    }

    func normalize(
        _ x: StridedArray, _ statistics: ChannelStatistics, weight: StridedArray, bias: StridedArray, epsilon: Double,
        residual: StridedArray?, relu: Bool, into y: StridedArray
    ) {
        let (rows, channels) = rowsAndChannels(x)
        requireVolumes(x, y)
        requireParameters(weight, bias, of: x)
        precondition(y.isChannelsLast && (residual?.isChannelsLast ?? true), "a normalisation is channels-last throughout")
        var (mean, variance) = (statistics.mean, statistics.variance)
        mean.withUnsafeMutableBufferPointer { mean in
            variance.withUnsafeMutableBufferPointer { variance in
                var n = normalization(
                    rows: Int64(rows), channels: Int64(channels), x: x.address, y: y.address, weight: weight.address,
                    bias: bias.address, mean: mean.baseAddress, variance: variance.baseAddress, epsilon: epsilon,
                    residual: residual.map { UnsafeRawPointer($0.address) }, relu: relu)
                kernels.pointee.normalization_apply(x.elementType.kernelType, &n)
            }
        }
    }

    func normalizeBackward(
        _ x: StridedArray, _ y: StridedArray, _ dy: StridedArray, _ statistics: ChannelStatistics, weight: StridedArray,
        epsilon: Double, relu: Bool, throughStatistics: Bool, wantsInput: Bool, wantsResidual: Bool
    ) -> NormalizationGradients {
        let (rows, channels) = rowsAndChannels(x)
        requireVolumes(x, y, dy)
        requireParameters(weight, of: x)
        precondition(y.isChannelsLast && dy.isChannelsLast, "a normalisation is channels-last throughout")
        let type = x.elementType
        let gradients = NormalizationGradients(
            input: wantsInput ? newArray(like: x) : nil, residual: wantsResidual ? newArray(like: x) : nil,
            weight: newArray(like: weight), bias: newArray(like: weight))
        statistics.mean.withUnsafeBufferPointer { mean in
            statistics.variance.withUnsafeBufferPointer { variance in
                var g = normalization_gradient(
                    rows: Int64(rows), channels: Int64(channels), x: x.address, y: y.address, dy: dy.address,
                    weight: weight.address, mean: mean.baseAddress, variance: variance.baseAddress, epsilon: epsilon, relu: relu,
                    through_statistics: throughStatistics, dx: gradients.input?.address, dweight: gradients.weight.address,
                    dbias: gradients.bias.address, dresidual: gradients.residual?.address)
                kernels.pointee.normalization_backward(type.kernelType, &g)
            }
        }
        return gradients
    }

    private func requireParameters(_ parameters: StridedArray..., of x: StridedArray) {
        precondition(
            parameters.allSatisfy { $0.elementType == x.elementType.parameterType },
            "parameters of \(parameters.map(\.elementType)) for volumes of \(x.elementType)")
    }

    private func rowsAndChannels(_ x: StridedArray) -> (rows: Int, channels: Int) {
        requireVolumes(x)
        precondition(x.shape.count >= 2 && x.isChannelsLast, "a normalisation takes channels-last [N, C, ...], not \(x.shape)")
        return (x.count / max(1, x.shape[1]), x.shape[1])
    }
}
