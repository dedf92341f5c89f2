import Tensor
import TestSupport
import Testing

/// Convolutions against a plain loop, in the path of the engine for either precision: f64 is always BLAS, f32 is Winograd's
/// filtering or oneDNN where there is one.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// The input `[N, C, T, H, W]`, the number of output channels, and the window.
    let input: [Int], outputs: Int, window: Window

    var testDescription: String { name }

    static let all = [
        Self(
            name: "stem of three channels", input: [2, 3, 3, 17, 15], outputs: 10,
            window: Window(kernel: [3, 7, 7], stride: [1, 2, 2], padding: [1, 3, 3])),
        Self(name: "odd sizes and channels", input: [2, 5, 3, 7, 9], outputs: 7, window: cube()),
        Self(name: "one frame", input: [3, 6, 1, 5, 4], outputs: 4, window: cube()),
        Self(name: "stride of two", input: [1, 8, 5, 9, 7], outputs: 16, window: cube(stride: 2)),
        Self(name: "one tap", input: [2, 13, 2, 3, 5], outputs: 9, window: Window(kernel: [1, 1, 1])),
        Self(
            name: "one tap, stride of two", input: [2, 16, 3, 5, 6], outputs: 17,
            window: Window(kernel: [1, 1, 1], stride: [2, 2, 2])),
        Self(name: "one channel in and out", input: [1, 1, 4, 4, 4], outputs: 1, window: Window(kernel: [2, 2, 2])),
        Self(name: "tails of a vector", input: [1, 33, 2, 3, 3], outputs: 31, window: cube()),
        Self(name: "smaller than the window", input: [2, 4, 1, 1, 1], outputs: 3, window: cube()),
        Self(
            name: "uneven window", input: [1, 3, 4, 5, 6], outputs: 2,
            window: Window(kernel: [2, 3, 1], stride: [1, 2, 1], padding: [0, 1, 0])),
        Self(
            name: "taps along time only", input: [2, 24, 5, 3, 4], outputs: 16,
            window: Window(kernel: [3, 1, 1], padding: [1, 0, 0])),
        Self(
            name: "taps and step in the picture only", input: [2, 16, 3, 9, 8], outputs: 24,
            window: Window(kernel: [1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1])),
        Self(
            name: "one tap, step in the picture only", input: [2, 16, 3, 7, 8], outputs: 32,
            window: Window(kernel: [1, 1, 1], stride: [1, 2, 2])),
        Self(name: "one tap, full vectors", input: [2, 16, 3, 7, 8], outputs: 48, window: Window(kernel: [1, 1, 1])),
        Self(
            name: "taps along time, full vectors", input: [2, 32, 5, 9, 11], outputs: 48,
            window: Window(kernel: [3, 1, 1], padding: [1, 0, 0])),
        Self(
            name: "taps along time, full vectors, one frame", input: [3, 48, 1, 5, 4], outputs: 16,
            window: Window(kernel: [3, 1, 1], padding: [1, 0, 0])),
        Self(
            name: "taps along time, full vectors, more frames out than in", input: [2, 16, 2, 6, 5], outputs: 32,
            window: Window(kernel: [4, 1, 1], padding: [3, 0, 0])),
        Self(
            name: "taps along time, full vectors, fewer frames out than in", input: [2, 16, 5, 3, 3], outputs: 16,
            window: Window(kernel: [2, 1, 1])),
        Self(name: "small tiles", input: [3, 16, 2, 5, 7], outputs: 24, window: cube()),
        Self(name: "large tiles with tails of all", input: [2, 20, 3, 26, 21], outputs: 35, window: cube()),
        Self(name: "large tiles, one frame", input: [4, 9, 1, 28, 12], outputs: 11, window: cube()),
        Self(
            name: "large tiles, taps in the picture only", input: [2, 12, 3, 24, 17], outputs: 16,
            window: Window(kernel: [1, 3, 3], padding: [0, 1, 1])),
        Self(
            name: "large tiles, padding of two along time and none in the picture", input: [2, 8, 2, 22, 18], outputs: 12,
            window: Window(kernel: [3, 3, 3], padding: [2, 0, 0])),
        Self(name: "several batches of unfolded images", input: [9, 24, 4, 24, 24], outputs: 2, window: cube()),
    ]

    private static func cube(stride: Int = 1) -> Window {
        Window(kernel: [3, 3, 3], stride: [stride, stride, stride], padding: [1, 1, 1])
    }

    /// The largest relative differences in `type` from the plain loop: of the result, the gradient of input and of weights.
    func differences(in type: ElementType) -> [Double] {
        let kernel = [outputs, input[1]] + window.kernel
        let (x, w) = (values("input", input, type), values("weights", kernel, type))
        let shape = [input[0], outputs] + window.output(for: Array(input[2...])), dy = values("gradient", shape, type)
        let (leaf, weights) = (tensor(x, input, type).requiringGradient(), tensor(w, kernel, type).requiringGradient())
        let y = leaf.convolved(weights, window: window)
        (y * tensor(dy, shape, type)).sum().backward()
        var (sums, dx, dw) = ([Double](repeating: 0, count: dy.count), x.map { _ in 0.0 }, w.map { _ in 0.0 })
        forEachTap(outputShape: shape) { place, source, tap in
            sums[place] += x[source] * w[tap]
            dx[source] += dy[place] * w[tap]
            dw[tap] += dy[place] * x[source]
        }
        return zip([y, leaf.gradient, weights.gradient], [sums, dx, dw]).map {
            relativeDifference($0?.values(as: Double.self) ?? [], $1)
        }
    }

    private func values(_ role: String, _ shape: [Int], _ type: ElementType) -> [Double] {
        let values = HashValues("\(name) \(role)").uniform(shape.reduce(1, *), -1, 1)
        return type == .float32 ? values.map { Double(Float($0)) } : values
    }

    private func tensor(_ values: [Double], _ shape: [Int], _ type: ElementType) -> Tensor {
        Tensor(values, shape: shape).converted(to: type)
    }

    /// Calls `body` with row-major places in output, input and weights for every product that a convolution sums.
    private func forEachTap(outputShape: [Int], _ body: (Int, Int, Int) -> Void) {
        let (kernel, extents) = (window.kernel, Array(input[2...]))
        let taps = kernel.reduce(1, *), volume = extents.reduce(1, *), positions = outputShape[2...].reduce(1, *)
        let (h, w) = (outputShape[3], outputShape[4])
        for position in 0..<positions {
            let place = [position / (h * w), position / w % h, position % w]
            for tap in 0..<taps {
                let offset = [tap / (kernel[1] * kernel[2]), tap / kernel[2] % kernel[1], tap % kernel[2]]
                let at = (0..<3).map { place[$0] * window.stride[$0] - window.padding[$0] + offset[$0] }
                guard zip(at, extents).allSatisfy({ $0 >= 0 && $0 < $1 }) else { continue }
                let source = (at[0] * extents[1] + at[1]) * extents[2] + at[2]
                for n in 0..<input[0] {
                    for o in 0..<outputs {
                        for c in 0..<input[1] {
                            body(
                                (n * outputs + o) * positions + position, (n * input[1] + c) * volume + source,
                                (o * input[1] + c) * taps + tap)
                        }
                    }
                }
            }
        }
    }
}

@Suite struct ConvolutionTests {
    @Test(arguments: ConvolutionCase.all) func blasAgreesWithThePlainLoop(convolution: ConvolutionCase) {
        #expect(convolution.differences(in: .float64).allSatisfy { $0 < 1e-13 })
    }

    @Test(arguments: ConvolutionCase.all) func theSinglePrecisionPathAgreesWithThePlainLoop(convolution: ConvolutionCase) {
        #expect(convolution.differences(in: .float32).allSatisfy { $0 < 6e-6 })
    }

    @Test func theSinglePrecisionPathAgreesWithoutOneDNN() async {
        await #expect(processExitsWith: .success) {
            try Engine.start(EngineConfiguration(convolution: .blas))
            #expect(Engine.backend.description.oneDNNVersion == nil)
            for convolution in ConvolutionCase.all {
                #expect(convolution.differences(in: .float32).allSatisfy { $0 < 3e-6 }, "\(convolution.name)")
            }
        }
    }

    /// Volumes of several chunks, against f64, where BLAS convolves.
    @Test(arguments: [[3, 40, 8, 36, 44], [1, 64, 4, 56, 56], [2, 144, 2, 14, 14]])
    func tilesOfSeveralChunksAgreeWithDoublePrecision(shape: [Int]) {
        func run(_ type: ElementType) -> [Tensor] {
            let x = hashClips("x", shape, type).requiringGradient(), outputs = 48
            let w = hashClips("w", [outputs, shape[1], 3, 3, 3], type).requiringGradient()
            let y = x.convolved(w, window: Window(kernel: [3, 3, 3], padding: [1, 1, 1]))
            (y * hashClips("dy", y.shape, type)).sum().backward()
            return [y, x.gradient, w.gradient].compactMap(\.self)
        }
        let differences = zip(run(.float32), run(.float64)).map {
            relativeDifference($0.values(as: Double.self), $1.values(as: Double.self))
        }
        #expect(differences.count == 3 && differences.allSatisfy { $0 < 1e-5 }, "\(differences)")
    }

    /// Where no clip was confident, for one.
    @Test func anEmptyBatchHasGradientsOfZero() {
        let w = Tensor.zeros([8, 4, 3, 3, 3]).requiringGradient()
        let y = Tensor.zeros([0, 4, 4, 8, 8]).convolved(w, window: Window(kernel: [3, 3, 3], padding: [1, 1, 1]))
        y.sum().backward()
        #expect(y.shape == [0, 8, 4, 8, 8] && w.gradient?.values(as: Float.self).allSatisfy { $0 == 0 } == true)
    }

    @Test func equalWorkGivesEqualBits() {
        func run() -> [Double] {
            let x = Tensor(HashValues("x").uniform(2 * 16 * 4 * 12 * 12, -1, 1), shape: [2, 16, 4, 12, 12]).converted(
                to: .float32)
            let w = Tensor(HashValues("w").uniform(24 * 16 * 27, -1, 1), shape: [24, 16, 3, 3, 3]).converted(to: .float32)
                .requiringGradient()
            let y = x.convolved(w, window: Window(kernel: [3, 3, 3], padding: [1, 1, 1]))
            y.square().sum().backward()
            return y.values(as: Double.self) + (w.gradient?.values(as: Double.self) ?? [])
        }
        let first = run()
        #expect(first.count > 24 * 16 * 27 && (0..<9).allSatisfy { _ in run() == first })
    }
}
