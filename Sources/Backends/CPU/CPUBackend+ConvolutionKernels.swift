internal import CKernels

/// What is computed of a convolution.
enum ConvolutionPass {
    case forward, backwardInput, backwardWeights

    var kernel: convolution_pass {
        switch self {
        case .forward: CONVOLUTION_FORWARD
        case .backwardInput: CONVOLUTION_BACKWARD_INPUT
        case .backwardWeights: CONVOLUTION_BACKWARD_WEIGHTS
        }
    }
}

// Kernels of our own.
extension CPUBackend {
    /// Whether Winograd's filtering costs least, or windows see nothing of a frame but one position.
    func hasOwnKernel(_ work: ConvolutionWork) -> Bool {
        guard convolutionPath == .auto, work.elementType != .float64 else { return false }
        var window = work.shape.kernelWindow
        let outputs = Int64(work.shape.outChannels)
        return winograd_best_tile(&window, outputs) > 0
            || work.elementType == .float32 && is_temporal_convolution(&window, outputs)
    }

    func ownKernel(_ work: ConvolutionWork) {
        let type = work.elementType.kernelType, pass = work.pass.kernel
        var convolution = work.shape.kernelConvolution(work.x, work.weights, work.y)
        if winograd_best_tile(&convolution.window, convolution.outputs) > 0 {
            withScratch(byteCount: Int(kernels.pointee.winograd_scratch(type, pass, &convolution))) {
                convolution.scratch = $0.address
                kernels.pointee.winograd_convolution(type, pass, &convolution)
            }
        } else {
            withScratch(byteCount: Int(kernels.pointee.temporal_scratch(pass, &convolution))) {
                convolution.scratch = $0.address
                kernels.pointee.temporal_convolution(pass, &convolution)
            }
        }
    }

    /// With AVX2 oneDNN unfolds for weight gradients, and the direct kernel is faster while its sums stay in the cache.
    func hasDirectWeightGradient(_ work: ConvolutionWork) -> Bool {
        work.pass == .backwardWeights && work.elementType == .float32 && convolutionPath == .auto
            && work.shape.outChannels % 8 == 0
    }

    func directWeightGradient(_ work: ConvolutionWork) {
        let shape = work.shape, parts = min(shape.batch, 16)
        var kernelWindow = shape.kernelWindow
        withScratch(byteCount: parts * shape.weightCount * MemoryLayout<Float>.size) { partial in
            kernels.pointee.weight_gradient(
                &kernelWindow, Int64(shape.outChannels), Int32(parts), work.x.floats, work.y.floats,
                partial.address.assumingMemoryBound(to: Float.self), work.weights.floats)
        }
    }

    /// Calls `body` with memory that is kept for the next call.
    func withScratch(byteCount: Int, _ body: (Buffer) -> Void) {
        let kept = scratch.withLock { $0.take() }
        let buffer = kept.flatMap { $0.byteCount >= byteCount ? $0 : nil } ?? allocate(byteCount: byteCount)
        body(buffer)
        scratch.withLock { $0 = buffer }
    }
}
