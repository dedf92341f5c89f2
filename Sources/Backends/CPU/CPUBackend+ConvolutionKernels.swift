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

// Kernels of our own. Which one, if any, is a fixed rule of shape and kernel set, since a choice by the clock would change bits.
extension CPUBackend {
    /// Computes a pass by Winograd's filtering, or as products over the frames where windows see nothing of a frame but one
    /// position; false where another way costs less. `x`, `weights` or `y` is what the pass writes.
    func ownKernels(
        _ pass: ConvolutionPass, _ shape: WindowedShape, x: StridedArray, weights: StridedArray, y: StridedArray
    ) -> Bool {
        guard convolutionPath == .auto, x.elementType != .float64 else { return false }
        let type = x.elementType.kernelType
        var convolution = shape.kernelConvolution(x, weights, y)
        if winograd_best_tile(&convolution.window, convolution.outputs) > 0 {
            withScratch(byteCount: Int(kernels.pointee.winograd_scratch(type, pass.kernel, &convolution))) {
                convolution.scratch = $0.address
                kernels.pointee.winograd_convolution(type, pass.kernel, &convolution)
            }
            return true
        }
        guard x.elementType == .float32, is_temporal_convolution(&convolution.window, convolution.outputs) else { return false }
        withScratch(byteCount: Int(kernels.pointee.temporal_scratch(pass.kernel, &convolution))) {
            convolution.scratch = $0.address
            kernels.pointee.temporal_convolution(pass.kernel, &convolution)
        }
        return true
    }

    /// With AVX2 oneDNN unfolds for weight gradients, and the direct kernel is faster while its sums stay in the cache.
    func takesDirectWeightGradient(_ shape: WindowedShape, _ x: StridedArray) -> Bool {
        takesOneDNN(x) && x.elementType == .float32 && description.kernelSet == .avx2 && shape.outChannels % 8 == 0
            && shape.weightCount <= 131_072
    }

    func directWeightGradient(
        _ shape: WindowedShape, _ x: StridedArray, _ dy: StridedArray, into dWeights: StridedArray
    ) {
        let parts = min(shape.batch, 16)
        var kernelWindow = shape.kernelWindow
        withScratch(byteCount: parts * shape.weightCount * MemoryLayout<Float>.size) { partial in
            kernels.pointee.weight_gradient(
                &kernelWindow, Int64(shape.outChannels), Int32(parts), x.floats, dy.floats,
                partial.address.assumingMemoryBound(to: Float.self), dWeights.floats)
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
