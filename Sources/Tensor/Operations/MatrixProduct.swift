extension Tensor {
    /// The matrix product `[m, k] x [k, n]`, or of batches `[b, m, k] x [b, k, n]`.
    /// Backward: da = dy b', db = a' dy.
    public func matrixProduct(_ other: Tensor) -> Tensor {
        precondition(
            rank == other.rank && (rank == 2 || rank == 3) && shape[rank - 1] == other.shape[rank - 2]
                && (rank == 2 || shape[0] == other.shape[0]), "matrix product of \(shape) and \(other.shape)")
        let (a, b) = (computable, other.computable)
        let y = Tensor.uninitialized(shape.dropLast() + [other.shape[rank - 1]], a.elementType)
        Engine.backend.matrixProduct(a.array, b.array, into: y, accumulates: false)
        let (wantsA, wantsB) = (requiresGradient, other.requiresGradient)
        let exchanged = rank == 2 ? [1, 0] : [0, 2, 1]
        return Tensor(y).recorded("matrixProduct", from: [self, other]) { dy in
            [wantsA ? dy.matrixProduct(b.permuted(exchanged)) : nil, wantsB ? a.permuted(exchanged).matrixProduct(dy) : nil]
        }
    }
}
