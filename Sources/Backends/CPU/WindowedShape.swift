internal import CKernels
internal import COneDNN

/// The extents of one convolution or pooling, taken from its arrays.
struct WindowedShape {
    /// `[N, C, T, H, W]` of the larger side and of the smaller.
    private let input: [Int], output: [Int]
    let window: Window

    /// `x` is the larger side, `[N, C, T, H, W]`, `y` the smaller.
    init(_ x: StridedArray, _ y: StridedArray, _ window: Window) {
        precondition(
            x.shape.count == 5 && y.shape.count == 5 && x.isChannelsLast && y.isChannelsLast && x.shape[0] == y.shape[0],
            "windows slide over channels-last [N, C, T, H, W], not \(x.shape) and \(y.shape)")
        precondition(
            (0..<3).allSatisfy { window.output(for: x.shape[2 + $0], along: $0) == y.shape[2 + $0] },
            "a window \(window) over \(x.shape) does not give \(y.shape)")
        (input, output) = (x.shape, y.shape)
        self.window = window
    }

    var batch: Int { input[0] }
    var channels: Int { input[1] }
    var outChannels: Int { output[1] }
    var taps: Int { window.kernel[0] * window.kernel[1] * window.kernel[2] }
    var positions: Int { output[2] * output[3] * output[4] }
    var weightCount: Int { taps * channels * outChannels }

    /// A window of one tap that moves by one sees the volume as it is.
    var isPointwise: Bool {
        taps == 1 && window.stride.allSatisfy { $0 == 1 } && window.padding.allSatisfy { $0 == 0 }
    }

    var kernelWindow: CKernels.window {
        var result = CKernels.window()
        result.batch = Int64(batch)
        result.channels = Int64(channels)
        result.input = triple(input[2...])
        result.output = triple(output[2...])
        result.kernel = triple(window.kernel[...])
        result.stride = triple(window.stride[...])
        result.padding = triple(window.padding[...])
        return result
    }

    /// Whether `weights` are `[O, C, kt, kh, kw]` of the convolution, channels-last.
    func hasWeights(_ weights: StridedArray) -> Bool {
        weights.isChannelsLast && weights.shape.count == 5 && weights.shape[0] == outChannels && weights.shape[1] == channels
            && (0..<3).allSatisfy { weights.shape[2 + $0] == window.kernel[$0] }
    }

    /// The convolution of one group, without scratch.
    func kernelConvolution(_ x: StridedArray, _ weights: StridedArray, _ y: StridedArray) -> CKernels.convolution {
        CKernels.convolution(
            window: kernelWindow, outputs: Int64(outChannels), groups: 1, x: x.address, weights: weights.address, y: y.address,
            scratch: nil)
    }

    /// The extents as oneDNN takes them, for volumes of `type`.
    func convolution(_ type: ElementType) -> onednn_convolution {
        onednn_convolution(
            batch: Int64(batch), in_channels: Int64(channels), out_channels: Int64(outChannels), input: triple(input[2...]),
            output: triple(output[2...]), kernel: triple(window.kernel[...]), stride: triple(window.stride[...]),
            padding: triple(window.padding[...]),
            is_bf16: type == .bfloat16)
    }
}

private func triple(_ values: ArraySlice<Int>) -> (Int64, Int64, Int64) {
    let first = values.startIndex
    return (Int64(values[first]), Int64(values[first + 1]), Int64(values[first + 2]))
}

extension StridedArray {
    var floats: UnsafeMutablePointer<Float> { address.assumingMemoryBound(to: Float.self) }
}
