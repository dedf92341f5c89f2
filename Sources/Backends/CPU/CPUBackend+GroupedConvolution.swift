internal import CKernels

// Convolution in groups, depthwise included: a direct kernel of our own for all three passes.
extension CPUBackend {
    /// Whether the weights `[O, C / groups, kt, kh, kw]` of a convolution over `x` `[N, C, T, H, W]` see a part of the channels.
    func isGrouped(_ x: StridedArray, weights: StridedArray) -> Bool {
        x.shape.count == 5 && weights.shape.count == 5 && weights.shape[1] != x.shape[1]
    }

    /// The gradient's place is taken by what the pass writes: y, x or the weights.
    func groupedConvolution(
        _ pass: ConvolutionPass, x: StridedArray, weights: StridedArray, window: Window, y: StridedArray
    ) {
        if x.elementType == .bfloat16 {
            let from = pass == .backwardInput ? newArray(like: x, .float32) : float32Copy(of: x)
            let to = pass == .forward ? newArray(like: y, .float32) : float32Copy(of: y)
            groupedConvolution(pass, x: from, weights: weights, window: window, y: to)
            if pass != .backwardWeights { convert(pass == .forward ? to : from, into: pass == .forward ? y : x) }
            return
        }
        requireComputable(x, weights, y)
        let groups = weights.shape[1] > 0 ? x.shape[1] / weights.shape[1] : 0
        precondition(
            groups > 0 && groups * weights.shape[1] == x.shape[1] && weights.shape[0] % groups == 0
                && weights.shape[0] == y.shape[1] && Array(weights.shape[2...]) == window.kernel,
            "weights \(weights.shape) for \(x.shape[1]) channels in, \(y.shape[1]) out and a window of \(window.kernel)")
        precondition(weights.isChannelsLast, "weights are channels-last")
        var convolution = WindowedShape(x, y, window).kernelConvolution(x, weights, y)
        convolution.groups = Int64(groups)
        let type = x.elementType.kernelType
        if weights.shape[1] >= CPUBackend.wideGroup, weights.shape[0] / groups >= CPUBackend.wideGroup {
            return eachGroup(pass, groups, x, weights, window, y)
        }
        let scratch = allocate(byteCount: Int(kernels.pointee.grouped_scratch(type, pass.kernel, &convolution)))
        convolution.scratch = scratch.address
        kernels.pointee.grouped_convolution(type, pass.kernel, &convolution)
    }

    /// Channels of a group from which on each is convolved by itself, as a whole: the copies cost little then.
    private static var wideGroup: Int { 16 }

    private func eachGroup(
        _ pass: ConvolutionPass, _ groups: Int, _ x: StridedArray, _ weights: StridedArray, _ window: Window, _ y: StridedArray
    ) {
        for group in 0..<groups {
            let kernel = part(group, of: groups, weights, axis: 0)
            let (from, to) = (part(group, of: groups, x, axis: 1), part(group, of: groups, y, axis: 1))
            switch pass {
            case .forward:
                let result = channelsLast(to)
                convolution(copy(from, into: channelsLast(from)), weights: kernel, window: window, into: result)
                convert(result, into: to)
            case .backwardInput:
                let result = channelsLast(from)
                convolutionBackwardInput(copy(to, into: channelsLast(to)), weights: kernel, window: window, into: result)
                convert(result, into: from)
            case .backwardWeights:
                convolutionBackwardWeights(
                    copy(from, into: channelsLast(from)), copy(to, into: channelsLast(to)), window: window, into: kernel)
            }
        }
    }

    /// One of `groups` equal parts of `array` along `axis`, where it is.
    private func part(_ group: Int, of groups: Int, _ array: StridedArray, axis: Int) -> StridedArray {
        var shape = array.shape
        shape[axis] /= groups
        return StridedArray(
            buffer: array.buffer, offset: array.offset + group * shape[axis] * array.strides[axis], shape: shape,
            strides: array.strides, elementType: array.elementType)
    }

    /// A new channels-last array of the extents of `array`.
    private func channelsLast(_ array: StridedArray) -> StridedArray {
        newArray(array.shape, array.elementType, strides: StridedArray.channelsLastStrides(of: array.shape))
    }
}
