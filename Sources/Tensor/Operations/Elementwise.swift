// Broadcasting and operations on each element.

extension Tensor {
    /// The shape of a result of two shapes by numpy's rules.
    static func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int] {
        if a == b { return a }
        let rank = Swift.max(a.count, b.count)
        return (0..<rank).map { axis in
            let x = axis < rank - a.count ? 1 : a[axis - rank + a.count]
            let y = axis < rank - b.count ? 1 : b[axis - rank + b.count]
            precondition(x == y || x == 1 || y == 1, "shapes \(a) and \(b) do not broadcast")
            return x == 1 ? y : x
        }
    }

    func unary(_ operation: UnaryOperation, scalar: Double = 0) -> Tensor {
        let y = Tensor.uninitialized(shape, elementType, strides: array.layout)
        Engine.backend.unary(operation, array, scalar: scalar, into: y)
        return Tensor(y)
    }

    static func binary(_ operation: BinaryOperation, _ a: Tensor, _ b: Tensor) -> Tensor {
        let shape = broadcastShape(a.shape, b.shape)
        let model = a.shape == shape ? a : b
        let strides = model.shape == shape ? model.array.layout : nil
        let y = uninitialized(shape, a.elementType, strides: strides)
        Engine.backend.binary(operation, a.unrecorded.expanded(to: shape).array, b.unrecorded.expanded(to: shape).array, into: y)
        return Tensor(y)
    }

    /// The gradient of an operand that was broadcast from `shape`.
    func reduced(to shape: [Int]) -> Tensor {
        guard self.shape != shape else { return self }
        let added = rank - shape.count
        let axes = (0..<rank).filter { $0 < added || (shape[$0 - added] == 1 && self.shape[$0] != 1) }
        return sum(axes: axes, keepingAxes: true).reshaped(to: shape)
    }
}

// MARK: Arithmetic

extension Tensor {
    /// Sum, with broadcasting. Backward: da = dy, db = dy.
    public static func + (a: Tensor, b: Tensor) -> Tensor {
        let (p, q) = (a.shape, b.shape)
        return binary(.add, a, b).recorded("add", from: [a, b]) { dy in [dy.reduced(to: p), dy.reduced(to: q)] }
    }

    /// Difference, with broadcasting. Backward: da = dy, db = -dy.
    public static func - (a: Tensor, b: Tensor) -> Tensor {
        let (p, q) = (a.shape, b.shape)
        return binary(.subtract, a, b).recorded("subtract", from: [a, b]) { dy in [dy.reduced(to: p), (-dy).reduced(to: q)] }
    }

    /// Product of elements, with broadcasting. Backward: da = dy b, db = dy a.
    public static func * (a: Tensor, b: Tensor) -> Tensor {
        let (x, y) = (a.unrecorded, b.unrecorded), (wantsA, wantsB) = (a.requiresGradient, b.requiresGradient)
        return binary(.multiply, a, b).recorded("multiply", from: [a, b]) { dy in
            [wantsA ? (dy * y).reduced(to: x.shape) : nil, wantsB ? (dy * x).reduced(to: y.shape) : nil]
        }
    }

    /// Quotient of elements, with broadcasting. Backward: da = dy / b, db = -dy a / b².
    public static func / (a: Tensor, b: Tensor) -> Tensor {
        let (x, y) = (a.unrecorded, b.unrecorded), (wantsA, wantsB) = (a.requiresGradient, b.requiresGradient)
        return binary(.divide, a, b).recorded("divide", from: [a, b]) { dy in
            [wantsA ? (dy / y).reduced(to: x.shape) : nil, wantsB ? (-(dy * x / (y * y))).reduced(to: y.shape) : nil]
        }
    }

    /// Negation. Backward: dx = -dy.
    public static prefix func - (x: Tensor) -> Tensor {
        x.unary(.negate).recorded("negate", from: [x]) { dy in [-dy] }
    }

    /// Sum with a number.
    public static func + (x: Tensor, scalar: Double) -> Tensor {
        x.unary(.addScalar, scalar: scalar).recorded("addScalar", from: [x]) { dy in [dy] }
    }

    /// Difference with a number.
    public static func - (x: Tensor, scalar: Double) -> Tensor { x + (-scalar) }

    /// A number minus each element.
    public static func - (scalar: Double, x: Tensor) -> Tensor { -x + scalar }

    /// Product with a number. Backward: dx = scalar dy.
    public static func * (x: Tensor, scalar: Double) -> Tensor {
        x.unary(.multiplyScalar, scalar: scalar).recorded("multiplyScalar", from: [x]) { dy in [dy * scalar] }
    }

    /// Product with a number.
    public static func * (scalar: Double, x: Tensor) -> Tensor { x * scalar }

    /// Quotient with a number.
    public static func / (x: Tensor, scalar: Double) -> Tensor { x * (1 / scalar) }
}

// MARK: Functions

extension Tensor {
    /// e to the x. Backward: dx = dy y.
    public func exp() -> Tensor {
        let y = unary(.exp)
        return y.recorded("exp", from: [self]) { dy in [dy * y] }
    }

    /// The natural logarithm. Backward: dx = dy / x.
    public func log() -> Tensor {
        let x = unrecorded
        return unary(.log).recorded("log", from: [self]) { dy in [dy / x] }
    }

    /// The square root. Backward: dx = dy / 2y; infinite at 0, as the slope is.
    public func sqrt() -> Tensor {
        let y = unary(.sqrt)
        return y.recorded("sqrt", from: [self]) { dy in [dy / (y * 2)] }
    }

    /// max(x, 0). Backward: dx = dy where y > 0.
    public func relu() -> Tensor {
        let y = unary(.relu)
        return y.recorded("relu", from: [self]) { dy in [Tensor.binary(.wherePositive, dy, y)] }
    }

    /// The hyperbolic tangent. Backward: dx = dy (1 - y²).
    public func tanh() -> Tensor {
        let y = unary(.tanh)
        return y.recorded("tanh", from: [self]) { dy in [dy * (1 - y.square())] }
    }

    /// 1 / (1 + e to the -x). Backward: dx = dy y (1 - y).
    public func sigmoid() -> Tensor {
        let y = unary(.sigmoid)
        return y.recorded("sigmoid", from: [self]) { dy in [dy * y * (1 - y)] }
    }

    /// The error function. Backward: dx = dy 2 / sqrt(pi) e to the -x².
    public func erf() -> Tensor {
        let x = unrecorded
        return unary(.erf).recorded("erf", from: [self]) { dy in
            [dy * (-x.square()).exp() * (2 / Double.pi.squareRoot())]
        }
    }

    /// x². Backward: dx = 2 dy x.
    public func square() -> Tensor {
        let x = unrecorded
        return unary(.square).recorded("square", from: [self]) { dy in [dy * x * 2] }
    }

    /// x to a power. Backward: dx = dy exponent x^(exponent - 1).
    public func power(_ exponent: Double) -> Tensor {
        let x = unrecorded
        return unary(.powerScalar, scalar: exponent).recorded("power", from: [self]) { dy in
            [dy * x.unary(.powerScalar, scalar: exponent - 1) * exponent]
        }
    }

    /// max(x, minimum). Backward: dx = dy where x > minimum.
    public func clamped(minimum: Double) -> Tensor {
        let x = unrecorded
        return unary(.maximumScalar, scalar: minimum).recorded("clamped", from: [self]) { dy in
            [Tensor.binary(.wherePositive, dy, x - minimum)]
        }
    }

    /// min(x, maximum). Backward: dx = dy where x < maximum.
    public func clamped(maximum: Double) -> Tensor {
        let x = unrecorded
        return unary(.minimumScalar, scalar: maximum).recorded("clamped", from: [self]) { dy in
            [Tensor.binary(.wherePositive, dy, maximum - x)]
        }
    }

    /// |x|. Backward: dx = dy with the sign of x, 0 at 0.
    public func absolute() -> Tensor {
        let x = unrecorded
        return unary(.absolute).recorded("absolute", from: [self]) { dy in
            [Tensor.binary(.wherePositive, dy, x) - Tensor.binary(.wherePositive, dy, -x)]
        }
    }
}

// MARK: Comparisons, as constants

extension Tensor {
    /// 1 where a > b, else 0.
    public static func .> (a: Tensor, b: Tensor) -> Tensor { binary(.greater, a.unrecorded, b.unrecorded) }

    /// 1 where a >= b, else 0.
    public static func .>= (a: Tensor, b: Tensor) -> Tensor { binary(.greaterEqual, a.unrecorded, b.unrecorded) }

    /// 1 where a = b, else 0.
    public static func .== (a: Tensor, b: Tensor) -> Tensor { binary(.equal, a.unrecorded, b.unrecorded) }

    /// 1 where a >= threshold, else 0.
    public static func .>= (a: Tensor, threshold: Double) -> Tensor { a .>= Tensor.scalar(threshold, like: a) }

    /// 1 where a > threshold, else 0.
    public static func .> (a: Tensor, threshold: Double) -> Tensor { a .> Tensor.scalar(threshold, like: a) }

    /// A number as a tensor without axes, of the element type of `other`.
    public static func scalar(_ value: Double, like other: Tensor) -> Tensor {
        Tensor([value], shape: []).converted(to: other.elementType)
    }
}

infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .== : ComparisonPrecedence
