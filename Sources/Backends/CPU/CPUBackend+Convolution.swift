internal import CKernels
internal import COneDNN
import Foundation

/// The extents of one convolution or pooling, taken from its arrays.
private struct WindowedShape {
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

    var convolution: onednn_convolution {
        onednn_convolution(
            batch: Int64(batch), in_channels: Int64(channels), out_channels: Int64(outChannels), input: triple(input),
            output: triple(output), kernel: triple(window.kernel), stride: triple(window.stride), padding: triple(window.padding))
    }
}

private func triple(_ values: [Int]) -> (Int64, Int64, Int64) { (Int64(values[0]), Int64(values[1]), Int64(values[2])) }

extension StridedArray {
    fileprivate var floats: UnsafeMutablePointer<Float> { address.assumingMemoryBound(to: Float.self) }
}

// MARK: oneDNN, or BLAS where it is absent or refuses

extension CPUBackend {
    func convolution(_ x: StridedArray, weights: StridedArray, window: Window, into y: StridedArray) {
        if isGrouped(x, weights: weights) { return groupedConvolution(.forward, x: x, weights: weights, window: window, y: y) }
        let shape = checked(x, weights, y, window)
        if takesOneDNN(x) {
            var convolution = shape.convolution
            if onednn_convolution_forward(&convolution, x.floats, weights.floats, y.floats) { return }
        }
        forEachUnfolded(shape, of: x) { columns, images in
            matrixProduct(
                columns, matrix(weights, rows: shape.outChannels).transposed, into: rows(of: y, images), accumulates: false)
        }
    }

    func convolutionBackwardInput(_ dy: StridedArray, weights: StridedArray, window: Window, into dx: StridedArray) {
        if isGrouped(dx, weights: weights) {
            return groupedConvolution(.backwardInput, x: dx, weights: weights, window: window, y: dy)
        }
        let shape = checked(dx, weights, dy, window)
        if takesOneDNN(dx) {
            var convolution = shape.convolution
            if onednn_convolution_backward_data(&convolution, dy.floats, weights.floats, dx.floats) { return }
        }
        if !shape.isPointwise { memset(dx.address, 0, dx.count * dx.elementType.byteCount) }
        for images in batches(shape, dx.elementType) {
            let gradient = rows(of: dy, images), kernel = matrix(weights, rows: shape.outChannels)
            if shape.isPointwise {
                matrixProduct(gradient, kernel, into: rows(of: dx, images), accumulates: false)
                continue
            }
            withColumns(for: shape, images.count, dx.elementType) { columns in
                matrixProduct(gradient, kernel, into: columns, accumulates: false)
                var kernelWindow = shape.kernelWindow
                kernels.pointee.fold(
                    dx.elementType.kernelType, &kernelWindow, Int64(images.lowerBound), Int64(images.count), columns.address,
                    dx.address)
            }
        }
    }

    func convolutionBackwardWeights(_ x: StridedArray, _ dy: StridedArray, window: Window, into dWeights: StridedArray) {
        if isGrouped(x, weights: dWeights) {
            return groupedConvolution(.backwardWeights, x: x, weights: dWeights, window: window, y: dy)
        }
        let shape = checked(x, dWeights, dy, window)
        if takesDirectWeightGradient(shape, x) { return directWeightGradient(shape, x, dy, into: dWeights) }
        if takesOneDNN(x) {
            var convolution = shape.convolution
            if onednn_convolution_backward_weights(&convolution, x.floats, dy.floats, dWeights.floats) { return }
        }
        forEachUnfolded(shape, of: x) { columns, images in
            matrixProduct(
                rows(of: dy, images).transposed, columns, into: matrix(dWeights, rows: shape.outChannels),
                accumulates: images.lowerBound > 0)
        }
    }

    /// A fixed rule of shape and kernel set, since a choice by the clock would change bits: with AVX2 oneDNN unfolds for
    /// weight gradients, and the direct kernel is faster while its sums stay in the cache.
    private func takesDirectWeightGradient(_ shape: WindowedShape, _ x: StridedArray) -> Bool {
        takesOneDNN(x) && description.kernelSet == .avx2 && shape.outChannels % 8 == 0 && shape.weightCount <= 131_072
    }

    private func directWeightGradient(
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

    private func takesOneDNN(_ array: StridedArray) -> Bool { usesOneDNN && array.elementType == .float32 }

    private func checked(_ x: StridedArray, _ weights: StridedArray, _ y: StridedArray, _ window: Window) -> WindowedShape {
        requireComputable(x, weights, y)
        let shape = WindowedShape(x, y, window)
        precondition(
            weights.isChannelsLast && weights.shape == [shape.outChannels, shape.channels] + window.kernel,
            "weights \(weights.shape) for \(shape.channels) channels in, \(shape.outChannels) out and a window of \(window.kernel)"
        )
        return shape
    }
}

// MARK: The BLAS path

extension StridedArray {
    fileprivate var transposed: StridedArray {
        StridedArray(
            buffer: buffer, offset: offset, shape: shape.reversed(), strides: strides.reversed(), elementType: elementType)
    }
}

extension CPUBackend {
    /// Unfolded images take at most this much memory at a time.
    private static var unfoldedBytes: Int { 32 << 20 }

    private func batches(_ shape: WindowedShape, _ type: ElementType) -> [Range<Int>] {
        let imageBytes = shape.positions * shape.taps * shape.channels * type.byteCount
        let size = shape.isPointwise ? max(1, shape.batch) : max(1, CPUBackend.unfoldedBytes / max(1, imageBytes))
        return stride(from: 0, to: shape.batch, by: size).map { $0..<min($0 + size, shape.batch) }
    }

    /// Calls `body` with memory for `[positions, taps x channels]` of `images` images, which is kept for the next call.
    private func withColumns(
        for shape: WindowedShape, _ images: Int, _ type: ElementType, _ body: (StridedArray) -> Void
    ) {
        let size = [images * shape.positions, shape.taps * shape.channels]
        withScratch(byteCount: size[0] * size[1] * type.byteCount) { buffer in
            body(StridedArray(buffer: buffer, shape: size, strides: [size[1], 1], elementType: type))
        }
    }

    /// Calls `body` with memory that is kept for the next call.
    private func withScratch(byteCount: Int, _ body: (Buffer) -> Void) {
        let kept = scratch.withLock { $0.take() }
        let buffer = kept.flatMap { $0.byteCount >= byteCount ? $0 : nil } ?? allocate(byteCount: byteCount)
        body(buffer)
        scratch.withLock { $0 = buffer }
    }

    /// Calls `body` with `[positions, taps x channels]` of some images after the other.
    private func forEachUnfolded(_ shape: WindowedShape, of x: StridedArray, _ body: (StridedArray, Range<Int>) -> Void) {
        for images in batches(shape, x.elementType) {
            if shape.isPointwise {
                body(rows(of: x, images), images)
                continue
            }
            withColumns(for: shape, images.count, x.elementType) { unfolded in
                var kernelWindow = shape.kernelWindow
                kernels.pointee.unfold(
                    x.elementType.kernelType, &kernelWindow, Int64(images.lowerBound), Int64(images.count), x.address,
                    unfolded.address)
                body(unfolded, images)
            }
        }
    }

    /// Channels-last weights as `[rows, taps x channels]`.
    private func matrix(_ weights: StridedArray, rows: Int) -> StridedArray {
        let columns = weights.count / max(1, rows)
        return StridedArray(
            buffer: weights.buffer, offset: weights.offset, shape: [rows, columns], strides: [columns, 1],
            elementType: weights.elementType)
    }

    /// Some images of a channels-last volume as `[positions, channels]`.
    private func rows(of volume: StridedArray, _ images: Range<Int>) -> StridedArray {
        let channels = volume.shape[1], positions = volume.shape[2...].reduce(1, *)
        return StridedArray(
            buffer: volume.buffer, offset: volume.offset + images.lowerBound * positions * channels,
            shape: [images.count * positions, channels], strides: [channels, 1], elementType: volume.elementType)
    }
}

// MARK: Pooling

extension CPUBackend {
    func maxPool(_ x: StridedArray, window: Window, into y: StridedArray, chosen: StridedArray) {
        requireComputable(x, y)
        precondition(
            chosen.elementType == .int32 && chosen.isChannelsLast && chosen.shape == y.shape, "one choice for each output")
        var kernelWindow = WindowedShape(x, y, window).kernelWindow
        kernels.pointee.max_pool(
            x.elementType.kernelType, &kernelWindow, x.address, y.address, chosen.address.assumingMemoryBound(to: Int32.self))
    }

    func maxPoolBackward(_ dy: StridedArray, chosen: StridedArray, window: Window, into dx: StridedArray) {
        requireComputable(dy, dx)
        var kernelWindow = WindowedShape(dx, dy, window).kernelWindow
        kernels.pointee.max_pool_backward(
            dx.elementType.kernelType, &kernelWindow, dy.address, chosen.address.assumingMemoryBound(to: Int32.self), dx.address)
    }
}
