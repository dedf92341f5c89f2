import Tensor

/// ResNet-18 over pictures (He et al. 2016), under the names and shapes of torchvision's `resnet18`.
///
/// It takes pictures `[N, C, H, W]`, such as spectrograms of one channel, or clips `[N, C, T, H, W]`, whose frames it sees one by
/// one; stages give `[N, C', T, H', W']` with T = 1 for pictures.
public final class ResNet2D: Backbone {
    public let stages = ["stem", "layer1", "layer2", "layer3", "layer4"]
    public let featureCount: Int
    private let convolution: Convolution2D, normalization: BatchNormalization
    private let layers: [Sequence<ResidualBlock2D>]
    private static let pooling = Window(kernel: [1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1])

    /// A network with weights drawn by `initializer`; two blocks a stage where `options.depth` is 1.
    public init(_ options: BackboneOptions, _ initializer: Initializer) {
        let widths = [64, 128, 256, 512].map(options.channels)
        convolution = Convolution2D(
            inputs: options.inputChannels, outputs: widths[0], kernel: 7, stride: 2, padding: 3, initializer.named("conv1"))
        normalization = BatchNormalization(channels: widths[0], initializer.named("bn1"))
        layers = widths.indices.map { stage in
            let name = initializer.named("layer\(stage + 1)")
            return Sequence(
                (0..<options.blocks(2)).map { block in
                    ResidualBlock2D(
                        inputs: block > 0 || stage == 0 ? widths[stage] : widths[stage - 1], outputs: widths[stage],
                        stride: block > 0 || stage == 0 ? 1 : 2, name.named(String(block)))
                })
        }
        featureCount = widths[3]
    }

    public var children: [(name: String, module: any Module)] {
        [("conv1", convolution), ("bn1", normalization)] + layers.enumerated().map { ("layer\($0.offset + 1)", $0.element) }
    }

    public func features(
        _ x: Tensor, after start: String?, through end: String?, _ context: ForwardContext, visit: (String, Tensor) -> Void
    ) -> Tensor {
        var features = (x.rank == 4 ? x.reshaped(to: [x.shape[0], x.shape[1], 1] + x.shape[2...]) : x).asActivations
        for index in stageIndices(after: start, through: end) {
            features = context.part(.stage, features) { self.stage(index, $0, $1) }
            visit(stages[index], features)
        }
        return features
    }

    private func stage(_ index: Int, _ x: Tensor, _ context: ForwardContext) -> Tensor {
        guard index > 0 else {
            return context.part(.block, x) { self.normalization(self.convolution($0), relu: true, $1) }.maxPooled(Self.pooling)
        }
        return layers[index - 1].parts.reduce(x) { x, block in context.part(.block, x) { block($0, $1) } }
    }

    public func features(_ x: GraphValue) -> GraphValue {
        layers.reduce(normalization(convolution(x), relu: true).maxPooled(Self.pooling)) { $1.parts.reduce($0) { $1($0) } }
    }

    public func convolutions(of clip: [Int]) -> [NamedConvolution] {
        var found: [NamedConvolution] = [("conv1", convolution.shape(of: Array(clip[1...])))]
        var volume = found[0].shape.output.pooled(by: Self.pooling)
        for (index, layer) in layers.enumerated() {
            for (number, block) in layer.parts.enumerated() {
                let inner = block.convolutions(of: volume)
                found += inner.below("layer\(index + 1).\(number)")
                volume = inner.last?.shape.output ?? volume
            }
        }
        return found
    }
}

/// Two convolutions of 3 x 3 pixels, `conv1`, `bn1`, `conv2`, `bn2`, and a shortcut that is added before the last ReLU: the input
/// itself, or a pointwise convolution `downsample` of it where the block changes the shape.
final class ResidualBlock2D: Module {
    private let convolutions: [Convolution2D], normalizations: [BatchNormalization]
    private let downsample: (convolution: Convolution2D, normalization: BatchNormalization)?

    init(inputs: Int, outputs: Int, stride: Int, _ initializer: Initializer) {
        convolutions = [(inputs, stride), (outputs, 1)].enumerated().map { index, layer in
            Convolution2D(
                inputs: layer.0, outputs: outputs, kernel: 3, stride: layer.1, padding: 1, initializer.named("conv\(index + 1)"))
        }
        normalizations = (1...2).map { BatchNormalization(channels: outputs, initializer.named("bn\($0)")) }
        let shortcut = initializer.named("downsample")
        downsample =
            inputs != outputs || stride != 1
            ? (
                Convolution2D(inputs: inputs, outputs: outputs, kernel: 1, stride: stride, shortcut.named("0")),
                BatchNormalization(channels: outputs, shortcut.named("1"))
            ) : nil
    }

    var children: [(name: String, module: any Module)] {
        zip(convolutions, normalizations).enumerated().flatMap { index, pair in
            [("conv\(index + 1)", pair.0 as any Module), ("bn\(index + 1)", pair.1)]
        } + (downsample.map { [("downsample", NamedParts([("0", $0.convolution), ("1", $0.normalization)]))] } ?? [])
    }

    /// `[N, C, T, H, W]` to `[N, C', T, H', W']`.
    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let inner = normalizations[0](convolutions[0](x), relu: true, context)
        let shortcut = downsample.map { $0.normalization($0.convolution(x), context) } ?? x
        return normalizations[1](convolutions[1](inner), adding: shortcut, relu: true, context)
    }

    /// The same in a graph.
    func callAsFunction(_ x: GraphValue) -> GraphValue {
        let inner = normalizations[0](convolutions[0](x), relu: true)
        let shortcut = downsample.map { $0.normalization($0.convolution(x)) } ?? x
        return normalizations[1](convolutions[1](inner), adding: shortcut, relu: true)
    }

    /// The convolutions over `[C, T, H, W]`; the last has the extents of the block's output.
    func convolutions(of volume: [Int]) -> [NamedConvolution] {
        let first = convolutions[0].shape(of: Array(volume[1...])), second = convolutions[1].shape(of: Array(first.output[1...]))
        return [("conv1", first), ("conv2", second)]
            + (downsample.map { [("downsample.0", $0.convolution.shape(of: Array(volume[1...])))] } ?? [])
    }
}
