import Tensor

/// Parts under the names "0", "1", ...: a list of blocks, or a convolution and its normalisation as torchvision stores them.
final class Sequence<Part: Module>: Module {
    let parts: [Part]

    init(_ parts: [Part]) { self.parts = parts }

    var children: [(name: String, module: any Module)] { parts.enumerated().map { (String($0.offset), $0.element) } }
}

/// A convolution followed by a normalisation, and by a ReLU where asked: "0" and "1".
final class ConvolutionUnit: Module {
    let convolution: Convolution3D
    let normalization: BatchNormalization

    init(inputs: Int, outputs: Int, window: Window, epsilon: Double, _ initializer: Initializer) {
        convolution = Convolution3D(inputs: inputs, outputs: outputs, window: window, initializer.named("0"))
        normalization = BatchNormalization(channels: outputs, epsilon: epsilon, initializer.named("1"))
    }

    var children: [(name: String, module: any Module)] { [("0", convolution), ("1", normalization)] }

    func callAsFunction(_ x: Tensor, adding residual: Tensor? = nil, relu: Bool, _ context: ForwardContext) -> Tensor {
        normalization(convolution(x), adding: residual, relu: relu, context)
    }

    /// The shape of the convolution over `[C, T, H, W]`.
    func shape(of volume: [Int]) -> ConvolutionShape {
        ConvolutionShape(
            inputs: volume[0], outputs: convolution.weight.value.shape[0], input: Array(volume[1...]), window: convolution.window)
    }
}
