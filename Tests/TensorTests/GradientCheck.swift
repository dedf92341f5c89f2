import Tensor
import Testing

/// Compares the gradients of `function`'s weighted sum with central differences, in double precision.
struct GradientCheck: CustomTestStringConvertible, Sendable {
    let name: String
    /// The shapes of the inputs; their values are uniform in [low, high).
    let shapes: [[Int]]
    let low: Double, high: Double
    let function: @Sendable ([Tensor]) -> Tensor

    init(
        _ name: String, _ shapes: [[Int]], from low: Double = -1, to high: Double = 1,
        _ function: @escaping @Sendable ([Tensor]) -> Tensor
    ) {
        self.name = name
        self.shapes = shapes
        self.low = low
        self.high = high
        self.function = function
    }

    var testDescription: String { name }

    /// The largest difference between a gradient and its central difference, relative to max(1, gradient).
    func largestError() -> Double {
        let inputs = shapes.enumerated().map { uniform("\(name) \($0.offset)", $0.element, low, high) }
        let leaves = zip(inputs, shapes).map { Tensor($0, shape: $1).requiringGradient() }
        let result = function(leaves)
        let upstream = Tensor(uniform("\(name) upstream", [result.count], -1, 1), shape: result.shape)
        (result * upstream).sum().backward()
        var largest = 0.0
        for (input, leaf) in leaves.enumerated() {
            let analytic = leaf.gradient?.values(as: Double.self) ?? inputs[input].map { _ in 0 }
            for element in inputs[input].indices {
                let numeric = centralDifference(inputs, input, element, upstream)
                largest = max(largest, abs(analytic[element] - numeric) / max(1, abs(numeric)))
            }
        }
        return largest
    }

    private func centralDifference(_ inputs: [[Double]], _ input: Int, _ element: Int, _ upstream: Tensor) -> Double {
        let step = 1e-6
        let sides = [step, -step].map { delta in
            var moved = inputs
            moved[input][element] += delta
            return (function(zip(moved, shapes).map { Tensor($0, shape: $1) }) * upstream).sum().scalar
        }
        return (sides[0] - sides[1]) / (2 * step)
    }
}

/// Values in [low, high) that depend on the name only.
func uniform(_ name: String, _ shape: [Int], _ low: Double, _ high: Double) -> [Double] {
    var stream = RandomKey(seed: 0, purpose: .synthesis).derived(name).stream
    return (0..<shape.reduce(1, *)).map { _ in stream.uniform(low, high) }
}
