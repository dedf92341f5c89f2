import Tensor

/// A convolution over pictures: `[N, inputs, H, W]` to `[N, outputs, H', W']`, or each frame of `[N, inputs, T, H, W]` by itself.
///
/// `weight` is `[outputs, inputs / groups, kh, kw]`, as PyTorch's `nn.Conv2d` holds it, drawn by Kaiming's rule for fan-out.
public final class Convolution2D: Module {
    /// The kernel.
    public let weight: Parameter
    /// The extents, steps and padding along H and W; along T one tap.
    public let window: Window
    /// The parts that the channels are cut into.
    public let groups: Int
    private let path: String

    /// A layer with weights drawn by `initializer`; `kernel`, `stride` and `padding` are those of H and W alike. `groups` divides
    /// `inputs` and `outputs`.
    public init(
        inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1, _ initializer: Initializer
    ) {
        precondition(
            groups > 0 && inputs % groups == 0 && outputs % groups == 0,
            "\(initializer.path): \(groups) groups do not divide \(inputs) channels in and \(outputs) out")
        let shape = [outputs, inputs / groups, kernel, kernel]
        weight = Parameter(initializer.named("weight").kaimingFanOut(shape), role: .kernel)
        window = Window(kernel: [1, kernel, kernel], stride: [1, stride, stride], padding: [0, padding, padding])
        self.groups = groups
        path = initializer.path
    }

    public var ownParameters: [(name: String, parameter: Parameter)] { [("weight", weight)] }

    /// Channels that come in.
    public var inputs: Int { weight.value.shape[1] * groups }

    /// Convolves `x`; the result has the rank of `x`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        precondition(
            (4...5).contains(x.rank) && x.shape[1] == inputs,
            "\(path): expected [N, \(inputs), H, W] or [N, \(inputs), T, H, W], given \(x.shape)")
        let kernel = weight.value.shape, volume = x.rank == 5 ? x : x.reshaped(to: [x.shape[0], inputs, 1] + x.shape[2...])
        let y = volume.convolved(weight.value.reshaped(to: [kernel[0], kernel[1], 1, kernel[2], kernel[3]]), window: window)
        return x.rank == 5 ? y : y.reshaped(to: [y.shape[0], y.shape[1]] + y.shape[3...])
    }

    /// What it does to a volume of these T, H, W.
    public func shape(of volume: [Int]) -> ConvolutionShape {
        ConvolutionShape(inputs: inputs, outputs: weight.value.shape[0], input: volume, window: window, groups: groups)
    }
}
