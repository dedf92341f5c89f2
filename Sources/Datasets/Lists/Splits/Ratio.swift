/// An exact share, kept as a fraction in lowest terms: floating point would move quotas by a clip.
public struct Ratio: Sendable, Hashable, CustomStringConvertible {
    /// p, not negative.
    public let numerator: Int
    /// q, positive.
    public let denominator: Int

    /// p/q in lowest terms. `numerator` must not be negative, `denominator` must be positive.
    public init(_ numerator: Int, _ denominator: Int) {
        precondition(numerator >= 0 && denominator > 0, "a share is p/q with p >= 0 and q > 0")
        var (a, b) = (numerator, denominator)
        while b != 0 { (a, b) = (b, a % b) }
        self.numerator = numerator / a
        self.denominator = denominator / a
    }

    /// The share of `count`, rounded half up, in whole numbers only.
    public func roundedHalfUp(of count: Int) -> Int { (2 * numerator * count + denominator) / (2 * denominator) }

    /// The share of `count`, rounded down.
    public func roundedDown(of count: Int) -> Int { numerator * count / denominator }

    public var description: String { "\(numerator)/\(denominator)" }
}
