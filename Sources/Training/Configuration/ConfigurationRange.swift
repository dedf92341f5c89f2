/// The values that a numeric option allows, with words for help and messages.
///
/// `0...1`, `0..<1` and `0...` can be written in a declaration.
public protocol ConfigurationRange: RangeExpression {
    /// The range in words: "0 to 1", "0 to below 1", "0 or more".
    var words: String { get }
}

extension ClosedRange: ConfigurationRange {
    /// "0 to 1".
    public var words: String { "\(short(lowerBound)) to \(short(upperBound))" }
}

extension Range: ConfigurationRange {
    /// "0 to below 1".
    public var words: String { "\(short(lowerBound)) to below \(short(upperBound))" }
}

extension PartialRangeFrom: ConfigurationRange {
    /// "0 or more".
    public var words: String { "\(short(lowerBound)) or more" }
}

/// `0.0` is written as `0`.
private func short(_ bound: some Any) -> String {
    let text = "\(bound)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
