import Tensor

/// Two 3x3x3 convolutions with a shortcut (He et al. 2016; Tran et al. 2018).
final class ResidualBlock3D: Module {
    private let conv1: ConvolutionUnit, conv2: ConvolutionUnit, downsample: ConvolutionUnit?

    init(inputs: Int, outputs: Int, stride: [Int], epsilon: Double, _ initializer: Initializer) {
        conv1 = ConvolutionUnit(
            inputs: inputs, outputs: outputs, window: Window(kernel: [3, 3, 3], stride: stride, padding: [1, 1, 1]),
            epsilon: epsilon, initializer.named("conv1"))
        conv2 = ConvolutionUnit(
            inputs: outputs, outputs: outputs, window: Window(kernel: [3, 3, 3], padding: [1, 1, 1]), epsilon: epsilon,
            initializer.named("conv2"))
        let changesShape = inputs != outputs || stride != [1, 1, 1]
        downsample =
            changesShape
            ? ConvolutionUnit(
                inputs: inputs, outputs: outputs, window: Window(kernel: [1, 1, 1], stride: stride), epsilon: epsilon,
                initializer.named("downsample")) : nil
    }

    var children: [(name: String, module: any Module)] {
        [("conv1", conv1), ("conv2", conv2)] + (downsample.map { [("downsample", $0)] } ?? [])
    }

    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let inner = conv1(x, relu: true, context)
        let shortcut = downsample.map { $0(x, relu: false, context) } ?? x
        return conv2(inner, adding: shortcut, relu: true, context)
    }

    func convolutions(of volume: [Int]) -> [ConvolutionShape] {
        let first = conv1.shape(of: volume)
        return [first, conv2.shape(of: first.output)] + (downsample.map { [$0.shape(of: volume)] } ?? [])
    }
}

/// A residual network of 3-D convolutions: a stem and four stages, under torchvision's names.
public final class ResNet3D: Backbone {
    /// What tells one published form from another.
    struct Form {
        var blocks = [2, 2, 2, 2]
        /// Steps of each stage along T, H, W.
        var strides = [[1, 1, 1], [2, 2, 2], [2, 2, 2], [2, 2, 2]]
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
        stem = ConvolutionUnit(
            inputs: options.inputChannels, outputs: widths[0],
            window: form.stem, epsilon: form.epsilon,
            initializer.named("stem"))
        layers = widths.indices.map { stage in
            let name = initializer.named("layer\(stage + 1)")
            return Sequence(
                (0..<options.blocks(form.blocks[stage])).map { block in
                    ResidualBlock3D(
                        inputs: block > 0 ? widths[stage] : widths[max(0, stage - 1)], outputs: widths[stage],
                        stride: block > 0 ? [1, 1, 1] : form.strides[stage], epsilon: form.epsilon, name.named(String(block)))
                })
        }
        featureCount = widths[3]
    }

    public var children: [(name: String, module: any Module)] {
        [("stem", stem)] + layers.enumerated().map { ("layer\($0.offset + 1)", $0.element) }
    }

    public func features(
        _ x: Tensor, after start: String?, through end: String?, _ context: ForwardContext, visit: (String, Tensor) -> Void
    ) -> Tensor {
        let first = start.map { (stages.firstIndex(of: $0) ?? -1) + 1 } ?? 0
        let last = end.flatMap { stages.firstIndex(of: $0) } ?? stages.count - 1
        var features = x
        for index in stride(from: first, through: last, by: 1) {
            features = stage(index, features, context)
            visit(stages[index], features)
        }
        return features
    }

    private func stage(_ index: Int, _ x: Tensor, _ context: ForwardContext) -> Tensor {
        guard index > 0 else {
            let y = stem(x, relu: true, context)
            return form.stemPooling.map(y.maxPooled) ?? y
        }
        let y = layers[index - 1].parts.reduce(x) { $1($0, context) }
        return index == 1 ? form.firstStagePooling.map(y.maxPooled) ?? y : y
    }

    public func convolutions(of clip: [Int]) -> [ConvolutionShape] {
        let first = stem.shape(of: clip)
        var shapes = [first]
        var volume = form.stemPooling.map { first.output.pooled(by: $0) } ?? first.output
        for (index, layer) in layers.enumerated() {
            for block in layer.parts {
                let inner = block.convolutions(of: volume)
                shapes += inner
                volume = inner[1].output
            }
            if index == 0, let pooling = form.firstStagePooling { volume = volume.pooled(by: pooling) }
        }
        return shapes
    }
}

extension [Int] {
    /// The extents `[C, T, H, W]` after a pooling.
    fileprivate func pooled(by window: Window) -> [Int] { [self[0]] + window.output(for: Array(self[1...])) }
}
