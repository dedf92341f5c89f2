@_exported import Backends

/// An array of numbers with a shape, and the record of how it was computed where a gradient is wanted.
///
/// Values never change once a tensor exists, except those of parameters and running averages, which their owners update
/// between steps. Broadcasting follows numpy's rules. Clip batches are `[N, C, T, H, W]` and held channels-last; convolutions,
/// poolings and normalisations keep them in `bfloat16` where they come so, all other arithmetic on `bfloat16` gives `float32`.
public struct Tensor {
    /// The elements.
    public internal(set) var array: StridedArray
    let node: Node?

    /// A constant over `array`.
    public init(_ array: StridedArray) {
        self.array = array
        node = nil
    }

    init(_ array: StridedArray, node: Node?) {
        self.array = array
        self.node = node
    }

    /// The extents.
    public var shape: [Int] { array.shape }
    /// The number of axes.
    public var rank: Int { array.shape.count }
    /// The number of elements.
    public var count: Int { array.count }
    /// The type of the elements.
    public var elementType: ElementType { array.elementType }
    /// Whether a gradient flows to what this was computed from.
    public var requiresGradient: Bool { node != nil }

    /// The same values as a constant: no gradient flows through it.
    public var detached: Tensor { HeldConstants.current?.constant(self) ?? unrecorded }

    /// The same values without the record, for use inside an operation.
    var unrecorded: Tensor { Tensor(array) }
}

// MARK: Creation

extension Tensor {
    /// Uninitialised elements, row-major unless strides are given.
    package static func uninitialized(_ shape: [Int], _ elementType: ElementType, strides: [Int]? = nil) -> StridedArray {
        Engine.backend.newArray(shape, elementType, strides: strides)
    }

    /// The values in row-major order, with `shape`, whose product is their number.
    public init<Element: ArrayElement>(_ values: [Element], shape: [Int]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values for shape \(shape)")
        let array = Tensor.uninitialized(shape, Element.elementType)
        array.write(values)
        self.init(array)
    }

    /// The values as a vector.
    public init<Element: ArrayElement>(_ values: [Element]) { self.init(values, shape: [values.count]) }

    /// The elements `floats` in the order of memory, with the shape and layout of `other`, which is dense.
    package init(floats: UnsafeBufferPointer<Float>, like other: Tensor) {
        let array = Tensor.uninitialized(other.shape, .float32, strides: other.array.layout)
        array.write(floats)
        self.init(array)
    }

    /// The elements `bytes` as they lie in row-major order, of `elementType`.
    package init(bytes: [UInt8], shape: [Int], elementType: ElementType) {
        let array = Tensor.uninitialized(shape, elementType)
        array.write(bytes: bytes)
        self.init(array)
    }

    /// Every element equal to `value`.
    public init(repeating value: Double, shape: [Int], elementType: ElementType = .float32) {
        let one = Tensor([value], shape: []).converted(to: elementType)
        self.init(one.expanded(to: shape).contiguous.array)
    }

    /// Every element 0.
    public static func zeros(_ shape: [Int], elementType: ElementType = .float32) -> Tensor {
        Tensor(repeating: 0, shape: shape, elementType: elementType)
    }

    /// Normal values of mean 0 (Box and Muller 1958); element i depends on `key` and i only.
    public static func normal(_ shape: [Int], standardDeviation: Double, key: RandomKey, elementType: ElementType = .float32)
        -> Tensor
    {
        let values = uninitialized(shape, elementType)
        Engine.backend.normalValues(key: key.value, standardDeviation: standardDeviation, into: values)
        return Tensor(values)
    }

    /// Zeros with the layout of `other`.
    public static func zeros(like other: Tensor) -> Tensor {
        let zeros = uninitialized(other.shape, other.elementType, strides: other.array.layout)
        Engine.backend.convert(Tensor.zeros([], elementType: other.elementType).expanded(to: other.shape).array, into: zeros)
        return Tensor(zeros)
    }

    /// A copy of the values with the layout of this, in memory of its own.
    public func copied() -> Tensor {
        let copy = Tensor.uninitialized(shape, elementType, strides: array.layout)
        Engine.backend.convert(array, into: copy)
        return Tensor(copy)
    }
}

extension StridedArray {
    /// The strides of a new array like this one: its own where it is dense, else row-major.
    var layout: [Int] { isDense ? strides : StridedArray.rowMajorStrides(of: shape) }
}

// MARK: Reading

extension Tensor {
    /// The values in row-major order, converted to `Element`.
    public func values<Element: ArrayElement>(as type: Element.Type) -> [Element] {
        let constant = requiresGradient ? detached : self
        return constant.converted(to: Element.elementType).contiguous.array.values(as: Element.self)
    }

    /// The elements in row-major order as they lie in memory: little-endian, in the tensor's own type.
    public var bytes: [UInt8] { (requiresGradient ? detached : self).contiguous.array.bytes }

    /// The only element. The tensor must have exactly one.
    public var scalar: Double {
        precondition(count == 1, "a tensor of shape \(shape) is no scalar")
        return values(as: Double.self)[0]
    }

    /// The square root of the sum of squares.
    public var norm: Double { Engine.backend.sumOfSquares(denseArray).squareRoot() }

    /// The sum of squares.
    public var sumOfSquares: Double { Engine.backend.sumOfSquares(denseArray) }

    /// Whether no element is NaN or infinite.
    public var isFinite: Bool { Engine.backend.allFinite(denseArray) }

    private var denseArray: StridedArray {
        let values = computable
        return values.array.isDense ? values.array : values.contiguous.array
    }
}

extension Tensor: CustomStringConvertible {
    public var description: String {
        let shown = values(as: Double.self).prefix(8).map { "\($0)" }.joined(separator: ", ")
        return "Tensor(\(elementType.rawValue), \(shape): [\(shown)\(count > 8 ? ", ..." : "")])"
    }
}
