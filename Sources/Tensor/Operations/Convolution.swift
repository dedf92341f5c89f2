// Windows over [N, C, T, H, W]: convolution and pooling. Volumes and kernels are held channels-last.

extension Tensor {
    private static func channelsLastResult(_ shape: [Int], like model: Tensor) -> StridedArray {
        uninitialized(shape, model.elementType, strides: StridedArray.channelsLastStrides(of: shape))
    }

    private func windowedShape(_ window: Window, channels: Int) -> [Int] {
        precondition(rank == 5, "a window slides over [N, C, T, H, W], not over \(shape)")
        var output = shape
        output[1] = channels
        for axis in 0..<3 { output[2 + axis] = window.output(for: shape[2 + axis], along: axis) }
        precondition(output[2...].allSatisfy { $0 > 0 }, "a window of \(window.kernel) does not fit \(shape)")
        return output
    }

    /// Cross-correlation of `[N, C, T, H, W]` with `weights` `[O, C, kt, kh, kw]`, giving `[N, O, T', H', W']`.
    ///
    /// Weights `[O, C / groups, kt, kh, kw]` convolve in groups: output channel o sees the input channels of group o groups / O.
    /// Backward: the transposed correlation for the input, the correlation of input and gradient for the weights.
    public func convolved(_ weights: Tensor, window: Window) -> Tensor {
        let (x, w) = (channelsLast, weights.channelsLast)
        let y = Tensor.channelsLastResult(windowedShape(window, channels: w.shape[0]), like: x)
        Engine.backend.convolution(x.array, weights: w.array, window: window, into: y)
        let (wantsX, wantsW) = (x.requiresGradient, w.requiresGradient)
        let (input, kernel) = (x.unrecorded, w.unrecorded)
        return Tensor(y).recorded("convolved", from: [x, w]) { gradient in
            let dy = gradient.channelsLast
            var dx: StridedArray?, dw: StridedArray?
            if wantsX {
                let target = Tensor.channelsLastResult(input.shape, like: input)
                Engine.backend.convolutionBackwardInput(dy.array, weights: kernel.array, window: window, into: target)
                dx = target
            }
            if wantsW {
                let target = Tensor.channelsLastResult(kernel.shape, like: kernel)
                if dy.count > 0 {
                    Engine.backend.convolutionBackwardWeights(input.array, dy.array, window: window, into: target)
                    dw = target
                } else {
                    dw = Tensor.zeros(like: kernel).array
                }
            }
            return [dx.map(Tensor.init), dw.map(Tensor.init)]
        }
    }

    /// The largest value in each window. Backward: dy to the first position that holds it.
    public func maxPooled(_ window: Window) -> Tensor {
        precondition(
            zip(window.padding, window.kernel).allSatisfy { 2 * $0 <= $1 },
            "padding \(window.padding) is more than half of a window of \(window.kernel): some would see nothing")
        let x = channelsLast
        let shape = windowedShape(window, channels: x.shape[1])
        let y = Tensor.channelsLastResult(shape, like: x)
        let chosen = Tensor.uninitialized(shape, .int32, strides: StridedArray.channelsLastStrides(of: shape))
        Engine.backend.maxPool(x.array, window: window, into: y, chosen: chosen)
        let input = x.shape
        return Tensor(y).recorded("maxPooled", from: [x]) { dy in
            let gradient = dy.channelsLast
            let dx = Tensor.channelsLastResult(input, like: gradient)
            Engine.backend.maxPoolBackward(gradient.array, chosen: chosen, window: window, into: dx)
            return [Tensor(dx)]
        }
    }

    /// The mean over T, H and W: `[N, C, T, H, W]` to `[N, C]`.
    public func globalAveragePooled() -> Tensor { mean(axes: [2, 3, 4]) }
}
