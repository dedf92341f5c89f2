import Tensor

/// A long short-term memory of one or more layers, in one or both directions, under the names of PyTorch's `nn.LSTM`:
/// `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, with `_reverse` behind them for the other direction.
///
/// All values are drawn uniformly in ±1 / sqrt(hidden). Batches come first.
public final class LSTM: Module {
    /// The parameters of one layer in one direction.
    private struct Direction {
        let suffix: String
        let inputWeight: Parameter, recurrentWeight: Parameter, inputBias: Parameter, recurrentBias: Parameter
    }

    /// Values of the hidden state.
    public let hidden: Int
    /// Whether each layer also runs from the end.
    public let isBidirectional: Bool
    /// The share of values dropped between layers in training.
    public let dropoutRate: Double
    private let directions: [[Direction]]
    private let path: String

    /// A memory of `layers` layers over vectors of `inputs` values.
    public init(
        inputs: Int, hidden: Int, layers: Int = 1, isBidirectional: Bool = false, dropoutRate: Double = 0,
        _ initializer: Initializer
    ) {
        precondition(layers > 0, "\(initializer.path): a memory without layers")
        self.hidden = hidden
        self.isBidirectional = isBidirectional
        self.dropoutRate = dropoutRate
        path = initializer.path
        let bound = 1 / Double(hidden).squareRoot(), sides = isBidirectional ? ["", "_reverse"] : [""]
        func drawn(_ name: String, _ shape: [Int], _ role: Parameter.Role) -> Parameter {
            Parameter(initializer.named(name).uniform(shape, bound: bound), role: role)
        }
        directions = (0..<layers).map { layer in
            let width = layer == 0 ? inputs : hidden * sides.count
            return sides.map { side in
                let suffix = "_l\(layer)\(side)"
                return Direction(
                    suffix: suffix, inputWeight: drawn("weight_ih" + suffix, [4 * hidden, width], .kernel),
                    recurrentWeight: drawn("weight_hh" + suffix, [4 * hidden, hidden], .kernel),
                    inputBias: drawn("bias_ih" + suffix, [4 * hidden], .bias),
                    recurrentBias: drawn("bias_hh" + suffix, [4 * hidden], .bias))
            }
        }
    }

    public var ownParameters: [(name: String, parameter: Parameter)] {
        directions.joined().flatMap { side in
            [
                ("weight_ih" + side.suffix, side.inputWeight), ("weight_hh" + side.suffix, side.recurrentWeight),
                ("bias_ih" + side.suffix, side.inputBias), ("bias_hh" + side.suffix, side.recurrentBias),
            ]
        }
    }

    /// What the memory gives.
    public struct Output {
        /// The last layer's hidden states, `[N, T, hidden]`, both directions one after the other along the last axis; 0 beyond the end
        /// of a sequence.
        public let states: Tensor
        /// The hidden states and cells at the end of each sequence (its beginning, for the other direction), `[layers x
        /// directions, N, hidden]`.
        public let lastHidden: Tensor, lastCell: Tensor
    }

    /// Runs over `x` `[N, T, inputs]`, of which sample n has `lengths[n]` steps (nil: all have T); what follows them is ignored, and
    /// must be finite.
    public func callAsFunction(_ x: Tensor, lengths: [Int]? = nil, _ context: ForwardContext) -> Output {
        let inputs = directions[0][0].inputWeight.value.shape[1]
        precondition(x.rank == 3 && x.shape[2] == inputs, "\(path): expected [N, T, \(inputs)], given \(x.shape)")
        let (samples, length) = (x.shape[0], x.shape[1])
        precondition(
            lengths.map { $0.count == samples && $0.allSatisfy { (0...length).contains($0) } } ?? true,
            "\(path): expected \(samples) lengths up to \(length), given \(lengths ?? [])")
        let mask = lengths.map { lengths in
            Tensor((0..<length).flatMap { time in lengths.map { time < $0 ? 1.0 : 0 } }, shape: [length, samples, 1])
                .converted(to: x.elementType)
        }
        var y = x.permuted([1, 0, 2]), ends: [Tensor] = []
        for (layer, sides) in directions.enumerated() {
            if layer > 0, dropoutRate > 0, let key = context.named("layer\(layer)").dropout {
                y = y.droppedOut(rate: dropoutRate, key: key)
            }
            let results = sides.enumerated().map { run($0.element, y, mask, isReversed: $0.offset == 1) }
            ends += results.map(\.last)
            y = Tensor.concatenated(results.map(\.states), axis: 2)
        }
        let last = Tensor.concatenated(ends).split([hidden, hidden], axis: 2)
        return Output(states: y.permuted([1, 0, 2]), lastHidden: last[0], lastCell: last[1])
    }

    /// Hidden states `[T, N, hidden]`, and hidden state and cell `[1, N, 2 hidden]` at the end, of `x` `[T, N, ...]`.
    private func run(_ side: Direction, _ x: Tensor, _ mask: Tensor?, isReversed: Bool) -> (states: Tensor, last: Tensor) {
        let length = x.shape[0], rows = x.reshaped(to: [-1, x.shape[2]])
        let sums = rows.matrixProduct(side.inputWeight.value.transposed) + (side.inputBias.value + side.recurrentBias.value)
        let states = sums.reshaped(to: [length, x.shape[1], 4 * hidden]).longShortTermMemory(
            recurrentWeights: side.recurrentWeight.value, mask: mask, isReversed: isReversed)
        let shown = states.sliced(0..<hidden, axis: 2), end = isReversed ? 0 : length - 1
        return (mask.map { shown * $0 } ?? shown, states.sliced(end..<(end + 1)))
    }
}
