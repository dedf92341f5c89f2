import Tensor
import TestSupport
import Testing

/// Volumes in bf16, against f64 on the same rounded values.
@Suite struct BFloat16Tests {
    private func rounded(_ name: String, _ shape: [Int]) -> Tensor { hashClips(name, shape, .bfloat16) }

    /// The result and the gradients of `body` on bf16 volumes, and on the same values in f64.
    private func compare(
        _ shape: [Int], _ parameters: [[Int]], _ body: (Tensor, [Tensor]) -> Tensor
    ) -> [Double] {
        func run(_ type: ElementType) -> [[Double]] {
            let x = rounded("x", shape).converted(to: type).requiringGradient()
            let weights = parameters.enumerated().map { index, shape in
                hashClips("w\(index)", shape, .float32).converted(to: type.parameterType).requiringGradient()
            }
            let y = body(x, weights)
            (y * rounded("dy", y.shape).converted(to: type)).sum().backward()
            return ([y, x.gradient] + weights.map(\.gradient)).map { $0?.values(as: Double.self) ?? [] }
        }
        return zip(run(.bfloat16), run(.float64)).map { found, expected in
            let error = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            return (error / expected.reduce(0) { $0 + $1 * $1 }).squareRoot()
        }
    }

    /// The stem, a step of two, one tap, tiles of both sizes, odd channels.
    @Test(arguments: [
        ([2, 3, 4, 24, 20], [16, 3, 3, 7, 7], Window(kernel: [3, 7, 7], stride: [1, 2, 2], padding: [1, 3, 3])),
        ([2, 16, 4, 12, 14], [32, 16, 3, 3, 3], Window(kernel: [3, 3, 3], stride: [2, 2, 2], padding: [1, 1, 1])),
        ([2, 16, 4, 12, 14], [32, 16, 1, 1, 1], Window(kernel: [1, 1, 1], stride: [2, 2, 2])),
        ([2, 32, 4, 28, 30], [24, 32, 3, 3, 3], Window(kernel: [3, 3, 3], padding: [1, 1, 1])),
        ([2, 19, 2, 5, 7], [21, 19, 3, 3, 3], Window(kernel: [3, 3, 3], padding: [1, 1, 1])),
    ]) func convolutionsStayWithinTheRounding(shape: [Int], weights: [Int], window: Window) {
        let errors = compare(shape, [weights]) { x, w in x.convolved(w[0], window: window) }
        #expect(errors.count == 3 && errors.allSatisfy { $0 < 1e-2 }, "\(errors)")
    }

    @Test func normalisationStaysWithinTheRounding() {
        let errors = compare([3, 37, 2, 9, 11], [[37], [37]]) { x, w in
            x.batchNormalized(weight: w[0], bias: w[1], epsilon: 1e-5, residual: x, relu: true).output
        }
        #expect(errors.count == 4 && errors.allSatisfy { $0 < 3e-2 }, "\(errors)")
    }

    @Test func poolingPicksTheSameValues() {
        let errors = compare([2, 5, 4, 9, 8], []) { x, _ in
            x.maxPooled(Window(kernel: [2, 3, 3], stride: [1, 3, 3], padding: [0, 0, 0]))
        }
        #expect(errors.count == 2 && errors[0] == 0 && errors[1] < 1e-2, "\(errors)")
    }

    @Test func arithmeticGivesSinglePrecisionAndGradientsTheTypeOfTheValue() throws {
        let x = rounded("x", [4, 6]).requiringGradient()
        let y = (x * x + x).mean(axes: [1]).exp()
        #expect(y.elementType == .float32)
        y.sum().backward()
        let gradient = try #require(x.gradient)
        #expect(gradient.elementType == .bfloat16)
        let wide = rounded("x", [4, 6]).converted(to: .float64).requiringGradient()
        (wide * wide + wide).mean(axes: [1]).exp().sum().backward()
        #expect(relativeDifference(gradient.values(as: Double.self), wide.gradient?.values(as: Double.self) ?? []) < 1e-2)
    }

    @Test func layersBeginInTheTypeOfTheEngine() async {
        await #expect(processExitsWith: .success) {
            try Engine.start(EngineConfiguration(activationType: .bfloat16))
            #expect(Tensor([1 as Float, 2]).asActivations.elementType == .bfloat16)
            #expect(Tensor([1.0, 2]).asActivations.elementType == .float64)
            #expect(Engine.backend.description.precisionName == "bf16")
        }
    }
}
