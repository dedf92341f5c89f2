import Tensor

/// A convolution without bias: `[N, inputs, T, H, W]` to `[N, outputs, T', H', W']`.
///
/// `weight` is `[outputs, inputs, kt, kh, kw]`, drawn by Kaiming's rule for fan-out.
public final class Convolution3D: Module {
    /// The kernel.
    public let weight: Parameter
    /// The extents, steps and padding.
    public let window: Window

    /// A layer with weights drawn by `initializer`.
    public init(inputs: Int, outputs: Int, window: Window, _ initializer: Initializer) {
        weight = Parameter(initializer.named("weight").kaimingFanOut([outputs, inputs] + window.kernel), role: .kernel)
        self.window = window
    }

    public var ownParameters: [(name: String, parameter: Parameter)] { [("weight", weight)] }

    /// Convolves `x`.
    public func callAsFunction(_ x: Tensor) -> Tensor { x.convolved(weight.value, window: window) }
}
