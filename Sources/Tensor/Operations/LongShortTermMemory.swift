/// The steps of a recurrence and what its backward pass needs of each.
private struct MemoryStep {
    let inputGate: Tensor, forgetGate: Tensor, candidate: Tensor, outputGate: Tensor
    /// States before the step.
    let hidden: Tensor, cell: Tensor
    /// tanh of the cell after it.
    let squashed: Tensor
    /// `[N, 1]`: 1 where the step counts; nil: everywhere.
    let mask: Tensor?

    /// The gradients of the gates' sums and of the states before, given those of the states after.
    func backward(_ hiddenGradient: Tensor, _ cellGradient: Tensor, weights: Tensor) -> (
        gates: Tensor, hidden: Tensor, cell: Tensor
    ) {
        let dHidden = mask.map { hiddenGradient * $0 } ?? hiddenGradient
        let dCell = (mask.map { cellGradient * $0 } ?? cellGradient) + dHidden * outputGate * (1 - squashed.square())
        let gates = Tensor.concatenated(
            [
                dCell * candidate * inputGate * (1 - inputGate), dCell * cell * forgetGate * (1 - forgetGate),
                dCell * inputGate * (1 - candidate.square()), dHidden * squashed * outputGate * (1 - outputGate),
            ], axis: 1)
        let hidden = gates.matrixProduct(weights), cell = dCell * forgetGate
        guard let mask else { return (gates, hidden, cell) }
        return (gates, hidden + hiddenGradient * (1 - mask), cell + cellGradient * (1 - mask))
    }
}

extension Tensor {
    /// The states of a long short-term memory (Hochreiter and Schmidhuber 1997) whose input has made this `[T, N, 4 H]`, the
    /// sums of input gate, forget gate, candidate and output gate as PyTorch orders them: `[T, N, 2 H]`, after each step the
    /// hidden state and then the cell.
    ///
    /// `recurrentWeights` `[4 H, H]` act on the hidden state. States begin at 0; where `mask` `[T, N, 1]` is 0 they stay.
    /// `isReversed`: the last step comes first. Backward: through time, step by step.
    public func longShortTermMemory(recurrentWeights: Tensor, mask: Tensor? = nil, isReversed: Bool = false) -> Tensor {
        let (length, samples, size) = (shape[0], shape[1], recurrentWeights.shape[1])
        precondition(
            rank == 3 && recurrentWeights.shape == [4 * size, size] && shape[2] == 4 * size,
            "gates \(shape) for recurrent weights \(recurrentWeights.shape)")
        let order = isReversed ? Array((0..<length).reversed()) : Array(0..<length)
        let (gates, weights) = (unrecorded, recurrentWeights.unrecorded)
        let states = Tensor.zeros([length, samples, 2 * size], elementType: elementType)
        var hidden = Tensor.zeros([samples, size], elementType: elementType), cell = hidden
        var steps: [MemoryStep] = []
        for time in order {
            let step = gates.at(time).memoryStep(hidden, cell, weights, mask: mask?.unrecorded.at(time))
            let after = step.step.after(cell: step.cell)
            (hidden, cell) = after
            steps.append(step.step)
            Engine.backend.convert(Tensor.concatenated([hidden, cell], axis: 1).array, into: states.at(time).array)
        }
        return states.recorded("longShortTermMemory", from: [self, recurrentWeights]) { dy in
            Tensor.memoryGradients(dy, steps, order, weights)
        }
    }

    /// The element `index` of the first axis.
    private func at(_ index: Int) -> Tensor { sliced(index..<(index + 1)).reshaped(to: Array(shape.dropFirst())) }

    /// The step from these gates' sums `[N, 4 H]`, and the cell after it where it counts.
    private func memoryStep(_ hidden: Tensor, _ cell: Tensor, _ weights: Tensor, mask: Tensor?) -> (
        step: MemoryStep, cell: Tensor
    ) {
        let size = hidden.shape[1]
        let sums = (self + hidden.matrixProduct(weights.transposed)).split([size, size, size, size], axis: 1)
        let (input, forget, candidate, output) = (sums[0].sigmoid(), sums[1].sigmoid(), sums[2].tanh(), sums[3].sigmoid())
        let next = forget * cell + input * candidate
        let step = MemoryStep(
            inputGate: input, forgetGate: forget, candidate: candidate, outputGate: output, hidden: hidden, cell: cell,
            squashed: next.tanh(), mask: mask)
        return (step, next)
    }

    private static func memoryGradients(_ dy: Tensor, _ steps: [MemoryStep], _ order: [Int], _ weights: Tensor) -> [Tensor?] {
        let size = weights.shape[1]
        var dHidden: Tensor?, dCell: Tensor?
        var gates = [Tensor](repeating: dy, count: steps.count), before = gates
        for (step, time) in zip(steps, order).reversed() {
            let parts = dy.at(time).split([size, size], axis: 1)
            let found = step.backward(
                dHidden.map { $0 + parts[0] } ?? parts[0], dCell.map { $0 + parts[1] } ?? parts[1], weights: weights)
            (dHidden, dCell) = (found.hidden, found.cell)
            gates[time] = found.gates
            before[time] = step.hidden
        }
        let all = concatenated(gates), states = concatenated(before)
        return [all.reshaped(to: Array(dy.shape.prefix(2)) + [4 * size]), all.transposed.matrixProduct(states)]
    }
}

extension MemoryStep {
    /// The states after the step.
    fileprivate func after(cell next: Tensor) -> (hidden: Tensor, cell: Tensor) {
        let moved = outputGate * squashed
        guard let mask else { return (moved, next) }
        return (moved * mask + hidden * (1 - mask), next * mask + cell * (1 - mask))
    }
}
