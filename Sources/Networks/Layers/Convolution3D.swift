import Tensor

/// A convolution: `[N, inputs, T, H, W]` to `[N, outputs, T', H', W']`.
///
/// `weight` is `[outputs, inputs / groups, kt, kh, kw]`, drawn by Kaiming's rule for fan-out; `bias`, where there is one,
/// `[outputs]` and starts at 0. With groups each output channel sees the input channels of its own group; with as many groups
/// as inputs the convolution is depthwise.
public final class Convolution3D: Module {
    /// The kernel.
    public let weight: Parameter
    /// The constants; nil for none.
    public let bias: Parameter?
    /// The extents, steps and padding.
    public let window: Window
    /// The parts that the channels are cut into.
    public let groups: Int
    private let path: String

    /// A layer with weights drawn by `initializer`. `groups` divides `inputs` and `outputs`.
    public init(
        inputs: Int, outputs: Int, window: Window, groups: Int = 1, hasBias: Bool = false, _ initializer: Initializer
    ) {
        precondition(
            groups > 0 && inputs % groups == 0 && outputs % groups == 0,
            "\(initializer.path): \(groups) groups do not divide \(inputs) channels in and \(outputs) out")
        weight = Parameter(initializer.named("weight").kaimingFanOut([outputs, inputs / groups] + window.kernel), role: .kernel)
        bias = hasBias ? Parameter(initializer.constant(0, [outputs]), role: .bias) : nil
        self.window = window
        self.groups = groups
        path = initializer.path
    }

    public var ownParameters: [(name: String, parameter: Parameter)] {
        [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
    }

    /// Channels that come in.
    public var inputs: Int { weight.value.shape[1] * groups }

    /// Convolves `x`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        precondition(x.rank == 5 && x.shape[1] == inputs, "\(path): expected [N, \(inputs), T, H, W], given \(x.shape)")
        let y = x.convolved(weight.value, window: window)
        return bias.map { y + $0.value.reshaped(to: [-1, 1, 1, 1]) } ?? y
    }

    /// What it does to a volume of these T, H, W.
    public func shape(of volume: [Int]) -> ConvolutionShape {
        ConvolutionShape(inputs: inputs, outputs: weight.value.shape[0], input: volume, window: window, groups: groups)
    }
}
