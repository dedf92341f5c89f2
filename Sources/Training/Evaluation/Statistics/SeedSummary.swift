/// Values of one quantity over seeds (protocol card, section 2): the spread over seeds is another thing than the interval over
/// videos, and every value is told.
public struct SeedSummary: Sendable, Equatable {
    /// Every single value.
    public let values: [Double]

    /// A summary of `values`.
    public init(_ values: [Double]) { self.values = values }

    /// The mean; nil without values.
    public var mean: Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }

    /// The sample standard deviation (n - 1); nil for less than two values.
    public var standardDeviation: Double? {
        guard let mean, values.count > 1 else { return nil }
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }
}
