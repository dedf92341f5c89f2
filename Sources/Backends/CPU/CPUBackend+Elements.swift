internal import CKernels

// Element by element, along axes, by rows.
extension CPUBackend {
    func convert(_ x: StridedArray, into y: StridedArray) {
        kernels.pointee.convert(x.extents, x.kernelArray, x.elementType.kernelType, y.kernelArray, y.elementType.kernelType)
    }

    func unary(_ operation: UnaryOperation, _ x: StridedArray, scalar: Double, into y: StridedArray) {
        requireComputable(x, y)
        kernels.pointee.unary(operation.kernel, x.elementType.kernelType, x.extents, x.kernelArray, y.kernelArray, scalar)
    }

    func binary(_ operation: BinaryOperation, _ a: StridedArray, _ b: StridedArray, into y: StridedArray) {
        requireComputable(a, b, y)
        kernels.pointee.binary(operation.kernel, y.elementType.kernelType, y.extents, a.kernelArray, b.kernelArray, y.kernelArray)
    }

    func reduce(_ operation: ReduceOperation, _ x: StridedArray, into y: StridedArray) {
        requireComputable(x, y)
        let kind = operation == .sum ? REDUCE_SUM : operation == .maximum ? REDUCE_MAXIMUM : REDUCE_MINIMUM
        kernels.pointee.reduce(kind, x.elementType.kernelType, x.extents, x.kernelArray, y.reductionTarget(of: x))
    }

    func argmax(_ x: StridedArray, into y: StridedArray) {
        requireComputable(x)
        precondition(x.isRowMajor && y.isRowMajor && y.elementType == .int32, "argmax takes row-major arrays")
        let last = x.shape.last ?? 1
        kernels.pointee.argmax(
            x.elementType.kernelType, Int64(last == 0 ? 0 : x.count / last), Int64(last), x.address,
            y.address.assumingMemoryBound(to: Int32.self))
    }

    func gatherRows(_ x: StridedArray, indices: StridedArray, into y: StridedArray) {
        precondition(x.isRowMajor && y.isRowMajor && indices.isRowMajor && indices.elementType == .int32, "rows are row-major")
        kernels.pointee.gather_rows(
            x.elementType.kernelType, Int64(indices.count), Int64(x.shape.dropFirst().reduce(1, *)), x.address,
            indices.address.assumingMemoryBound(to: Int32.self), y.address)
    }

    func scatterAddRows(_ x: StridedArray, indices: StridedArray, into y: StridedArray) {
        requireComputable(x, y)
        precondition(x.isRowMajor && y.isRowMajor && indices.isRowMajor && indices.elementType == .int32, "rows are row-major")
        kernels.pointee.scatter_add_rows(
            x.elementType.kernelType, Int64(indices.count), Int64(x.shape.dropFirst().reduce(1, *)), x.address,
            indices.address.assumingMemoryBound(to: Int32.self), y.address)
    }

    func sumOfSquares(_ x: StridedArray) -> Double {
        requireComputable(x)
        precondition(x.isDense, "sumOfSquares takes a dense array")
        return kernels.pointee.sum_of_squares(x.elementType.kernelType, Int64(x.count), x.address)
    }

    func allFinite(_ x: StridedArray) -> Bool {
        requireComputable(x)
        precondition(x.isDense, "allFinite takes a dense array")
        return kernels.pointee.all_finite(x.elementType.kernelType, Int64(x.count), x.address)
    }

    func dropoutMask(key: UInt64, rate: Double, into y: StridedArray) {
        requireComputable(y)
        precondition(y.isDense, "a mask is dense")
        kernels.pointee.dropout_mask(y.elementType.kernelType, Int64(y.count), key, rate, y.address)
    }

    func requireComputable(_ arrays: StridedArray...) {
        let type = arrays[0].elementType
        precondition(
            type.isComputable && arrays.allSatisfy { $0.elementType == type },
            "arithmetic takes float32 or float64, not \(arrays.map(\.elementType))")
    }
}

extension UnaryOperation {
    fileprivate var kernel: unary_operation {
        switch self {
        case .negate: UNARY_NEGATE
        case .exp: UNARY_EXP
        case .log: UNARY_LOG
        case .sqrt: UNARY_SQRT
        case .relu: UNARY_RELU
        case .tanh: UNARY_TANH
        case .sigmoid: UNARY_SIGMOID
        case .square: UNARY_SQUARE
        case .absolute: UNARY_ABSOLUTE
        case .addScalar: UNARY_ADD_SCALAR
        case .multiplyScalar: UNARY_MULTIPLY_SCALAR
        case .powerScalar: UNARY_POWER_SCALAR
        case .maximumScalar: UNARY_MAXIMUM_SCALAR
        case .minimumScalar: UNARY_MINIMUM_SCALAR
        case .erf: UNARY_ERF
        }
    }
}

extension BinaryOperation {
    fileprivate var kernel: binary_operation {
        switch self {
        case .add: BINARY_ADD
        case .subtract: BINARY_SUBTRACT
        case .multiply: BINARY_MULTIPLY
        case .divide: BINARY_DIVIDE
        case .maximum: BINARY_MAXIMUM
        case .minimum: BINARY_MINIMUM
        case .greater: BINARY_GREATER
        case .greaterEqual: BINARY_GREATER_EQUAL
        case .equal: BINARY_EQUAL
        case .wherePositive: BINARY_WHERE_POSITIVE
        }
    }
}
