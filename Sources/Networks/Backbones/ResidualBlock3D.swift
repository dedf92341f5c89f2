import Tensor

/// What the convolutions of a residual block are.
enum BlockKind {
    /// Two of three taps along H and W (He et al. 2016; Tran et al. 2018).
    case basic
    /// As `basic`, each convolution cut into one over the picture and one along time, with about as many weights (Tran et al. 2018).
    case factored
    /// One tap to the inner width, three taps along H and W, one tap to four times the width (He et al. 2016; Feichtenhofer et
    /// al. 2019, slow pathway): taps along T are in the first, the step is in the second.
    case bottleneck

    /// The channels between the halves of a factored 3x3x3 convolution, by which it has as many weights as the whole.
    static func middleChannels(inputs: Int, outputs: Int) -> Int { 27 * inputs * outputs / (9 * inputs + 3 * outputs) }

    /// Channels that leave a block, for each of its inner width.
    var expansion: Int { self == .bottleneck ? 4 : 1 }

    /// Channels that leave each convolution and its window, in order.
    ///
    /// `temporalTaps` is odd, so that padding keeps T; `stride` is that of the whole block along T, H, W.
    func convolutions(width: Int, temporalTaps: Int, stride: [Int]) -> [(outputs: Int, window: Window)] {
        let before = temporalTaps / 2
        switch self {
        case .basic, .factored:
            return [stride, [1, 1, 1]].map {
                (width, Window(kernel: [temporalTaps, 3, 3], stride: $0, padding: [before, 1, 1]))
            }
        case .bottleneck:
            return [
                (width, Window(kernel: [temporalTaps, 1, 1], padding: [before, 0, 0])),
                (width, Window(kernel: [1, 3, 3], stride: stride, padding: [0, 1, 1])),
                (expansion * width, Window(kernel: [1, 1, 1])),
            ]
        }
    }
}

/// Normalised convolutions `conv1`, `conv2`, ..., each with a ReLU, and a shortcut that is added before the last ReLU.
///
/// The shortcut is the input itself, or a 1x1x1 convolution `downsample` of it where the block changes the shape.
final class ResidualBlock3D: Module {
    private let convolutions: [ConvolutionUnit], downsample: ConvolutionUnit?

    init(
        _ kind: BlockKind, inputs: Int, width: Int, temporalTaps: Int, stride: [Int], epsilon: Double, _ initializer: Initializer
    ) {
        func unit(_ name: String, _ inputs: Int, _ outputs: Int, _ window: Window) -> ConvolutionUnit {
            ConvolutionUnit(inputs: inputs, outputs: outputs, window: window, epsilon: epsilon, initializer.named(name))
        }
        let layers = kind.convolutions(width: width, temporalTaps: temporalTaps, stride: stride)
        let channels = [inputs] + layers.map(\.outputs), outputs = channels[layers.count]
        // That of the first convolution for both, as torchvision has it.
        let middle = kind == .factored ? BlockKind.middleChannels(inputs: inputs, outputs: outputs) : nil
        convolutions = layers.indices.map { index in
            let name = "conv\(index + 1)", window = layers[index].window
            guard let middle else { return unit(name, channels[index], channels[index + 1], window) }
            return ConvolutionUnit(
                factored: window, inputs: channels[index], middle: middle, outputs: channels[index + 1], isStem: false,
                epsilon: epsilon, initializer.named(name))
        }
        let changesShape = inputs != outputs || stride != [1, 1, 1]
        downsample = changesShape ? unit("downsample", inputs, outputs, Window(kernel: [1, 1, 1], stride: stride)) : nil
    }

    var children: [(name: String, module: any Module)] {
        convolutions.enumerated().map { ("conv\($0.offset + 1)", $0.element) } + (downsample.map { [("downsample", $0)] } ?? [])
    }

    /// `[N, C, T, H, W]` to `[N, C', T', H', W']`.
    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let last = convolutions.count - 1
        let inner = convolutions[..<last].reduce(x) { $1($0, relu: true, context) }
        let shortcut = downsample.map { $0(x, relu: false, context) } ?? x
        return convolutions[last](inner, adding: shortcut, relu: true, context)
    }

    /// The same in a graph.
    func callAsFunction(_ x: GraphValue) -> GraphValue {
        let last = convolutions.count - 1
        let inner = convolutions[..<last].reduce(x) { $1($0, relu: true) }
        return convolutions[last](inner, adding: downsample.map { $0(x, relu: false) } ?? x, relu: true)
    }

    /// The convolutions over `[C, T, H, W]`; the last has the extents of the block's output.
    func convolutions(of volume: [Int]) -> [NamedConvolution] {
        var found: [NamedConvolution] = []
        for (index, unit) in convolutions.enumerated() {
            found += unit.convolutions(of: found.last?.shape.output ?? volume).below("conv\(index + 1)")
        }
        return found + (downsample?.convolutions(of: volume).below("downsample") ?? [])
    }
}
