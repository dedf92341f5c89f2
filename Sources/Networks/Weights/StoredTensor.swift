/// The number formats of tensors in files, by their names in safetensors.
public enum StoredType: String, Sendable, CaseIterable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case uint8 = "U8"

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .float16, .bfloat16: 2
        case .uint8: 1
        }
    }
}

/// A tensor as a file holds it: its elements in C order, little-endian.
public struct StoredTensor: Sendable, Equatable {
    /// Unique within a file; dotted by convention (`stem.0.weight`).
    public let name: String
    /// The format of the elements.
    public let type: StoredType
    /// The extents, outermost first; empty for a single number.
    public let shape: [Int]
    /// `shape`'s product times `type.size` bytes.
    public let bytes: [UInt8]

    /// A tensor of `bytes`, whose count must be what `type` and `shape` say.
    public init(name: String, type: StoredType, shape: [Int], bytes: [UInt8]) {
        precondition(
            StoredTensor.byteCount(type, shape) == bytes.count,
            "\(name): \(bytes.count) bytes do not make \(type.rawValue)\(shape)")
        self.name = name
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    /// Extents that a tensor may have.
    static let greatestRank = 8

    /// The bytes that a tensor takes; nil for an extent below 0, more than eight of them, or more than 63 bits of elements.
    static func byteCount(_ type: StoredType, _ shape: [Int]) -> Int? {
        guard shape.count <= greatestRank else { return nil }
        var count = type.size
        // Without the zeros first: they must not hide a product that overflows.
        for extent in shape where extent != 0 {
            guard extent > 0 else { return nil }
            let (product, overflows) = count.multipliedReportingOverflow(by: extent)
            guard !overflows else { return nil }
            count = product
        }
        return shape.contains(0) ? 0 : count
    }
}

/// All that a weight file holds.
public struct StoredWeights: Sendable, Equatable {
    /// The tensors in the order of their bytes in the file.
    public let tensors: [StoredTensor]
    /// Free texts by name.
    public let metadata: [String: String]
    /// SHA-256 of the whole file, in 64 hexadecimal digits.
    public let digest: String

    /// All that a file of this digest holds.
    public init(tensors: [StoredTensor], metadata: [String: String], digest: String) {
        self.tensors = tensors
        self.metadata = metadata
        self.digest = digest
    }

    /// The tensor called `name`, or nil.
    public subscript(name: String) -> StoredTensor? { tensors.first { $0.name == name } }
}
