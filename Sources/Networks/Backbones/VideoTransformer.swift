import Foundation
import Tensor

/// A transformer over tubelets of a clip (Dosovitskiy et al. 2021; Arnab et al. 2021), under the names of torchvision's
/// `VisionTransformer`: `conv_proj`, `class_token`, `encoder.pos_embedding`, `encoder.layers.encoder_layer_0`, ..., `encoder.ln`.
///
/// Without a class token stages give `[N, D, T', H', W']`, a vector for each tubelet. With one they give `[N, D, 1 + tubelets, 1,
/// 1]`, the token first, and the last stage `[N, D, 1, 1, 1]`, the token alone. What is left of a clip beyond whole tubelets is
/// not seen.
public final class VideoTransformer: Backbone {
    /// Where a token is.
    public enum Positions: Sendable, Equatable {
        /// Fixed sines and cosines of time, row and column, for clips of any size.
        case sine
        /// A learned vector for each place of a grid of T', H', W' tubelets, and one for the class token: for clips of one size.
        case learned(grid: [Int])
    }

    /// What tells one transformer from another. The defaults are the small version of the VATT card.
    public struct Form: Sendable, Equatable {
        /// Frames, rows and columns of a tubelet.
        public var tubelet = [2, 16, 16]
        /// Layers.
        public var layers = 4
        /// Heads of each attention.
        public var heads = 3
        /// Values of a head, which `BackboneOptions.width` multiplies.
        public var headFeatures = 64
        /// Values between the linear layers of a layer, for each feature.
        public var expansion = 4
        /// Where tokens are.
        public var positions = Positions.sine
        /// Whether a learned token is put in front, which then stands for the clip; else the mean over tubelets does.
        public var hasClassToken = false
        /// The share dropped in each layer in training.
        public var dropoutRate = 0.0
        /// Added to the variances of the normalisations.
        public var epsilon = 1e-6

        /// The defaults.
        public init() {}
    }

    public let stages: [String]
    public let featureCount: Int
    let form: Form
    let projection: Convolution3D
    let classToken: Parameter?, positions: Parameter?
    let layers: [TransformerBlock]
    let normalization: LayerNormalization

    /// A transformer with weights drawn by `initializer`.
    public init(_ form: Form, _ options: BackboneOptions, _ initializer: Initializer) {
        self.form = form
        let features = form.heads * options.channels(form.headFeatures), encoder = initializer.named("encoder")
        featureCount = features
        projection = Convolution3D(
            inputs: options.inputChannels, outputs: features, window: Window(kernel: form.tubelet, stride: form.tubelet),
            hasBias: true, initializer.named("conv_proj"))
        classToken = form.hasClassToken ? Parameter(initializer.constant(0, [1, 1, features]), role: .bias) : nil
        if case .learned(let grid) = form.positions {
            let shape = [1, grid.reduce(1, *) + (form.hasClassToken ? 1 : 0), features]
            positions = Parameter(encoder.named("pos_embedding").normal(shape, standardDeviation: 0.02), role: .bias)
        } else {
            positions = nil
        }
        layers = (0..<options.blocks(form.layers)).map { layer in
            TransformerBlock(
                features: features, heads: form.heads, hidden: form.expansion * features, dropoutRate: form.dropoutRate,
                epsilon: form.epsilon, encoder.named("layers").named("encoder_layer_\(layer)"))
        }
        normalization = LayerNormalization(features: features, epsilon: form.epsilon, encoder.named("ln"))
        stages = ["stem"] + layers.indices.map { "layer\($0 + 1)" }
    }

    public var ownParameters: [(name: String, parameter: Parameter)] { classToken.map { [("class_token", $0)] } ?? [] }

    public var children: [(name: String, module: any Module)] {
        let blocks = layers.enumerated().map { (name: "encoder_layer_\($0.offset)", module: $0.element as any Module) }
        return [
            ("conv_proj", projection),
            ("encoder", TransformerEncoder(positions: positions, [("layers", NamedParts(blocks)), ("ln", normalization)])),
        ]
    }

    public func features(
        _ x: Tensor, after start: String?, through end: String?, _ context: ForwardContext, visit: (String, Tensor) -> Void
    ) -> Tensor {
        var features = x
        for index in stageIndices(after: start, through: end) {
            features = index == 0 ? embedded(x) : stage(index, features, context)
            visit(stages[index], features)
        }
        return features
    }

    /// The tokens of clips `[N, C, T, H, W]` with their positions.
    private func embedded(_ clips: Tensor) -> Tensor {
        let volume = projection(clips), grid = Array(volume.shape[2...])
        if case .learned(let expected) = form.positions {
            precondition(grid == expected, "encoder.pos_embedding: expected tubelets \(expected), given \(grid)")
        }
        var tokens = VideoTransformer.tokens(of: volume)
        if form.positions == .sine {
            tokens = tokens + SinePositions.table(grid: grid, features: featureCount, elementType: tokens.elementType)
        }
        if let classToken {
            tokens = .concatenated([classToken.value.expanded(to: [tokens.shape[0], 1, featureCount]), tokens], axis: 1)
        }
        if let positions { tokens = tokens + positions.value }
        return shown(tokens, grid: grid)
    }

    private func stage(_ index: Int, _ x: Tensor, _ context: ForwardContext) -> Tensor {
        let layer = layers[index - 1]
        // A stage has one block.
        let tokens = context.named(stages[index]).part(.stage, VideoTransformer.tokens(of: x)) { x, context in
            context.part(.block, x) { layer($0, $1) }
        }
        guard index == layers.count else { return shown(tokens, grid: Array(x.shape[2...])) }
        let normalized = normalization(form.hasClassToken ? tokens.sliced(0..<1, axis: 1) : tokens)
        return shown(normalized, grid: form.hasClassToken ? [1, 1, 1] : Array(x.shape[2...]))
    }

    /// `[N, D, T', H', W']` as `[N, tokens, D]`; no copy of what lies channels-last.
    private static func tokens(of volume: Tensor) -> Tensor {
        volume.permuted([0, 2, 3, 4, 1]).reshaped(to: [volume.shape[0], -1, volume.shape[1]])
    }

    /// `[N, tokens, D]` as stages show it; without a class token the tokens are those of `grid`.
    private func shown(_ tokens: Tensor, grid: [Int]) -> Tensor {
        let extents = tokens.shape[1] == grid.reduce(1, *) ? grid : [tokens.shape[1], 1, 1]
        return tokens.reshaped(to: [tokens.shape[0]] + extents + [featureCount]).permuted([0, 4, 1, 2, 3])
    }
}

// MARK: Cost and shapes

extension VideoTransformer {
    public func convolutions(of clip: [Int]) -> [NamedConvolution] {
        [("conv_proj", projection.shape(of: Array(clip[1...])))]
    }

    public func multiplyAdds(of clip: [Int]) -> Int {
        let tubelets = projection.shape(of: Array(clip[1...]))
        let length = tubelets.output[1...].reduce(1, *) + (form.hasClassToken ? 1 : 0)
        return layers.reduce(tubelets.multiplyAdds) { $0 + $1.multiplyAdds(length: length) }
    }

    public func output(of clip: [Int]) -> [Int] {
        form.hasClassToken ? [featureCount, 1, 1, 1] : projection.shape(of: Array(clip[1...])).output
    }

    public func mismatch(with clip: [Int]) -> ShapeMismatch? {
        guard clip.count == 4, clip[0] == projection.inputs, zip(clip[1...], form.tubelet).allSatisfy({ $0 >= $1 }) else {
            let extents = form.tubelet.map { "at least \($0)" }.joined(separator: ", ")
            return ShapeMismatch(layer: "conv_proj", expected: "[\(projection.inputs), \(extents)]", found: clip)
        }
        guard case .learned(let grid) = form.positions else { return nil }
        let found = Array(projection.shape(of: Array(clip[1...])).output[1...])
        return found == grid
            ? nil : ShapeMismatch(layer: "encoder.pos_embedding", expected: "tubelets \(grid)", found: found)
    }
}

/// The part `encoder` with its positions.
private final class TransformerEncoder: Module {
    let ownParameters: [(name: String, parameter: Parameter)]
    let children: [(name: String, module: any Module)]

    init(positions: Parameter?, _ children: [(name: String, module: any Module)]) {
        ownParameters = positions.map { [("pos_embedding", $0)] } ?? []
        self.children = children
    }
}

/// Fixed positions of tubelets.
enum SinePositions {
    /// `[T' H' W', features]`: a sixth of the features each, the rest 0, are sines and cosines of time, of row and of column, at wavelengths
    /// from 2 pi to 10,000 x 2 pi (Vaswani et al. 2017).
    static func table(grid: [Int], features: Int, elementType: ElementType) -> Tensor {
        let sixth = features / 6
        let rates = Self.rates(sixth)
        func waves(_ place: Int) -> [Double] {
            rates.map { sin(Double(place) * $0) } + rates.map { cos(Double(place) * $0) }
        }
        let rest = [Double](repeating: 0, count: features - 6 * sixth)
        var values: [Double] = []
        values.reserveCapacity(grid.reduce(features, *))
        for time in 0..<grid[0] {
            for row in 0..<grid[1] {
                for column in 0..<grid[2] { values += waves(time) + waves(row) + waves(column) + rest }
            }
        }
        return Tensor(values, shape: [grid.reduce(1, *), features]).converted(to: elementType)
    }

    /// What places are multiplied by, `count` of them.
    static func rates(_ count: Int) -> [Double] { (0..<count).map { pow(10_000, -Double($0) / Double(count)) } }
}
