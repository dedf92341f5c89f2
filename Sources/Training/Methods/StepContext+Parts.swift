import Tensor

// What a method says of a batch that may be computed in parts (`batch.microbatches`), by one process or by several.

extension StepContext {
    /// A loss over rows of the whole batch, such as a contrast: where the batch is computed in parts, `loss` sees the rows of all of
    /// them, one part after the other, and gradients flow back into each part.
    ///
    /// - Parameters:
    ///   - rows: Tensors `[N, ...]`, as many samples of each as the part has.
    ///   - loss: A scalar of the rows alone: parameters that it reads besides get no gradient from it.
    public func jointTerm(
        _ name: String, over rows: [Tensor], weight: Double = 1, _ loss: @escaping ([Tensor]) -> Tensor
    ) -> LossTerm {
        isPart ? LossTerm(name, over: rows, weight: weight, loss) : LossTerm(name, loss(rows), weight: weight)
    }

    /// Says, before losses move `subject`, how all rows of the batch move it.
    ///
    /// Where the batch is computed in parts, each part moves `subject` from where the step began and finds it so; when all are done it is
    /// put back there, and `move` moves it once by the rows of all parts, one after the other. Else this does nothing.
    ///
    /// - Parameter rows: Tensors `[N, ...]`; no gradient flows through them.
    public func willMove(_ subject: any Stateful, by rows: [Tensor], _ move: @escaping ([Tensor]) throws -> Void) {
        guard isPart else { return }
        moves.append(StateMove(subject: subject, before: subject.state.copied(), rows: rows.map(\.detached), move: move))
    }

    /// Puts back what the part has moved. Throws `StateError`.
    func takeBackMoves() throws(StateError) {
        for move in moves.reversed() { try move.subject.restore(move.before) }
    }
}

/// How a method's state moves by the rows of a batch.
struct StateMove {
    /// What moves, and its state before.
    let subject: any Stateful, before: StateTree
    /// The rows of a part.
    let rows: [Tensor]
    /// Moves it by the rows of all parts.
    let move: ([Tensor]) throws -> Void
}
