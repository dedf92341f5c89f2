// Sums, means and extremes along axes.

extension Tensor {
    private func reduce(_ operation: ReduceOperation, _ axes: [Int]) -> Tensor {
        var extents = shape
        for axis in axes { extents[axis] = 1 }
        let x = computable
        let y = Tensor.uninitialized(extents, x.elementType)
        Engine.backend.reduce(operation, x.array, into: y)
        return Tensor(y)
    }

    private func resolved(_ axes: [Int]?) -> [Int] {
        let resolved = axes?.map { $0 < 0 ? $0 + rank : $0 } ?? Array(0..<rank)
        precondition(resolved.allSatisfy { $0 >= 0 && $0 < rank }, "axes \(resolved) of \(shape)")
        return resolved
    }

    private func dropping(_ axes: [Int], keepingAxes: Bool) -> Tensor {
        keepingAxes ? self : reshaped(to: shape.indices.filter { !axes.contains($0) }.map { shape[$0] })
    }

    /// Sums along `axes` (all where nil), held in double on the way. Backward: dx = dy, repeated.
    public func sum(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        let gone = resolved(axes), from = shape
        return reduce(.sum, gone).recorded("sum", from: [self]) { dy in [dy.expanded(to: from)] }
            .dropping(gone, keepingAxes: keepingAxes)
    }

    /// Means along `axes` (all where nil).
    public func mean(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        let gone = resolved(axes)
        return sum(axes: gone, keepingAxes: keepingAxes) * (1 / Double(gone.reduce(1) { $0 * shape[$1] }))
    }

    /// Maxima along `axes` (all where nil); NaN wins. Backward: dy, in equal parts to all that hold the maximum.
    public func max(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor { extreme(.maximum, axes, keepingAxes) }

    /// Minima along `axes` (all where nil); NaN wins. Backward: dy, in equal parts to all that hold the minimum.
    public func min(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor { extreme(.minimum, axes, keepingAxes) }

    private func extreme(_ operation: ReduceOperation, _ axes: [Int]?, _ keepingAxes: Bool) -> Tensor {
        let gone = resolved(axes), x = unrecorded
        let y = reduce(operation, gone)
        return y.recorded("extreme", from: [self]) { dy in
            let holders = x .== y
            return [holders * (dy / holders.sum(axes: gone, keepingAxes: true))]
        }.dropping(gone, keepingAxes: keepingAxes)
    }

    /// The lowest index of a maximum along the last axis.
    public func argmax() -> [Int] {
        let x = computable.contiguous
        let y = Tensor.uninitialized(Array(shape.dropLast()), .int32)
        Engine.backend.argmax(x.array, into: y)
        return Tensor(y).values(as: Int32.self).map(Int.init)
    }
}
