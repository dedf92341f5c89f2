internal import CKernels
internal import COneDNN

/// A pass of a convolution of one group over channels-last volumes: one of `x`, `weights` and `y` is written, or its gradient in
/// its place, from the other two.
struct ConvolutionWork {
    let pass: ConvolutionPass, shape: WindowedShape
    let x: StridedArray, weights: StridedArray, y: StridedArray

    var elementType: ElementType { x.elementType }
}

// Each pass goes the first way that takes it and does not refuse, or, where that is asked for, the one that was measured fastest.
extension CPUBackend {
    func convolution(_ x: StridedArray, weights: StridedArray, window: Window, into y: StridedArray) {
        convolve(.forward, x, weights, window, y)
    }

    func convolutionBackwardInput(_ dy: StridedArray, weights: StridedArray, window: Window, into dx: StridedArray) {
        convolve(.backwardInput, dx, weights, window, dy)
    }

    func convolutionBackwardWeights(_ x: StridedArray, _ dy: StridedArray, window: Window, into dWeights: StridedArray) {
        convolve(.backwardWeights, x, dWeights, window, dy)
    }

    private func convolve(
        _ pass: ConvolutionPass, _ x: StridedArray, _ weights: StridedArray, _ window: Window, _ y: StridedArray
    ) {
        if isGrouped(x, weights: weights) { return groupedConvolution(pass, x: x, weights: weights, window: window, y: y) }
        let work = ConvolutionWork(pass: pass, shape: checked(x, weights, y, window), x: x, weights: weights, y: y)
        if measuresWays, let way = fastestWay(of: work), run(way, work) { return }
        for way in ConvolutionWay.allCases where takes(way, work) && run(way, work) { return }
    }

    /// The fixed rule of shape and kernel set: a choice by the clock would change bits.
    func takes(_ way: ConvolutionWay, _ work: ConvolutionWork) -> Bool {
        switch way {
        case .own: hasOwnKernel(work)
        case .direct: hasDirectWeightGradient(work) && description.kernelSet == .avx2 && work.shape.weightCount <= 131_072
        case .onednn: hasOneDNN(work.elementType)
        case .blas: true
        }
    }

    /// Computes; false where a library refuses.
    func run(_ way: ConvolutionWay, _ work: ConvolutionWork) -> Bool {
        switch way {
        case .own: ownKernel(work)
        case .direct: directWeightGradient(work)
        case .onednn: return oneDNN(work)
        case .blas: unfolded(work)
        }
        return true
    }

    /// With AVX2 the library has no products of bf16.
    func hasOneDNN(_ type: ElementType) -> Bool {
        usesOneDNN && (type == .float32 || type == .bfloat16 && description.kernelSet == .avx512)
    }

    private func oneDNN(_ work: ConvolutionWork) -> Bool {
        var convolution = work.shape.convolution(work.elementType)
        let (x, weights, y) = (work.x.address, work.weights.floats, work.y.address)
        return switch work.pass {
        case .forward: onednn_convolution_forward(&convolution, x, weights, y)
        case .backwardInput: onednn_convolution_backward_data(&convolution, y, weights, x)
        case .backwardWeights: onednn_convolution_backward_weights(&convolution, x, y, weights)
        }
    }

    private func checked(_ x: StridedArray, _ weights: StridedArray, _ y: StridedArray, _ window: Window) -> WindowedShape {
        requireVolumes(x, y)
        precondition(
            weights.elementType == x.elementType.parameterType,
            "weights of \(weights.elementType) for volumes of \(x.elementType)")
        let shape = WindowedShape(x, y, window)
        precondition(
            shape.hasWeights(weights),
            "weights \(weights.shape) for \(shape.channels) channels in, \(shape.outChannels) out and a window of \(window.kernel)"
        )
        return shape
    }
}
