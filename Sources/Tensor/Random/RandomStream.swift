/// What a random draw is for: it keeps draws of one sample independent of each other.
public enum RandomPurpose: UInt64, Sendable {
    case order = 1
    case clipStart
    case geometry
    case photometry
    case initialisation
    case dropout
    case synthesis = 8
    case resampling
    case epoch
}

/// The key of a random stream: the same key gives the same numbers on every machine, for any number of workers.
///
/// The fields are folded one after the other by the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
public struct RandomKey: Hashable, Sendable {
    /// The folded fields.
    public let value: UInt64

    /// A key of the draws of one purpose. `sample` is the stable index of a sample, `view` the number of the view in its plan.
    public init(seed: UInt64, purpose: RandomPurpose, epoch: UInt64 = 0, sample: UInt64 = 0, view: UInt64 = 0) {
        value = [seed, purpose.rawValue, epoch, sample, view].reduce(0x5EED_0F5E_A150_0001) { state, field in
            SplitMix64.finalize(state &+ SplitMix64.increment &+ SplitMix64.finalize(field &+ SplitMix64.increment))
        }
    }

    private init(value: UInt64) { self.value = value }

    /// An independent key below this one, such as that of one layer among many.
    public func derived(_ field: UInt64) -> RandomKey {
        RandomKey(value: SplitMix64.finalize(value &+ SplitMix64.increment &+ SplitMix64.finalize(field &+ SplitMix64.increment)))
    }

    /// An independent key below this one, by name (FNV-1a of the UTF-8).
    public func derived(_ name: String) -> RandomKey {
        derived(name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    /// The stream of this key, from its beginning.
    public var stream: RandomStream { RandomStream(key: self) }
}

/// A counter-based random generator: the n-th number is a function of the key and n only (SplitMix64).
public struct RandomStream: RandomNumberGenerator, Sendable {
    private let key: UInt64
    private var counter: UInt64 = 0

    /// The stream of `key`, from its beginning.
    public init(key: RandomKey) { self.key = key.value }

    public mutating func next() -> UInt64 {
        counter &+= 1
        return SplitMix64.finalize(key &+ counter &* SplitMix64.increment)
    }

    /// A number in [0, 1) with 53 random bits.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number in [low, high).
    public mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

    /// An integer in [0, count), without bias (Lemire 2019). `count` must be positive.
    public mutating func integer(below count: Int) -> Int {
        precondition(count > 0, "a draw from nothing")
        let bound = UInt64(count)
        var product = next().multipliedFullWidth(by: bound)
        let threshold = (0 &- bound) % bound
        while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        return Int(product.high)
    }

    /// True with probability `probability`.
    public mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

    /// A random order of 0 ..< count (Fisher and Yates).
    public mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, integer(below: last + 1)) }
        return order
    }
}

/// The constants and the mixing function of SplitMix64.
enum SplitMix64 {
    static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    static func finalize(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
