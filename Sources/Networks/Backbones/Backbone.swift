import Tensor

/// A network that turns clips into features, stage by stage.
public protocol Backbone: Module {
    /// The names of the stages in order, such as `stem`, `layer1`.
    var stages: [String] { get }
    /// Channels of the last stage.
    var featureCount: Int { get }
    /// Runs the stages from the one after `start` (nil: from the clip) up to and with `end` (nil: the last).
    ///
    /// `x` is a clip batch `[N, C, T, H, W]` or what stage `start` gave; `visit` sees each stage's output on the way.
    func features(
        _ x: Tensor, after start: String?, through end: String?, _ context: ForwardContext, visit: (String, Tensor) -> Void
    )
        -> Tensor
    /// Writes the stages into a graph, for evaluation: the features of the last one, not pooled.
    func features(_ x: GraphValue) -> GraphValue
    /// The convolutions of one forward pass of a clip `[C, T, H, W]`, in order.
    func convolutions(of clip: [Int]) -> [ConvolutionShape]
}

extension Backbone {
    /// The features of the last stage, not pooled: `[N, C, T, H, W]`.
    public func features(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        features(x, after: nil, through: nil, context) { _, _ in }
    }

    /// Whether every window fits into a clip `[C, T, H, W]` and what the stages before leave of it.
    public func takes(clip: [Int]) -> Bool { convolutions(of: clip).allSatisfy { ($0.input + $0.output).allSatisfy { $0 > 0 } } }
}

/// The options of a backbone.
public struct BackboneOptions: Sendable, Equatable {
    /// A factor of all channel counts.
    public var width: Double
    /// A factor of the blocks in each stage.
    public var depth: Double
    /// Channels of the input: 3 for RGB.
    public var inputChannels: Int
    /// Channels that no convolution goes below, however small `width` is.
    public var fewestChannels: Int

    /// Options; by default those of the published network.
    public init(width: Double = 1, depth: Double = 1, inputChannels: Int = 3, fewestChannels: Int = 1) {
        self.width = width
        self.depth = depth
        self.inputChannels = inputChannels
        self.fewestChannels = fewestChannels
    }

    func channels(_ published: Int) -> Int { max(fewestChannels, Int((Double(published) * width).rounded())) }
    func blocks(_ published: Int) -> Int { max(1, Int((Double(published) * depth).rounded())) }
}
