// Views and copies: the same elements under another shape or type.

extension Tensor {
    /// The elements converted to another type; no copy where it is that type. Backward: converted back.
    public func converted(to type: ElementType) -> Tensor {
        guard type != elementType else { return self }
        let y = Tensor.uninitialized(shape, type, strides: array.layout), from = elementType
        Engine.backend.convert(array, into: y)
        return Tensor(y).recorded("converted", from: [self]) { dy in [dy.converted(to: from)] }
    }

    /// The elements in the type that the engine holds activations in: `bfloat16` instead of `float32` where the precision of the
    /// run is bf16. Backbones begin with it.
    public var asActivations: Tensor {
        elementType == .float32 ? converted(to: Engine.backend.description.activationType) : self
    }

    /// The elements in row-major order; no copy where they are.
    public var contiguous: Tensor { array.isRowMajor ? self : laidOut(StridedArray.rowMajorStrides(of: shape)) }

    /// The elements with axis 1 innermost in memory; no copy where they are.
    public var channelsLast: Tensor { array.isChannelsLast ? self : laidOut(StridedArray.channelsLastStrides(of: shape)) }

    private func laidOut(_ strides: [Int]) -> Tensor {
        let y = Tensor.uninitialized(shape, elementType, strides: strides)
        Engine.backend.convert(array, into: y)
        return Tensor(y).recorded("laidOut", from: [self]) { dy in [dy] }
    }

    private func view(_ shape: [Int], strides: [Int], offset: Int = 0) -> Tensor {
        Tensor(
            StridedArray(
                buffer: array.buffer, offset: array.offset + offset, shape: shape, strides: strides, elementType: elementType))
    }

    /// The same elements in row-major order under another shape of equal count; one extent may be -1.
    public func reshaped(to shape: [Int]) -> Tensor {
        var target = shape
        if let open = shape.firstIndex(of: -1) {
            let known = shape.filter { $0 != -1 }.reduce(1, *)
            precondition(known > 0 && count % known == 0, "\(self.shape) does not reshape to \(shape)")
            target[open] = count / known
        }
        precondition(target.reduce(1, *) == count, "\(self.shape) does not reshape to \(shape)")
        if target == self.shape { return self }
        let from = self.shape
        // Axes of extent 1 come and go in any layout; anything else wants row-major order.
        let source = from.filter { $0 != 1 } == target.filter { $0 != 1 } ? self : contiguous
        var held = zip(source.shape, source.array.strides).filter { $0.0 != 1 }.map(\.1)[...]
        let strides =
            source.shape.filter { $0 != 1 } == target.filter { $0 != 1 }
            ? target.map { $0 == 1 ? 1 : held.removeFirst() } : StridedArray.rowMajorStrides(of: target)
        return source.view(target, strides: strides).recorded("reshaped", from: [source]) { dy in [dy.reshaped(to: from)] }
    }

    /// The axes in another order. Backward: the inverse order.
    public func permuted(_ axes: [Int]) -> Tensor {
        precondition(axes.sorted() == Array(0..<rank), "\(axes) is no order of \(rank) axes")
        let inverse = axes.indices.sorted { axes[$0] < axes[$1] }
        return view(axes.map { shape[$0] }, strides: axes.map { array.strides[$0] })
            .recorded("permuted", from: [self]) { dy in [dy.permuted(inverse)] }
    }

    /// Rows and columns of a matrix exchanged.
    public var transposed: Tensor { permuted([1, 0]) }

    /// Repeated along axes of extent 1 and along new axes in front, without a copy. Backward: sums.
    public func expanded(to target: [Int]) -> Tensor {
        if target == shape { return self }
        let added = target.count - rank, from = shape
        precondition(added >= 0, "\(shape) does not expand to \(target)")
        let strides = target.indices.map { axis -> Int in
            guard axis >= added else { return 0 }
            let extent = from[axis - added]
            precondition(extent == target[axis] || extent == 1, "\(from) does not expand to \(target)")
            return extent == target[axis] ? array.strides[axis - added] : 0
        }
        return view(target, strides: strides).recorded("expanded", from: [self]) { dy in [dy.reduced(to: from)] }
    }

    /// The elements of `range` along `axis`, without a copy. Backward: zeros around.
    public func sliced(_ range: Range<Int>, axis: Int = 0) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= shape[axis], "\(range) of axis \(axis) of \(shape)")
        var extents = shape
        extents[axis] = range.count
        let whole = unrecorded
        return view(extents, strides: array.strides, offset: range.lowerBound * array.strides[axis])
            .recorded("sliced", from: [self]) { dy in
                let dx = Tensor.zeros(like: whole)
                Engine.backend.convert(dy.array, into: dx.sliced(range, axis: axis).array)
                return [dx]
            }
    }

    /// Pieces of the given extents along `axis`, one after the other.
    public func split(_ extents: [Int], axis: Int = 0) -> [Tensor] {
        precondition(extents.reduce(0, +) == shape[axis], "\(extents) of axis \(axis) of \(shape)")
        var start = 0
        return extents.map { extent in
            defer { start += extent }
            return sliced(start..<(start + extent), axis: axis)
        }
    }

    /// The tensors one after the other along `axis`; the other extents are equal. Backward: the pieces.
    public static func concatenated(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
        guard tensors.count > 1 else { return tensors[0] }
        var shape = tensors[0].shape
        shape[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
        let channelsLast = tensors[0].rank == 5 && tensors[0].array.isChannelsLast
        let y = uninitialized(
            shape, tensors[0].elementType, strides: channelsLast ? StridedArray.channelsLastStrides(of: shape) : nil)
        let extents = tensors.map { $0.shape[axis] }
        for (piece, tensor) in zip(Tensor(y).split(extents, axis: axis), tensors) {
            precondition(piece.shape == tensor.shape, "\(tensor.shape) does not fit \(piece.shape) of a concatenation")
            Engine.backend.convert(tensor.array, into: piece.array)
        }
        return Tensor(y).recorded("concatenated", from: tensors) { dy in dy.split(extents, axis: axis) }
    }
}

// MARK: Rows

extension Tensor {
    /// The rows (entries of the first axis) at `indices`, which may repeat. Backward: sums, in the order of the indices.
    public func rows(at indices: [Int]) -> Tensor {
        precondition(rank >= 1 && indices.allSatisfy { $0 >= 0 && $0 < shape[0] }, "row indices beyond \(shape)")
        let source = contiguous
        let index = Tensor(indices.map(Int32.init))
        let y = Tensor.uninitialized([indices.count] + shape.dropFirst(), elementType)
        Engine.backend.gatherRows(source.array, indices: index.array, into: y)
        let extents = shape
        return Tensor(y).recorded("rows", from: [source]) { gradient in
            let dy = gradient.computable
            let dx = Tensor.zeros(extents, elementType: dy.elementType)
            Engine.backend.scatterAddRows(dy.contiguous.array, indices: index.array, into: dx.array)
            return [dx]
        }
    }

    /// `[indices.count, classes]` with a 1 at each index, else 0. Indices are in 0 ..< classes.
    public static func oneHot(_ indices: [Int], classes: Int, elementType: ElementType = .float32) -> Tensor {
        var values = [Float](repeating: 0, count: indices.count * classes)
        for (row, index) in indices.enumerated() {
            precondition(index >= 0 && index < classes, "class \(index) of \(classes)")
            values[row * classes + index] = 1
        }
        return Tensor(values, shape: [indices.count, classes]).converted(to: elementType)
    }
}
