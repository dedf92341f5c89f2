internal import CKernels

// Rows of features: what clustering computes with.
extension CPUBackend {
    func nearestRows(_ x: StridedArray, centroids: StridedArray, into assignments: StridedArray, sums: StridedArray?) {
        requireRows(x, centroids)
        precondition(
            assignments.shape == [x.shape[0]] && assignments.elementType == .int32 && centroids.shape[0] > 0
                && centroids.shape[1] == x.shape[1]
                && sums.map { $0.shape == centroids.shape && $0.isRowMajor && $0.elementType == .float64 } ?? true,
            "rows \(x.shape) beside centroids \(centroids.shape)")
        var work = nearest_rows(
            rows: Int64(x.shape[0]), columns: Int64(x.shape[1]), centroids: Int64(centroids.shape[0]), x: x.floats,
            centroid: centroids.floats, assignments: assignments.address.assumingMemoryBound(to: Int32.self),
            sums: sums?.address.assumingMemoryBound(to: Double.self), scratch: nil)
        let scratch = allocate(byteCount: Int(kernels.pointee.nearest_scratch(&work)))
        work.scratch = scratch.address
        withExtendedLifetime(scratch) { kernels.pointee.nearest(&work) }
    }

    func squaredDistances(
        _ x: StridedArray, centroids: StridedArray, assignments: StridedArray, into distances: StridedArray
    ) {
        requireRows(x, centroids)
        precondition(
            assignments.shape == [x.shape[0]] && assignments.elementType == .int32 && distances.shape == assignments.shape
                && distances.elementType == .float64 && centroids.shape[1] == x.shape[1],
            "distances of rows \(x.shape) to centroids \(centroids.shape)")
        var work = row_distances(
            rows: Int64(x.shape[0]), columns: Int64(x.shape[1]), x: x.floats, centroid: centroids.floats,
            assignments: assignments.address.assumingMemoryBound(to: Int32.self),
            distances: distances.address.assumingMemoryBound(to: Double.self))
        kernels.pointee.row_distances(&work)
    }

    func firstRow(of x: StridedArray, beyond limit: Double) -> Int? {
        requireRows(x)
        let row = Int(kernels.pointee.first_row_beyond(Int64(x.shape[0]), Int64(x.shape[1]), x.floats, Float(limit)))
        return row < x.shape[0] ? row : nil
    }

    func rowProducts(_ x: StridedArray, weights: StridedArray, bias: StridedArray, into y: StridedArray) {
        requireRows(x, weights, y)
        precondition(
            weights.shape[1] == x.shape[1] && bias.shape == [weights.shape[0]] && bias.elementType == .float32
                && y.shape == [x.shape[0], weights.shape[0]],
            "products of rows \(x.shape) with \(weights.shape) into \(y.shape)")
        var work = row_products(
            rows: Int64(x.shape[0]), columns: Int64(x.shape[1]), outputs: Int64(weights.shape[0]), x: x.floats,
            weights: weights.floats, bias: bias.floats, y: y.floats, scratch: nil)
        let scratch = allocate(byteCount: Int(kernels.pointee.row_products_scratch(&work)))
        work.scratch = scratch.address
        withExtendedLifetime(scratch) { kernels.pointee.row_products(&work) }
    }

    func columnProducts(_ x: StridedArray, mean: StridedArray, into products: StridedArray) {
        requireRows(x)
        let columns = x.shape[1]
        precondition(
            mean.shape == [columns] && products.shape == [columns, columns] && products.isRowMajor
                && mean.elementType == .float64 && products.elementType == .float64,
            "products of \(columns) columns into \(products.shape)")
        var work = column_products(
            rows: Int64(x.shape[0]), columns: Int64(columns), x: x.floats,
            mean: mean.address.assumingMemoryBound(to: Double.self),
            products: products.address.assumingMemoryBound(to: Double.self), scratch: nil)
        let scratch = allocate(byteCount: Int(kernels.pointee.column_products_scratch(&work)))
        work.scratch = scratch.address
        withExtendedLifetime(scratch) { kernels.pointee.column_products(&work) }
    }

    func eigenvectors(in matrix: StridedArray) throws(EigenvectorError) -> [Double] {
        let size = matrix.shape.first ?? 0
        precondition(
            matrix.shape == [size, size] && matrix.isRowMajor && matrix.elementType == .float64,
            "eigenvectors of \(matrix.shape)")
        // How BLAS cuts its work depends on the number of threads, and so would the bits.
        blas_set_threads(1)
        defer { blas_set_threads(Int32(description.threads)) }
        var values = [Double](repeating: 0, count: size), failure: Int32 = 0
        guard blas_eigenvectors(Int32(size), matrix.address.assumingMemoryBound(to: Double.self), &values, &failure) else {
            throw .noLAPACK(library: description.blasLibrary)
        }
        guard failure == 0 else { throw .notFound(size: size, failure: Int(failure)) }
        return values
    }

    private func requireRows(_ arrays: StridedArray...) {
        precondition(
            arrays.allSatisfy { $0.shape.count == 2 && $0.isRowMajor && $0.elementType == .float32 },
            "rows of features are row-major float32, not \(arrays.map(\.elementType)) \(arrays.map(\.shape))")
    }
}
