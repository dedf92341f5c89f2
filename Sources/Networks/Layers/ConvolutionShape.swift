import Tensor

/// The extents of one convolution of one clip: what its arithmetic and its weights amount to.
public struct ConvolutionShape: Hashable, Sendable {
    /// Channels that come in and go out.
    public let inputs: Int, outputs: Int
    /// T, H, W of the input.
    public let input: [Int]
    /// Taps, steps and padding.
    public let window: Window
    /// The parts that the channels are cut into.
    public let groups: Int

    /// A shape; `input` has three extents.
    public init(inputs: Int, outputs: Int, input: [Int], window: Window, groups: Int = 1) {
        precondition(input.count == 3, "a volume has three extents, not \(input)")
        self.inputs = inputs
        self.outputs = outputs
        self.input = input
        self.window = window
        self.groups = groups
    }

    /// `[C, T, H, W]` of the output.
    public var output: [Int] { [outputs] + window.output(for: input) }

    /// Weights.
    public var weightCount: Int { window.kernel.reduce(inputs / groups * outputs, *) }

    /// The least T, H, W that the window fits into.
    public var leastInput: [Int] { (0..<3).map { max(1, window.kernel[$0] - 2 * window.padding[$0]) } }

    /// Multiply-adds of a forward pass of one clip.
    public var multiplyAdds: Int { output[1...].reduce(weightCount, *) }
}
