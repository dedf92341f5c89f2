import Files
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
    /// The convolutions of one forward pass of a clip `[C, T, H, W]`, in order, by their names.
    func convolutions(of clip: [Int]) -> [NamedConvolution]
    /// Multiply-adds of one forward pass of a clip: convolutions, linear layers, attention.
    func multiplyAdds(of clip: [Int]) -> Int
    /// `[C, T, H, W]` of the last stage for a clip.
    func output(of clip: [Int]) -> [Int]
    /// What the first layer that cannot take a clip `[C, T, H, W]`, or what is left of it, expects; nil where all fit.
    func mismatch(with clip: [Int]) -> ShapeMismatch?
}

extension Backbone {
    /// The features of the last stage, not pooled: `[N, C, T, H, W]`.
    public func features(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        features(x, after: nil, through: nil, context) { _, _ in }
    }

    /// The indices of the stages from the one after `start` (nil: the first) up to and with `end` (nil: the last).
    func stageIndices(after start: String?, through end: String?) -> Range<Int> {
        let first = start.map { (stages.firstIndex(of: $0) ?? -1) + 1 } ?? 0
        let last = end.flatMap { stages.firstIndex(of: $0) } ?? stages.count - 1
        return first..<max(first, last + 1)
    }

    /// Those of the convolutions.
    public func multiplyAdds(of clip: [Int]) -> Int { convolutions(of: clip).reduce(0) { $0 + $1.shape.multiplyAdds } }

    /// That of the last convolution; the convolutions of a residual block end with that of its shortcut.
    public func output(of clip: [Int]) -> [Int] { convolutions(of: clip).last?.shape.output ?? clip }

    /// The first convolution whose window does not fit, or whose channels are others.
    public func mismatch(with clip: [Int]) -> ShapeMismatch? {
        guard clip.count == 4 else {
            return ShapeMismatch(layer: stages.first ?? "", expected: "a clip [C, T, H, W]", found: clip)
        }
        for (index, (name, shape)) in convolutions(of: clip).enumerated() {
            let least = shape.leastInput, found = [index == 0 ? clip[0] : shape.inputs] + shape.input
            guard found[0] == shape.inputs, zip(shape.input, least).allSatisfy({ $0 >= $1 }) else {
                let extents = least.map { "at least \($0)" }.joined(separator: ", ")
                return ShapeMismatch(layer: name, expected: "[\(shape.inputs), \(extents)]", found: found)
            }
        }
        return nil
    }
}

/// A layer that cannot take what it is given.
public struct ShapeMismatch: ReportedError, Equatable {
    /// The dotted name of the layer.
    public let layer: String
    /// The shape that it takes, in words.
    public let expected: String
    /// The shape that it is given.
    public let found: [Int]
    public var exitCode: ExitCode { .configuration }
    public var description: String { "\(layer) expects \(expected) and is given \(found)" }

    /// A mismatch; see the properties.
    public init(layer: String, expected: String, found: [Int]) {
        self.layer = layer
        self.expected = expected
        self.found = found
    }
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
