import Tensor

/// The directions in which features vary most, and the projection onto them.
///
/// Means, covariance and eigenvectors are computed in double, the projection in f32; the bits do not depend on the number of threads.
public struct PrincipalComponents {
    /// A component whose variance is below this share of the largest is scaled as if it had that much: rounding is not amplified.
    public static let flatShare = 1e-9

    /// The mean of each feature, `[D]`.
    public let mean: [Double]
    /// The variance along each component (divisor N - 1), the largest first.
    public let variances: [Double]
    /// Unit directions `[components, D]`, f32; the entry of the largest magnitude (the first of several) is positive.
    public let components: Tensor
    /// What the projection multiplies with, `[components, D]`, and then adds.
    private let weights: StridedArray, bias: StridedArray

    /// Fits `min(dimensions, D, N - 1)` components: N rows have no more directions, whatever was asked for.
    ///
    /// - Parameters:
    ///   - features: `[N, D]`, f32.
    ///   - whitens: Whether each component is divided by its standard deviation, so that all have variance 1.
    /// Throws `ClusteringError` where values are not finite or all rows are equal, `EigenvectorError` without LAPACK.
    public init(of features: Tensor, dimensions: Int, whitens: Bool = true) throws {
        guard dimensions > 0 else { throw ClusteringError.dimensions(dimensions) }
        let rows = try FeatureRows(features)
        guard rows.squaredDistances(toRow: 0).contains(where: { $0 > 0 }) else {
            throw ClusteringError.constantFeatures(rows: rows.count)
        }
        let width = rows.width, count = min(dimensions, width, rows.count - 1)
        let mean = Tensor.uninitialized([width], .float64), products = Tensor.uninitialized([width, width], .float64)
        Engine.backend.columnProducts(rows.array, mean: mean, into: products)
        let ascending = try Engine.backend.eigenvectors(in: products)
        let vectors = products.values(as: Double.self)

        self.mean = mean.values(as: Double.self)
        variances = ascending.suffix(count).reversed().map { max(0, $0) / Double(rows.count - 1) }
        let directions = (0..<count).map { number in
            PrincipalComponents.signed(vectors[((width - 1 - number) * width)..<((width - number) * width)])
        }
        components = Tensor(directions.flatMap { $0.map(Float.init) }, shape: [count, width])
        let floor = PrincipalComponents.flatShare * variances[0]
        let scaled = zip(directions, variances).map { direction, variance in
            let scale = whitens ? 1 / max(variance, floor).squareRoot() : 1
            return direction.map { Float($0 * scale) }
        }
        let offsets = scaled.map { [mean = self.mean] in -zip(mean, $0).reduce(0) { $0 + $1.0 * Double($1.1) } }
        weights = Tensor(scaled.flatMap(\.self), shape: [count, width]).array
        bias = Tensor(offsets.map(Float.init)).array
    }

    /// The features `[N, D]` along the components, `[N, components]`, f32. Throws `ClusteringError` where they do not fit.
    public func applied(to features: Tensor) throws(ClusteringError) -> Tensor {
        let rows = try FeatureRows(features)
        guard rows.width == mean.count else {
            throw .width(what: "features", found: rows.width, expected: mean.count)
        }
        let projected = Tensor.uninitialized([rows.count, variances.count], .float32)
        Engine.backend.rowProducts(rows.array, weights: weights, bias: bias, into: projected)
        return Tensor(projected)
    }

    /// The sign of an eigenvector is left open: it is settled here, so that repeats agree.
    private static func signed(_ vector: ArraySlice<Double>) -> [Double] {
        let largest = vector.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
        return largest < 0 ? vector.map { -$0 } : Array(vector)
    }
}
