internal import CKernels
internal import COneDNN
import Foundation

// MARK: Kernels of our own where they cost least, else oneDNN, or BLAS where it is absent or refuses

extension CPUBackend {
    func convolution(_ x: StridedArray, weights: StridedArray, window: Window, into y: StridedArray) {
        if isGrouped(x, weights: weights) { return groupedConvolution(.forward, x: x, weights: weights, window: window, y: y) }
        let shape = checked(x, weights, y, window)
        if ownKernels(.forward, shape, x: x, weights: weights, y: y) { return }
        if takesOneDNN(x) {
            var convolution = shape.convolution(x.elementType)
            if onednn_convolution_forward(&convolution, x.address, weights.floats, y.address) { return }
        }
        if x.elementType == .bfloat16 {
            let wide = float32Array(like: y)
            convolution(float32Copy(of: x), weights: weights, window: window, into: wide)
            return convert(wide, into: y)
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
        if ownKernels(.backwardInput, shape, x: dx, weights: weights, y: dy) { return }
        if takesOneDNN(dx) {
            var convolution = shape.convolution(dx.elementType)
            if onednn_convolution_backward_data(&convolution, dy.address, weights.floats, dx.address) { return }
        }
        if dx.elementType == .bfloat16 {
            let wide = float32Array(like: dx)
            convolutionBackwardInput(float32Copy(of: dy), weights: weights, window: window, into: wide)
            return convert(wide, into: dx)
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
        if ownKernels(.backwardWeights, shape, x: x, weights: dWeights, y: dy) { return }
        if takesDirectWeightGradient(shape, x) { return directWeightGradient(shape, x, dy, into: dWeights) }
        if takesOneDNN(x) {
            var convolution = shape.convolution(x.elementType)
            if onednn_convolution_backward_weights(&convolution, x.address, dy.address, dWeights.floats) { return }
        }
        if x.elementType == .bfloat16 {
            return convolutionBackwardWeights(float32Copy(of: x), float32Copy(of: dy), window: window, into: dWeights)
        }
        forEachUnfolded(shape, of: x) { columns, images in
            matrixProduct(
                rows(of: dy, images).transposed, columns, into: matrix(dWeights, rows: shape.outChannels),
                accumulates: images.lowerBound > 0)
        }
    }

    /// With AVX2 the library has no products of bf16.
    func takesOneDNN(_ array: StridedArray) -> Bool {
        usesOneDNN
            && (array.elementType == .float32 || array.elementType == .bfloat16 && description.kernelSet == .avx512)
    }

    func float32Array(like array: StridedArray) -> StridedArray {
        StridedArray(
            buffer: allocate(byteCount: array.count * ElementType.float32.byteCount), shape: array.shape,
            strides: array.strides, elementType: .float32)
    }

    func float32Copy(of array: StridedArray) -> StridedArray {
        let copy = float32Array(like: array)
        convert(array, into: copy)
        return copy
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
        requireVolumes(x, y)
        precondition(
            chosen.elementType == .int32 && chosen.isChannelsLast && chosen.shape == y.shape, "one choice for each output")
        var kernelWindow = WindowedShape(x, y, window).kernelWindow
        kernels.pointee.max_pool(
            x.elementType.kernelType, &kernelWindow, x.address, y.address, chosen.address.assumingMemoryBound(to: Int32.self))
    }

    func maxPoolBackward(_ dy: StridedArray, chosen: StridedArray, window: Window, into dx: StridedArray) {
        requireVolumes(dy, dx)
        var kernelWindow = WindowedShape(dx, dy, window).kernelWindow
        kernels.pointee.max_pool_backward(
            dx.elementType.kernelType, &kernelWindow, dy.address, chosen.address.assumingMemoryBound(to: Int32.self), dx.address)
    }
}
