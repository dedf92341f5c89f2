import Networks
import Tensor
import TestSupport
import Testing

/// Layers against PyTorch (`tools/reference/layers.py`), and what the references cannot show.
@Suite struct LayerTests {
    static let cases = (try? LayerCase.all()) ?? []

    @Test func theReferenceIsComplete() {
        #expect(Self.cases.count == 35)
        #expect(Set(Self.cases.map(\.layer)).count == 13)
    }

    @Test(arguments: cases) func agreesInDoublePrecision(layer: LayerCase) throws {
        let (outputs, gradients) = try layer.differences(in: .float64)
        #expect(outputs < 1e-12 && gradients < 1e-12)
    }

    @Test(arguments: cases) func agreesInSinglePrecision(layer: LayerCase) throws {
        let (outputs, gradients) = try layer.differences(in: .float32)
        #expect(outputs < 1e-5 && gradients < 1e-5)
    }

    @Test func weightsStartAsPyTorchs() {
        let initializer = Initializer(seed: 3)
        func values(_ module: any Module, _ name: String) -> [Double] {
            module.namedParameters.first { $0.name == name }?.parameter.value.values(as: Double.self) ?? []
        }
        /// Uniform in [-bound, bound): near to both ends, of the right deviation.
        func isUniform(_ values: [Double], _ bound: Double) -> Bool {
            let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(max(1, values.count))).squareRoot()
            return values.allSatisfy { abs($0) <= bound } && (values.max() ?? 0) > 0.98 * bound
                && abs(deviation / (bound / 3.0.squareRoot()) - 1) < 0.05
        }
        let memory = LSTM(inputs: 12, hidden: 16, layers: 2, isBidirectional: true, initializer)
        #expect(memory.namedParameters.count == 16 && memory.namedParameters[12].name == "weight_ih_l1_reverse")
        for name in ["weight_ih_l0", "weight_hh_l1_reverse"] { #expect(isUniform(values(memory, name), 0.25), "\(name)") }
        let attention = MultiHeadAttention(features: 32, heads: 4, initializer)
        #expect(isUniform(values(attention, "in_proj_weight"), (6.0 / 128).squareRoot()))
        #expect(isUniform(values(attention, "out_proj.weight"), 1 / 32.0.squareRoot()))
        #expect((values(attention, "in_proj_bias") + values(attention, "out_proj.bias")).allSatisfy { $0 == 0 })
        let embedding = Embedding(count: 40, features: 50, paddingIndex: 7, initializer)
        let table = values(embedding, "weight"), squares = table.reduce(0) { $0 + $1 * $1 }
        #expect(table[350..<400].allSatisfy { $0 == 0 } && abs(squares / 1950 - 1) < 0.15)
    }

    @Test func aQueryThatMayLookAtNothingStaysFinite() {
        let attention = MultiHeadAttention(features: 4, heads: 2, Initializer(seed: 1))
        let x = hashClips("nothing", [2, 3, 4], .float32).requiringGradient()
        let y = attention(x, mask: MultiHeadAttention.keyMask(lengths: [0, 2], count: 3), .evaluation)
        y.sum().backward()
        #expect(y.isFinite && x.gradient?.isFinite == true)
    }

    @Test func whatFollowsASequenceChangesNothing() {
        let memory = LSTM(inputs: 3, hidden: 4, layers: 2, isBidirectional: true, Initializer(seed: 1, elementType: .float64))
        let x = hashClips("sequence", [2, 5, 3], .float64), short = x.sliced(0..<3, axis: 1)
        let padded = memory(x, lengths: [3, 3], .evaluation), exact = memory(short, .evaluation)
        #expect(padded.states.sliced(0..<3, axis: 1).values(as: Double.self) == exact.states.values(as: Double.self))
        #expect(padded.states.sliced(3..<5, axis: 1).sumOfSquares == 0)
        #expect(padded.lastCell.values(as: Double.self) == exact.lastCell.values(as: Double.self))
    }

    @Test func dropoutOfABlockFollowsItsKey() {
        let block = TransformerBlock(features: 8, heads: 2, hidden: 16, dropoutRate: 0.5, Initializer(seed: 1))
        let x = hashClips("block", [2, 3, 8], .float32), key = RandomKey(seed: 5, purpose: .dropout)
        func output(_ key: RandomKey?) -> [Float] {
            block(x, ForwardContext(normalization: .batch, dropout: key)).values(as: Float.self)
        }
        #expect(output(key) == output(key) && output(key) != output(key.derived(1)) && output(key) != output(nil))
    }
}
