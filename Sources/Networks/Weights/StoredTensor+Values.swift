import Tensor

extension StoredTensor {
    /// A tensor of f32 values in row-major order.
    public init(name: String, shape: [Int], floats: [Float]) {
        self.init(name: name, type: .float32, shape: shape, bytes: floats.withUnsafeBytes { Array($0) })
    }

    /// The values of `tensor` in row-major order, to the bit; bf16 as f32.
    public init(name: String, _ tensor: Tensor) {
        let type: StoredType =
            switch tensor.elementType {
            case .float64: .float64
            case .int64: .int64
            case .int32: .int32
            case .uint8: .uint8
            case .float32, .bfloat16: .float32
            }
        let stored = tensor.elementType == .bfloat16 ? tensor.converted(to: .float32) : tensor
        self.init(name: name, type: type, shape: tensor.shape, bytes: stored.bytes)
    }

    /// The values as f32, rounded where the file has f64; nil where they are whole numbers.
    public var floats: [Float]? {
        switch type {
        case .float64: elements(Double.self).map { Float($0) }
        case .float32: elements(Float.self)
        case .float16: elements(Float16.self).map { Float($0) }
        case .bfloat16: elements(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
        case .int64, .int32, .uint8: nil
        }
    }

    /// The elements, read as they lie.
    func elements<Element: BitwiseCopyable>(_ type: Element.Type) -> [Element] {
        bytes.withUnsafeBytes { raw in
            [Element](unsafeUninitializedCapacity: raw.count / MemoryLayout<Element>.size) { buffer, count in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: raw)
                count = raw.count / MemoryLayout<Element>.size
            }
        }
    }

    /// This tensor under another name.
    public func named(_ name: String) -> StoredTensor { StoredTensor(name: name, type: type, shape: shape, bytes: bytes) }
}

extension Tensor {
    /// The values of a stored tensor; f16 and bf16 become float32.
    public init(_ stored: StoredTensor) {
        switch stored.type {
        case .float64: self.init(stored.elements(Double.self), shape: stored.shape)
        case .int64: self.init(stored.elements(Int64.self), shape: stored.shape)
        case .int32: self.init(stored.elements(Int32.self), shape: stored.shape)
        case .uint8: self.init(stored.elements(UInt8.self), shape: stored.shape)
        case .float32, .float16, .bfloat16: self.init(stored.floats ?? [], shape: stored.shape)
        }
    }
}
