import Files

/// How many training clips carry a label: `1%`, `0.01`, `4/class` or `all`.
public enum LabelRate: Sendable, Hashable, CustomStringConvertible {
    /// Every training clip.
    case all
    /// A share of each class, above 0 and at most 1, at least one clip a class.
    case share(Ratio)
    /// The same number of clips in each class, at least 1.
    case perClass(Int)

    /// Reads `1%`, `12.5%`, `0.01`, `1/3`, `4/class`, `all`. Throws `DataSetError.labelRate` (exit 64) for anything else.
    ///
    /// A bare whole number is refused: `1` could be 1 %, one clip a class or everything.
    public init(_ text: String) throws(DataSetError) {
        if text == "all" {
            self = .all
        } else if text.hasSuffix("%") {
            self = .share(try LabelRate.share(String(text.dropLast()), hundredths: true, text: text))
        } else if text.hasSuffix("/class") {
            self = .perClass(try LabelRate.count(String(text.dropLast(6)), text: text))
        } else if text.contains("/") {
            self = .share(try LabelRate.fraction(text))
        } else if let number = Int(text) {
            let reason = number > 0 ? "a bare number could mean \(number)% or \(number)/class" : "no clip would be labelled"
            throw .labelRate(text: text, reason: reason)
        } else {
            self = .share(try LabelRate.share(text, hundredths: false, text: text))
        }
    }

    /// The form that `init(_:)` reads back to the same rate.
    public var description: String {
        switch self {
        case .all: "all"
        case .perClass(let count): "\(count)/class"
        case .share(let share): LabelRate.percentage(share)
        }
    }

    private static func count(_ digits: String, text: String) throws(DataSetError) -> Int {
        guard isNumber(digits), digits.utf8.count <= 9, let count = Int(digits) else {
            throw .labelRate(text: text, reason: "\"\(digits)\" is no number of clips")
        }
        guard count > 0 else { throw .labelRate(text: text, reason: "no clip would be labelled") }
        return count
    }

    private static func fraction(_ text: String) throws(DataSetError) -> Ratio {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy({ isNumber($0) && $0.utf8.count <= 9 }), let numerator = Int(parts[0]),
            let denominator = Int(parts[1]), denominator > 0
        else { throw .labelRate(text: text, reason: "no fraction of whole numbers") }
        guard numerator > 0 else { throw .labelRate(text: text, reason: "no clip would be labelled") }
        guard numerator <= denominator else { throw .labelRate(text: text, reason: "more than everything") }
        return Ratio(numerator, denominator)
    }

    /// A decimal number as an exact fraction; at most nine digits, so that quotas cannot overflow.
    private static func share(_ number: String, hundredths: Bool, text: String) throws(DataSetError) -> Ratio {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let digits = parts.joined()
        guard (1...2).contains(parts.count), isNumber(digits), parts.allSatisfy({ !$0.isEmpty }) else {
            let negative = number.hasPrefix("-") && isNumber(number.dropFirst().replacing(".", with: ""))
            throw .labelRate(text: text, reason: negative ? "a rate cannot be negative" : "\"\(number)\" is no number")
        }
        guard digits.utf8.count <= 9, let value = Int(digits) else {
            throw .labelRate(text: text, reason: "more than nine digits")
        }
        let decimals = parts.count == 2 ? parts[1].utf8.count : 0
        let denominator = (0..<decimals).reduce(hundredths ? 100 : 1) { product, _ in product * 10 }
        guard value > 0 else { throw .labelRate(text: text, reason: "no clip would be labelled") }
        guard value <= denominator else { throw .labelRate(text: text, reason: "more than everything") }
        return Ratio(value, denominator)
    }

    private static func isNumber(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// The share as a decimal percentage where that is exact, else as a fraction.
    private static func percentage(_ share: Ratio) -> String {
        var digits = "\(share.numerator * 100 / share.denominator)"
        var rest = share.numerator * 100 % share.denominator
        if rest != 0 { digits += "." }
        for _ in 0..<12 where rest != 0 {
            digits += "\(rest * 10 / share.denominator)"
            rest = rest * 10 % share.denominator
        }
        return rest == 0 ? digits + "%" : share.description
    }
}
