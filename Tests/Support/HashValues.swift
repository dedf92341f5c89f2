/// The values that a name stands for in the references (tools/reference/README.md).
public struct HashValues: Sendable {
    private let start: UInt64

    /// The values of `name`: FNV-1a, then SplitMix64.
    public init(_ name: String) {
        start = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// The value at `index`, in [0, 1).
    public func fraction(_ index: Int) -> Double {
        var z = start &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }

    /// The first `count` values, stretched to [low, high).
    public func uniform(_ count: Int, _ low: Double, _ high: Double) -> [Double] {
        (0..<count).map { low + (high - low) * fraction($0) }
    }

    /// The first `count` values as whole numbers below `bound`.
    public func integers(_ count: Int, below bound: Int) -> [Int] {
        (0..<count).map { Int((fraction($0) * Double(bound)).rounded(.down)) }
    }
}
