import Foundation
import Tensor

extension VideoTransformer {
    public func features(_ clips: GraphValue) -> GraphValue {
        let volume = projection(clips), graph = clips.graph
        var tokens = volume.reshaped(to: [0, 0, -1]).permuted([0, 2, 1])
        if form.positions == .sine { tokens = tokens + SinePositions.table(of: volume, features: featureCount) }
        if let classToken {
            let first = tokens.extents().element(0, axis: 0).reshaped(to: [1])
            let shape = GraphValue.concatenated([first, graph.constant(integers: [1, featureCount])], axis: 0)
            tokens = .concatenated([graph.constant(classToken).applying("Expand", with: [shape]), tokens], axis: 1)
        }
        if let positions { tokens = tokens + graph.constant(positions) }
        tokens = layers.reduce(tokens) { $1($0) }
        guard form.hasClassToken else {
            return normalization(tokens).permuted([0, 2, 1]).applying("Reshape", with: [volume.extents()])
        }
        return normalization(tokens.element(0, axis: 1)).reshaped(to: [0, 0, 1, 1, 1])
    }
}

extension TransformerBlock {
    /// The same in a graph.
    func callAsFunction(_ x: GraphValue) -> GraphValue {
        let y = x + attention(attentionNorm(x))
        return y + contract(expand(mlpNorm(y)).gelu())
    }
}

extension MultiHeadAttention {
    /// Writes what each position of `x` `[N, L, features]` gathers from all.
    public func callAsFunction(_ x: GraphValue) -> GraphValue {
        let size = inputWeight.value.shape[1] / heads
        let product = x.matrixProduct(x.graph.constant(inputWeight).permuted([1, 0]))
        let all = inputBias.map { product + x.graph.constant($0) } ?? product
        let parts = all.reshaped(to: [0, 0, 3, heads, size]).permuted([2, 0, 3, 1, 4])
        let (queries, keys, values) = (parts.element(0, axis: 0), parts.element(1, axis: 0), parts.element(2, axis: 0))
        let scores = (queries * (1 / Double(size).squareRoot())).matrixProduct(keys.permuted([0, 1, 3, 2]))
        return output(scores.softmax().matrixProduct(values).permuted([0, 2, 1, 3]).reshaped(to: [0, 0, heads * size]))
    }
}

extension SinePositions {
    /// The table for the tubelets of `volume` `[N, features, T', H', W']`, computed where the graph runs: clips may have any size.
    static func table(of volume: GraphValue, features: Int) -> GraphValue {
        let graph = volume.graph, grid = volume.extents(from: 2), sixth = features / 6
        let rates = graph.constant(numbers: Self.rates(sixth), shape: [1, sixth])
        func repeated(_ values: GraphValue, _ count: Int) -> GraphValue {
            values.applying("Expand", with: [.concatenated([grid, graph.constant(integers: [count])], axis: 0)])
        }
        func waves(_ axis: Int) -> GraphValue {
            let zero = graph.constant(integers: [0], shape: []), one = graph.constant(integers: [1], shape: [])
            let places = zero.applying("Range", with: [grid.element(axis, axis: 0), one])
            // 1 is f32 among the types of ONNX.
            let angles = places.applying("Cast", with: [], [("to", .integer(1))]).reshaped(to: [-1, 1]) * rates
            let waves = GraphValue.concatenated([angles.applying("Sin"), angles.applying("Cos")], axis: 1)
            return repeated(waves.reshaped(to: (0..<3).map { $0 == axis ? -1 : 1 } + [2 * sixth]), 2 * sixth)
        }
        let rest = features - 6 * sixth
        let zeros =
            rest > 0
            ? [repeated(graph.constant(numbers: [Double](repeating: 0, count: rest), shape: [1, 1, 1, rest]), rest)] : []
        return GraphValue.concatenated((0..<3).map(waves) + zeros, axis: 3).reshaped(to: [-1, features])
    }
}
