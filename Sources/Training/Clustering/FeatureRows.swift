import Tensor

/// Features as they are computed on: `[N, D]`, f32 and row-major, of values that can be squared and summed.
struct FeatureRows {
    /// The largest magnitude of a value: the squares of a row sum up to less than f32 holds.
    static let limit = 1e15

    let array: StridedArray
    var count: Int { array.shape[0] }
    var width: Int { array.shape[1] }

    /// Copies only what is not f32 and row-major already. Throws `ClusteringError`; `what` is the name it has there.
    init(_ tensor: Tensor, what: String = "features") throws(ClusteringError) {
        guard tensor.rank == 2, tensor.count > 0 else { throw .notRows(shape: tensor.shape) }
        array = Tensor(tensor.array).converted(to: .float32).contiguous.array
        if let row = Engine.backend.firstRow(of: array, beyond: FeatureRows.limit) { throw .unusableValue(what: what, row: row) }
    }

    /// The rows with these numbers, as a matrix of its own.
    func rows(at numbers: [Int]) -> StridedArray { Tensor(array).rows(at: numbers).array }

    /// The values of one row.
    func row(_ number: Int) -> [Float] {
        StridedArray(
            buffer: array.buffer, offset: array.offset + number * width, shape: [width], strides: [1], elementType: .float32
        ).values(as: Float.self)
    }

    /// The squared distance of each row to its centroid.
    func squaredDistances(to centroids: StridedArray, _ assignments: StridedArray) -> [Double] {
        let distances = Tensor.uninitialized([count], .float64)
        Engine.backend.squaredDistances(array, centroids: centroids, assignments: assignments, into: distances)
        return distances.values(as: Double.self)
    }

    /// The squared distance of each row to the row `number`.
    func squaredDistances(toRow number: Int) -> [Double] {
        squaredDistances(to: rows(at: [number]), Tensor([Int32](repeating: 0, count: count)).array)
    }
}
