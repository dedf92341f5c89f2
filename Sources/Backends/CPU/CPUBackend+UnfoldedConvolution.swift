internal import CKernels
import Foundation

// Windows laid out as rows, and products of matrices: what computes where nothing else does, in any type.
extension CPUBackend {
    func unfolded(_ work: ConvolutionWork) {
        if work.elementType == .bfloat16 { return widened(work) }
        switch work.pass {
        case .forward: unfoldedForward(work)
        case .backwardInput: unfoldedBackwardInput(work)
        case .backwardWeights: unfoldedBackwardWeights(work)
        }
    }

    /// A pass over bf16, computed over f32.
    private func widened(_ work: ConvolutionWork) {
        let (x, weights, y, window) = (work.x, work.weights, work.y, work.shape.window)
        switch work.pass {
        case .forward:
            let wide = newArray(like: y, .float32)
            convolution(float32Copy(of: x), weights: weights, window: window, into: wide)
            convert(wide, into: y)
        case .backwardInput:
            let wide = newArray(like: x, .float32)
            convolutionBackwardInput(float32Copy(of: y), weights: weights, window: window, into: wide)
            convert(wide, into: x)
        case .backwardWeights:
            convolutionBackwardWeights(float32Copy(of: x), float32Copy(of: y), window: window, into: weights)
        }
    }

    func float32Copy(of x: StridedArray) -> StridedArray { copy(x, into: newArray(like: x, .float32)) }

    private func unfoldedForward(_ work: ConvolutionWork) {
        let (shape, weights, y) = (work.shape, work.weights, work.y)
        forEachUnfolded(shape, of: work.x) { columns, images in
            matrixProduct(
                columns, matrix(weights, rows: shape.outChannels).transposed, into: rows(of: y, images), accumulates: false)
        }
    }

    private func unfoldedBackwardInput(_ work: ConvolutionWork) {
        let (shape, weights, dx, dy) = (work.shape, work.weights, work.x, work.y)
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

    private func unfoldedBackwardWeights(_ work: ConvolutionWork) {
        let (shape, dWeights, dy) = (work.shape, work.weights, work.y)
        forEachUnfolded(shape, of: work.x) { columns, images in
            matrixProduct(
                rows(of: dy, images).transposed, columns, into: matrix(dWeights, rows: shape.outChannels),
                accumulates: images.lowerBound > 0)
        }
    }

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

extension StridedArray {
    fileprivate var transposed: StridedArray {
        StridedArray(
            buffer: buffer, offset: offset, shape: shape.reversed(), strides: strides.reversed(), elementType: elementType)
    }
}
