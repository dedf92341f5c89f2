/// The types that the elements of an array may have.
public enum ElementType: String, Sendable, CaseIterable {
    case float32
    case float64
    case bfloat16
    case int64
    case int32
    case uint8

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .bfloat16: 2
        case .uint8: 1
        }
    }

    /// Whether arithmetic is defined (`float32`, `float64`); the others are converted first.
    public var isComputable: Bool { self == .float32 || self == .float64 }

    /// Whether volumes may be held in this type: convolutions, normalisations, poolings and sums of gradients take `bfloat16` too.
    public var isVolumeType: Bool { isComputable || self == .bfloat16 }

    /// The type of the weights of layers over volumes of this type, and of all arithmetic on it: `float32` for `bfloat16`.
    public var parameterType: ElementType { self == .bfloat16 ? .float32 : self }
}

/// A Swift type whose values can be read from and written to arrays.
public protocol ArrayElement: Sendable {
    /// The element type in an array.
    static var elementType: ElementType { get }
}

extension Float: ArrayElement {
    public static var elementType: ElementType { .float32 }
}
extension Double: ArrayElement {
    public static var elementType: ElementType { .float64 }
}
extension Int64: ArrayElement {
    public static var elementType: ElementType { .int64 }
}
extension Int32: ArrayElement {
    public static var elementType: ElementType { .int32 }
}
extension UInt8: ArrayElement {
    public static var elementType: ElementType { .uint8 }
}
