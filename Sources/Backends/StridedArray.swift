/// Elements in a buffer, found by strides: what a backend computes on.
///
/// A clip batch `[N, C, T, H, W]` is held channels-last: its strides are those of `[N, T, H, W, C]`.
public struct StridedArray: Sendable {
    /// Where the elements are.
    public private(set) var buffer: Buffer
    /// The first element, counted in elements from the start of the buffer.
    public let offset: Int
    /// Extents; at most eight.
    public let shape: [Int]
    /// Elements from one index to the next along each axis; 0 repeats.
    public let strides: [Int]
    /// The type of the elements.
    public let elementType: ElementType

    /// A view of `buffer`.
    public init(buffer: Buffer, offset: Int = 0, shape: [Int], strides: [Int], elementType: ElementType) {
        precondition(shape.count == strides.count && shape.count <= 8, "shape \(shape) with strides \(strides)")
        self.buffer = buffer
        self.offset = offset
        self.shape = shape
        self.strides = strides
        self.elementType = elementType
    }

    /// Whether nothing else refers to the memory, so that it may be written to.
    package mutating func isUniquelyReferenced() -> Bool { isKnownUniquelyReferenced(&buffer) }

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// The first element's address.
    var address: UnsafeMutableRawPointer { buffer.address + offset * elementType.byteCount }

    /// The strides of a row-major array.
    public static func rowMajorStrides(of shape: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in stride(from: shape.count - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * max(1, shape[axis + 1])
        }
        return strides
    }

    /// The strides that put axis 1 innermost: `[N, C, T, H, W]` held as `[N, T, H, W, C]`.
    public static func channelsLastStrides(of shape: [Int]) -> [Int] {
        guard shape.count >= 3 else { return rowMajorStrides(of: shape) }
        var strides = [Int](repeating: 1, count: shape.count)
        var step = max(1, shape[1])
        for axis in stride(from: shape.count - 1, through: 2, by: -1) {
            strides[axis] = step
            step *= max(1, shape[axis])
        }
        strides[0] = step
        return strides
    }

    // The layouts are asked for in every operation, so that no strides are made to compare with.

    /// Whether the elements lie in row-major order without gaps.
    public var isRowMajor: Bool {
        var step = 1
        return shape.indices.reversed().allSatisfy { isStep($0, &step) }
    }

    /// Whether the elements lie channels-last without gaps.
    public var isChannelsLast: Bool {
        guard shape.count >= 3 else { return isRowMajor }
        var step = 1
        return isStep(1, &step) && (2..<shape.count).reversed().allSatisfy { isStep($0, &step) } && isStep(0, &step)
    }

    /// Whether `axis` moves by `step`, which it multiplies by its extent.
    private func isStep(_ axis: Int, _ step: inout Int) -> Bool {
        defer { step *= max(1, shape[axis]) }
        return shape[axis] <= 1 || strides[axis] == step
    }

    /// Whether the strides are these, axes of extent 1 left aside.
    public func hasStrides(_ expected: [Int]) -> Bool {
        zip(shape, zip(strides, expected)).allSatisfy { extent, pair in extent <= 1 || pair.0 == pair.1 }
    }

    /// Whether the elements fill a block of memory without gaps or repeats, in some order of the axes.
    public var isDense: Bool {
        if shape.contains(0) { return true }
        var step = 1
        for _ in 0..<shape.count(where: { $0 > 1 }) {
            guard let axis = shape.indices.first(where: { shape[$0] > 1 && strides[$0] == step }) else { return false }
            step *= shape[axis]
        }
        return true
    }
}

// MARK: Copies of values

extension StridedArray {
    /// Copies `values` over the elements from the `position`-th in memory on; the array is dense and of that type.
    public func write<Element: ArrayElement>(_ values: some RandomAccessCollection<Element>, at position: Int = 0) {
        precondition(
            Element.elementType == elementType && isDense && position >= 0 && position + values.count <= count,
            "\(values.count) values at \(position) of \(count)")
        let target = UnsafeMutableBufferPointer(
            start: address.assumingMemoryBound(to: Element.self) + position, count: values.count)
        _ = target.update(fromContentsOf: values)
    }

    /// Copies `bytes` over all elements as they lie in memory; the array is dense.
    package func write(bytes: [UInt8]) {
        precondition(
            isDense && bytes.count == count * elementType.byteCount, "\(bytes.count) bytes for \(count) of \(elementType)")
        UnsafeMutableRawBufferPointer(start: address, count: bytes.count).copyBytes(from: bytes)
    }

    /// Copies the elements in memory order to `target`, which is as long; the array is dense and of `float32`.
    package func copyFloats(to target: UnsafeMutableBufferPointer<Float>) {
        precondition(elementType == .float32 && isDense && target.count == count, "\(count) of \(elementType) to \(target.count)")
        _ = target.update(fromContentsOf: UnsafeBufferPointer(start: address.assumingMemoryBound(to: Float.self), count: count))
    }

    /// The elements in memory order as they lie; the array is dense.
    public var bytes: [UInt8] {
        precondition(isDense, "the bytes of an array with gaps")
        let length = count * elementType.byteCount
        return [UInt8](unsafeUninitializedCapacity: length) { buffer, written in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: UnsafeRawBufferPointer(start: address, count: length))
            written = length
        }
    }

    /// The elements in memory order; the array is dense and of that type.
    public func values<Element: ArrayElement>(as type: Element.Type) -> [Element] {
        precondition(Element.elementType == elementType && isDense, "\(elementType) read as \(Element.elementType)")
        return Array(UnsafeBufferPointer(start: address.assumingMemoryBound(to: Element.self), count: count))
    }
}
