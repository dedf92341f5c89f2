import Tensor
import TestSupport

/// Work that goes through every kernel of our own, in sizes that are cut into parts and leave tails.
enum KernelWork {
    /// A digest of the bits of all results.
    static func digest() -> String {
        let values =
            [ElementType.float32, .float64].flatMap {
                elements($0) + layers($0) + updates($0) + groups($0) + exactConvolution($0)
            } + tiledConvolution(.float32) + tiledConvolution(.bfloat16) + temporalConvolution() + layers(.bfloat16)
        return digest(values)
    }

    /// A digest of the bits of values that initial weights are made of.
    static func normalDigest() -> String {
        digest(
            [ElementType.float32, .float64].flatMap { type in
                let key = RandomKey(seed: 6, purpose: .initialisation)
                return read(Tensor.normal([50_021], standardDeviation: 0.02, key: key, elementType: type))
            })
    }

    private static func digest(_ values: [Double]) -> String {
        let folded = values.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ $1.bitPattern) &* 0x100_0000_01B3 }
        return "\(values.count) \(folded)"
    }

    private static func hash(_ name: String, _ shape: [Int], _ type: ElementType) -> Tensor { hashClips(name, shape, type) }

    private static func read(_ tensors: Tensor?...) -> [Double] { tensors.flatMap { $0?.values(as: Double.self) ?? [.nan] } }

    private static func elements(_ type: ElementType) -> [Double] {
        let x = hash("x", [70_001], type), grid = hash("grid", [37, 3, 401], type), row = hash("row", [401], type)
        return read(
            x.exp(), x.erf(), x.sigmoid(), x.tanh(), x.square(), (x + 2).log(), (x + 2).sqrt(), (x + 2).power(1.3),
            x.relu() * 0.3 - 1,
            grid * row + grid.permuted([0, 1, 2]), grid.permuted([2, 0, 1]) - 1, grid.sum(), grid.sum(axes: [0]),
            grid.sum(axes: [1, 2]), grid.max(axes: [0, 1]), grid.min(axes: [2]), grid.softmax(), x.sum(), x.max())
            + [x.norm, grid.norm]
    }

    private static func layers(_ type: ElementType) -> [Double] {
        let shape = [3, 83, 3, 11, 13]
        let x = hash("volume", shape, type).requiringGradient(), residual = hash("residual", shape, type).requiringGradient()
        let weight = hash("weight", [83], type.parameterType).requiringGradient()
        let bias = hash("bias", [83], type.parameterType).requiringGradient()
        let (y, statistics) = x.batchNormalized(weight: weight, bias: bias, epsilon: 1e-5, residual: residual, relu: true)
        let pooled = y.maxPooled(Window(kernel: [2, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1]))
        let dropped = pooled.droppedOut(rate: 0.3, key: RandomKey(seed: 3, purpose: .dropout))
        dropped.rows(at: [2, 0, 2]).square().sum().backward()
        return read(y, dropped, x.gradient, residual.gradient, weight.gradient, bias.gradient) + statistics.mean
            + statistics.variance
    }

    private static func updates(_ type: ElementType) -> [Double] {
        let weight = hash("weights", [40_003], type).copied(), velocity = hash("velocity", [40_003], type).copied()
        let average = Tensor.zeros(like: weight), gradient = hash("gradient", [40_003], type)
        for nesterov in [true, false] {
            weight.descend(
                gradient: gradient, velocity: velocity,
                GradientDescentStep(
                    learningRate: 0.1, momentum: 0.9, weightDecay: 1e-3, usesNesterov: nesterov, gradientScale: 0.7))
            average.moveTowards(weight, decay: 0.9)
        }
        let square = Tensor.zeros(like: weight), mean = Tensor.zeros(like: weight)
        for number in 1...2 {
            weight.descend(
                gradient: gradient, firstMoment: mean, secondMoment: square,
                AdaptiveMomentsStep(
                    learningRate: 0.1, firstDecay: 0.9, secondDecay: 0.99, epsilon: 1e-8, weightDecay: 0.1, gradientScale: 0.7,
                    number: number))
            weight.descendLayerwise(
                gradient: gradient, velocity: velocity, trustCoefficient: 0.1,
                GradientDescentStep(learningRate: 0.1, momentum: 0.9, weightDecay: 1e-3, usesNesterov: false, gradientScale: 0.7))
        }
        return read(weight, velocity, average, mean, square)
    }

    private static func groups(_ type: ElementType) -> [Double] {
        [(90, 90, 1), (24, 36, 4)].flatMap { inputs, outputs, width in
            let x = hash("grouped \(inputs)", [2, inputs, 3, 9, 11], type).requiringGradient()
            let w = hash("groups \(inputs)", [outputs, width, 3, 3, 3], type).requiringGradient()
            let y = x.convolved(w, window: Window(kernel: [3, 3, 3], stride: [1, 2, 1], padding: [1, 1, 1]))
            y.square().sum().backward()
            return read(y, x.gradient, w.gradient)
        }
    }

    /// Whole numbers, so that the sums of the libraries are exact in any order.
    private static func exactConvolution(_ type: ElementType) -> [Double] {
        func whole(_ name: String, _ shape: [Int]) -> Tensor {
            let values = HashValues(name).integers(shape.reduce(1, *), below: 7).map { Double($0 - 3) }
            return Tensor(values, shape: shape).converted(to: type).requiringGradient()
        }
        let x = whole("input", [3, 5, 3, 15, 13]), w = whole("kernel", [6, 5, 3, 3, 3])
        let y = x.convolved(w, window: Window(kernel: [3, 3, 3], stride: [1, 2, 2], padding: [1, 1, 1]))
        y.sum().backward()
        return read(y, x.gradient, w.gradient)
    }

    /// Tiles of both sizes, with tails, cut into several chunks.
    private static func tiledConvolution(_ type: ElementType) -> [Double] {
        [[2, 24, 3, 9, 7], [3, 40, 6, 44, 52]].flatMap { shape -> [Double] in
            let x = hash("tiles", shape, type).requiringGradient()
            let w = hash("kernel", [36, shape[1], 3, 3, 3], .float32).requiringGradient()
            let y = x.convolved(w, window: Window(kernel: [3, 3, 3], padding: [1, 1, 1]))
            y.square().sum().backward()
            return read(y, x.gradient, w.gradient)
        }
    }

    private static func temporalConvolution() -> [Double] {
        let x = hash("frames", [3, 32, 6, 13, 17], .float32).requiringGradient()
        let w = hash("taps", [48, 32, 3, 1, 1], .float32).requiringGradient()
        let y = x.convolved(w, window: Window(kernel: [3, 1, 1], padding: [1, 0, 0]))
        y.square().sum().backward()
        return read(y, x.gradient, w.gradient)
    }
}
