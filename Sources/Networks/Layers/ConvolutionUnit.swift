import Tensor

/// Convolutions, each followed by a normalisation and, but for the last, by a ReLU; the last ReLU is applied where asked.
///
/// Names are those of torchvision's video networks.
final class ConvolutionUnit: Module {
    let children: [(name: String, module: any Module)]
    private let steps: [(name: String, convolution: Convolution3D, normalization: BatchNormalization)]

    /// One convolution: "0", and its normalisation "1".
    init(inputs: Int, outputs: Int, window: Window, epsilon: Double, _ initializer: Initializer) {
        let convolution = Convolution3D(inputs: inputs, outputs: outputs, window: window, initializer.named("0"))
        let normalization = BatchNormalization(channels: outputs, epsilon: epsilon, initializer.named("1"))
        children = [("0", convolution), ("1", normalization)]
        steps = [("0", convolution, normalization)]
    }

    /// A convolution over the picture to `middle` channels, then one along time (Tran et al. 2018): the two halves of `window`.
    ///
    /// `isStem`: "0", "1" and "3", "4"; else "0.0", "0.1" and "0.3", "1", as torchvision names those of a stem and of a block.
    init(
        factored window: Window, inputs: Int, middle: Int, outputs: Int, isStem: Bool, epsilon: Double, _ initializer: Initializer
    ) {
        func half(_ values: [Int], _ neutral: Int, isSpatial: Bool) -> [Int] {
            isSpatial ? [neutral, values[1], values[2]] : [values[0], neutral, neutral]
        }
        func half(isSpatial: Bool) -> Window {
            Window(
                kernel: half(window.kernel, 1, isSpatial: isSpatial), stride: half(window.stride, 1, isSpatial: isSpatial),
                padding: half(window.padding, 0, isSpatial: isSpatial))
        }
        let inner = isStem ? initializer : initializer.named("0"), last = isStem ? "4" : "1"
        let spatial = Convolution3D(inputs: inputs, outputs: middle, window: half(isSpatial: true), inner.named("0"))
        let between = BatchNormalization(channels: middle, epsilon: epsilon, inner.named("1"))
        let temporal = Convolution3D(inputs: middle, outputs: outputs, window: half(isSpatial: false), inner.named("3"))
        let normalization = BatchNormalization(channels: outputs, epsilon: epsilon, initializer.named(last))
        let halves: [(name: String, module: any Module)] = [("0", spatial), ("1", between), ("3", temporal)]
        children = (isStem ? halves : [("0", NamedParts(halves))]) + [(last, normalization)]
        let prefix = isStem ? "" : "0."
        steps = [(prefix + "0", spatial, between), (prefix + "3", temporal, normalization)]
    }

    func callAsFunction(_ x: Tensor, adding residual: Tensor? = nil, relu: Bool, _ context: ForwardContext) -> Tensor {
        let last = steps.count - 1
        let inner = steps[..<last].reduce(x) { $1.normalization($1.convolution($0), relu: true, context) }
        return steps[last].normalization(steps[last].convolution(inner), adding: residual, relu: relu, context)
    }

    /// The same in a graph.
    func callAsFunction(_ x: GraphValue, adding residual: GraphValue? = nil, relu: Bool) -> GraphValue {
        let last = steps.count - 1
        let inner = steps[..<last].reduce(x) { $1.normalization($1.convolution($0), relu: true) }
        return steps[last].normalization(steps[last].convolution(inner), adding: residual, relu: relu)
    }

    /// The convolutions over `[C, T, H, W]`, by their names below that of this part.
    func convolutions(of volume: [Int]) -> [NamedConvolution] {
        var found: [NamedConvolution] = []
        for step in steps {
            let input = found.last?.shape.output ?? volume
            found.append((step.name, step.convolution.shape(of: Array(input[1...]))))
        }
        return found
    }
}

/// A convolution of a network under its dotted name.
public typealias NamedConvolution = (name: String, shape: ConvolutionShape)

extension [NamedConvolution] {
    /// The same under names below `name`.
    func below(_ name: String) -> [NamedConvolution] { map { ("\(name).\($0.name)", $0.shape) } }
}
