internal import CKernels
internal import COneDNN

/// The extents of one convolution or pooling, taken from its arrays.
struct WindowedShape {
    let batch: Int, channels: Int, outChannels: Int
    let input: [Int], output: [Int]
    let window: Window

    /// `x` is the larger side, `[N, C, T, H, W]`, `y` the smaller.
    init(_ x: StridedArray, _ y: StridedArray, _ window: Window) {
        precondition(
            x.shape.count == 5 && y.shape.count == 5 && x.isChannelsLast && y.isChannelsLast && x.shape[0] == y.shape[0],
            "windows slide over channels-last [N, C, T, H, W], not \(x.shape) and \(y.shape)")
        batch = x.shape[0]
        channels = x.shape[1]
        outChannels = y.shape[1]
        input = Array(x.shape[2...])
        output = Array(y.shape[2...])
        self.window = window
        precondition(window.output(for: input) == output, "a window \(window) over \(input) does not give \(output)")
    }

    var taps: Int { window.kernel.reduce(1, *) }
    var positions: Int { output.reduce(1, *) }
    var weightCount: Int { taps * channels * outChannels }

    /// A window of one tap that moves by one sees the volume as it is.
    var isPointwise: Bool { taps == 1 && window.stride == [1, 1, 1] && window.padding == [0, 0, 0] }

    var kernelWindow: CKernels.window {
        var result = CKernels.window()
        result.batch = Int64(batch)
        result.channels = Int64(channels)
        result.input = triple(input)
        result.output = triple(output)
        result.kernel = triple(window.kernel)
        result.stride = triple(window.stride)
        result.padding = triple(window.padding)
        return result
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
            batch: Int64(batch), in_channels: Int64(channels), out_channels: Int64(outChannels), input: triple(input),
            output: triple(output), kernel: triple(window.kernel), stride: triple(window.stride), padding: triple(window.padding),
            is_bf16: type == .bfloat16)
    }
}

private func triple(_ values: [Int]) -> (Int64, Int64, Int64) { (Int64(values[0]), Int64(values[1]), Int64(values[2])) }

extension StridedArray {
    var floats: UnsafeMutablePointer<Float> { address.assumingMemoryBound(to: Float.self) }
}
