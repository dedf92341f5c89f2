internal import CKernels

/// A matrix as BLAS takes it: rows or columns contiguous.
private struct BLASOperand {
    let address: UnsafeMutableRawPointer
    let leadingDimension: Int32
    let isTransposed: Bool

    /// nil where neither rows nor columns are contiguous.
    init?(_ array: StridedArray, batch: Int) {
        let rank = array.shape.count, rows = array.shape[rank - 2], columns = array.shape[rank - 1]
        let rowStride = array.strides[rank - 2], columnStride = array.strides[rank - 1]
        let start = rank == 3 ? batch * array.strides[0] : 0
        address = array.address + start * array.elementType.byteCount
        if columnStride == 1 || columns == 1, rows == 1 || rowStride >= max(1, columns) {
            isTransposed = false
            leadingDimension = Int32(rows == 1 ? max(1, columns) : rowStride)
        } else if rowStride == 1 || rows == 1, columns == 1 || columnStride >= max(1, rows) {
            isTransposed = true
            leadingDimension = Int32(columns == 1 ? max(1, rows) : columnStride)
        } else {
            return nil
        }
    }
}

extension CPUBackend {
    func matrixProduct(_ a: StridedArray, _ b: StridedArray, into c: StridedArray, accumulates: Bool) {
        requireComputable(a, b, c)
        let rank = c.shape.count
        precondition(
            (rank == 2 || rank == 3) && a.shape.count == rank && b.shape.count == rank
                && a.shape[rank - 1] == b.shape[rank - 2] && c.shape[rank - 2] == a.shape[rank - 2]
                && c.shape[rank - 1] == b.shape[rank - 1]
                && (rank == 2 || (a.shape[0] == c.shape[0] && b.shape[0] == c.shape[0])),
            "matrix product of \(a.shape) and \(b.shape) into \(c.shape)")
        let (left, right) = (contiguousForBLAS(a), contiguousForBLAS(b))
        for batch in 0..<(rank == 3 ? c.shape[0] : 1) {
            guard let x = BLASOperand(left, batch: batch), let y = BLASOperand(right, batch: batch),
                let result = BLASOperand(c, batch: batch), !result.isTransposed
            else { preconditionFailure("matrix product into strides \(c.strides)") }
            multiply(
                x, y, result, rows: c.shape[rank - 2], columns: c.shape[rank - 1], inner: a.shape[rank - 1], c.elementType,
                accumulates)
        }
    }

    private func multiply(
        _ a: BLASOperand, _ b: BLASOperand, _ c: BLASOperand, rows: Int, columns: Int, inner: Int, _ type: ElementType,
        _ accumulates: Bool
    ) {
        let (m, n, k) = (Int32(rows), Int32(columns), Int32(inner))
        guard m > 0, n > 0 else { return }
        if type == .float64 {
            blas_dgemm(
                a.isTransposed, b.isTransposed, m, n, k, 1, a.address.assumingMemoryBound(to: Double.self), a.leadingDimension,
                b.address.assumingMemoryBound(to: Double.self), b.leadingDimension, accumulates ? 1 : 0,
                c.address.assumingMemoryBound(to: Double.self), c.leadingDimension)
        } else {
            blas_sgemm(
                a.isTransposed, b.isTransposed, m, n, k, 1, a.address.assumingMemoryBound(to: Float.self), a.leadingDimension,
                b.address.assumingMemoryBound(to: Float.self), b.leadingDimension, accumulates ? 1 : 0,
                c.address.assumingMemoryBound(to: Float.self), c.leadingDimension)
        }
    }

    private func contiguousForBLAS(_ array: StridedArray) -> StridedArray {
        BLASOperand(array, batch: 0) == nil
            ? copy(array, into: newArray(array.shape, array.elementType)) : array
    }
}
