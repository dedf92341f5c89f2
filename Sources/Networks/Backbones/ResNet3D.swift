import Tensor

/// A residual network of 3-D convolutions: a stem and four stages, under torchvision's names.
public final class ResNet3D: Backbone {
    /// What tells one published form from another.
    struct Form {
        var block = BlockKind.basic
        var blocks = [2, 2, 2, 2]
        /// Taps along T of each stage's blocks.
        var temporalTaps = [3, 3, 3, 3]
        /// Steps of each stage along T, H, W.
        var strides = [[1, 1, 1], [2, 2, 2], [2, 2, 2], [2, 2, 2]]
        /// The channels between the halves of the first convolution, where that is factored.
        var stemMiddle: Int?
        /// The first convolution.
        var stem = Window(kernel: [3, 7, 7], stride: [1, 2, 2], padding: [1, 3, 3])
        /// A pooling after the stem.
        var stemPooling: Window?
        /// A pooling after the first stage.
        var firstStagePooling: Window?
        var epsilon = 1e-5
    }

    public let stages = ["stem", "layer1", "layer2", "layer3", "layer4"]
    public let featureCount: Int
    private let form: Form
    private let stem: ConvolutionUnit
    private let layers: [Sequence<ResidualBlock3D>]

    init(_ form: Form, _ options: BackboneOptions, _ initializer: Initializer) {
        self.form = form
        let widths = [64, 128, 256, 512].map(options.channels)
        let first = initializer.named("stem"), inputs = options.inputChannels
        stem =
            form.stemMiddle.map {
                ConvolutionUnit(
                    factored: form.stem, inputs: inputs, middle: options.channels($0), outputs: widths[0], isStem: true,
                    epsilon: form.epsilon, first)
            } ?? ConvolutionUnit(inputs: inputs, outputs: widths[0], window: form.stem, epsilon: form.epsilon, first)
        let channels = [widths[0]] + widths.map { form.block.expansion * $0 }
        layers = widths.indices.map { stage in
            let name = initializer.named("layer\(stage + 1)")
            return Sequence(
                (0..<options.blocks(form.blocks[stage])).map { block in
                    ResidualBlock3D(
                        form.block, inputs: channels[block > 0 ? stage + 1 : stage], width: widths[stage],
                        temporalTaps: form.temporalTaps[stage], stride: block > 0 ? [1, 1, 1] : form.strides[stage],
                        epsilon: form.epsilon, name.named(String(block)))
                })
        }
        featureCount = channels[4]
    }

    public var children: [(name: String, module: any Module)] {
        [("stem", stem)] + layers.enumerated().map { ("layer\($0.offset + 1)", $0.element) }
    }

    public func features(
        _ x: Tensor, after start: String?, through end: String?, _ context: ForwardContext, visit: (String, Tensor) -> Void
    ) -> Tensor {
        var features = x.asActivations
        for index in stageIndices(after: start, through: end) {
            features = context.part(.stage, features) { self.stage(index, $0, $1) }
            visit(stages[index], features)
        }
        return features
    }

    private func stage(_ index: Int, _ x: Tensor, _ context: ForwardContext) -> Tensor {
        guard index > 0 else {
            let y = context.part(.block, x) { self.stem($0, relu: true, $1) }
            return form.stemPooling.map(y.maxPooled) ?? y
        }
        let y = layers[index - 1].parts.reduce(x) { x, block in context.part(.block, x) { block($0, $1) } }
        return index == 1 ? form.firstStagePooling.map(y.maxPooled) ?? y : y
    }

    public func features(_ x: GraphValue) -> GraphValue {
        let y = stem(x, relu: true)
        return layers.enumerated().reduce(form.stemPooling.map(y.maxPooled) ?? y) { x, layer in
            let y = layer.element.parts.reduce(x) { $1($0) }
            return layer.offset == 0 ? form.firstStagePooling.map(y.maxPooled) ?? y : y
        }
    }

    public func convolutions(of clip: [Int]) -> [NamedConvolution] {
        var found = stem.convolutions(of: clip).below("stem")
        var volume = found.last?.shape.output ?? clip
        if let pooling = form.stemPooling { volume = volume.pooled(by: pooling) }
        for (index, layer) in layers.enumerated() {
            for (number, block) in layer.parts.enumerated() {
                let inner = block.convolutions(of: volume)
                found += inner.below("layer\(index + 1).\(number)")
                volume = inner.last?.shape.output ?? volume
            }
            if index == 0, let pooling = form.firstStagePooling { volume = volume.pooled(by: pooling) }
        }
        return found
    }
}

extension [Int] {
    /// The extents `[C, T, H, W]` after a pooling.
    func pooled(by window: Window) -> [Int] { [self[0]] + window.output(for: Array(self[1...])) }
}
