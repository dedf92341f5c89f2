import Tensor
import TestSupport
import Testing

/// Operations give the same values whatever the layout of their inputs, and take empty ones.
@Suite struct LayoutTests {
    /// One set of values in several layouts: `[2, 3, 2, 5, 7]`.
    enum Layout: String, CaseIterable {
        case channelsLast, permuted, sliced, expanded, reversedAxes

        func tensor(_ type: ElementType) -> Tensor {
            let shape = [2, 3, 2, 5, 7]
            func hash(_ shape: [Int]) -> Tensor {
                Tensor(HashValues(rawValue).uniform(shape.reduce(1, *), 0.5, 2), shape: shape).converted(to: type)
            }
            return switch self {
            case .channelsLast: hash(shape).channelsLast
            case .permuted: hash([5, 2, 7, 3, 2]).permuted([1, 3, 4, 0, 2])
            case .sliced: hash([4, 3, 2, 5, 9]).sliced(1..<3, axis: 0).sliced(2..<9, axis: 4)
            case .expanded: hash([2, 1, 2, 1, 7]).expanded(to: shape)
            case .reversedAxes: hash(shape.reversed()).permuted([4, 3, 2, 1, 0])
            }
        }
    }

    static let types: [ElementType] = [.float32, .float64]

    private func bits(_ x: Tensor) -> [UInt64] { x.values(as: Double.self).map(\.bitPattern) }

    @Test(arguments: Layout.allCases, types) func elementwiseValuesDoNotDependOnTheLayout(layout: Layout, type: ElementType) {
        let x = layout.tensor(type), copy = Tensor(x.values(as: Double.self), shape: x.shape).converted(to: type)
        #expect(copy.array.isRowMajor && copy.shape == [2, 3, 2, 5, 7])
        let functions: [(Tensor) -> Tensor] = [
            { $0.exp() }, { $0.log() }, { $0.sqrt() }, { $0.sigmoid() }, { $0.tanh() }, { $0.power(1.5) }, { $0 * 3 - 1 },
            { -$0 },
            { $0.clamped(minimum: 1).clamped(maximum: 1.5) }, { ($0 - 1).relu() }, { $0.square() }, { ($0 - 1).absolute() },
        ]
        for function in functions { #expect(bits(function(x)) == bits(function(copy))) }
    }

    @Test(arguments: Layout.allCases, Layout.allCases) func pairsOfLayoutsMeetElementByElement(left: Layout, right: Layout) {
        let (a, b) = (left.tensor(.float32), right.tensor(.float32))
        let (p, q) = (a.values(as: Float.self), b.values(as: Float.self))
        #expect((a + b).values(as: Float.self) == zip(p, q).map { $0 + $1 })
        #expect((a - b).values(as: Float.self) == zip(p, q).map { $0 - $1 })
        #expect((a * b).values(as: Float.self) == zip(p, q).map { $0 * $1 })
        #expect((a / b).values(as: Float.self) == zip(p, q).map { $0 / $1 })
        #expect((a .> b).values(as: Float.self) == zip(p, q).map { $0 > $1 ? 1 : 0 })
        #expect((a .>= b).values(as: Float.self) == zip(p, q).map { $0 >= $1 ? 1 : 0 })
    }

    @Test(arguments: Layout.allCases, types) func reductionsDoNotDependOnTheLayout(layout: Layout, type: ElementType) {
        let x = layout.tensor(type), values = x.values(as: Double.self)
        let limit = type == .float64 ? 1e-14 : 1e-6
        for axes in [[0], [1], [4], [0, 2, 3, 4], [1, 3], [0, 1, 2, 3, 4]] {
            let kept = axes.reduce(into: x.shape) { $0[$1] = 1 }
            let sums = reduced(values, x.shape, kept, 0, +), largest = reduced(values, x.shape, kept, -Double.infinity, max)
            #expect(relativeDifference(x.sum(axes: axes).values(as: Double.self), sums) < limit)
            #expect(x.max(axes: axes, keepingAxes: true).values(as: Double.self) == largest)
        }
    }

    /// The plain loop: `values` of row-major `shape`, combined over the axes where `kept` has extent 1.
    private func reduced(
        _ values: [Double], _ shape: [Int], _ kept: [Int], _ start: Double, _ combine: (Double, Double) -> Double
    ) -> [Double] {
        var result = [Double](repeating: start, count: kept.reduce(1, *))
        let strides = StridedArray.rowMajorStrides(of: shape), target = StridedArray.rowMajorStrides(of: kept)
        for (index, value) in values.enumerated() {
            let place = shape.indices.reduce(0) { $0 + (kept[$1] == 1 ? 0 : index / strides[$1] % shape[$1] * target[$1]) }
            result[place] = combine(result[place], value)
        }
        return result
    }

    @Test(arguments: [[0], [0, 3], [3, 0], [2, 0, 4]]) func emptyTensorsAreTaken(shape: [Int]) {
        let x = Tensor([Double](), shape: shape)
        #expect((x + x).shape == shape && x.relu().values(as: Double.self).isEmpty)
        #expect((x * Tensor([2.0])).shape == shape)
        #expect(x.sum().scalar == 0 && x.norm == 0 && x.isFinite)
        let rest = shape.filter { $0 != 0 }, empty = shape.firstIndex(of: 0) ?? 0
        #expect(x.sum(axes: [empty]).values(as: Double.self) == [Double](repeating: 0, count: rest.reduce(1, *)))
        #expect(x.max(axes: [empty]).values(as: Double.self).allSatisfy { $0 == -.infinity })
        let other = Tensor(repeating: 1, shape: shape.map { $0 == 0 ? 2 : $0 }, elementType: .float64)
        #expect(Tensor.concatenated([x, other, x], axis: empty).values(as: Double.self) == other.values(as: Double.self))
    }

    @Test func gradientsOfNoRowsAreZero() {
        let x = Tensor([1.0, 2, 3, 4], shape: [2, 2]).requiringGradient()
        (x.rows(at: []).sum() + x.sliced(0..<0).sum()).backward()
        #expect(x.gradient?.values(as: Double.self) == [0, 0, 0, 0])
    }

    @Test func notANumberIsNeverLost() {
        let x = Tensor([1.0, .nan, -2, .infinity], shape: [2, 2])
        #expect(x.relu().values(as: Double.self)[1].isNaN)
        #expect(x.clamped(minimum: 0).values(as: Double.self)[1].isNaN)
        #expect(x.max(axes: [1]).values(as: Double.self)[0].isNaN && x.sum().scalar.isNaN)
        #expect(!x.isFinite && !Tensor([Float.infinity]).isFinite && Tensor([Float.greatestFiniteMagnitude]).isFinite)
    }
}
