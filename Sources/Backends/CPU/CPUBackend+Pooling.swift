internal import CKernels

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
