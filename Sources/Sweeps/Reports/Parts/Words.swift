import Foundation

/// Numbers as a report writes them.
enum Words {
    /// A whole number with its thousands apart: `10,000`.
    static func count(_ value: Int) -> String {
        let digits = String(value.magnitude)
        let grouped = digits.enumerated().map { place, digit in
            let left = digits.count - place
            return (place > 0 && left.isMultiple(of: 3) ? "," : "") + String(digit)
        }
        return (value < 0 ? "-" : "") + grouped.joined()
    }

    /// A number with `digits` digits that count, without zeros at its end: `0.125`, `12.5`, `1,250`, `3e-05`.
    static func number(_ value: Double, digits: Int = 4) -> String {
        guard value.isFinite else { return "\(value)" }
        guard value != 0 else { return "0" }
        let exponent = Int(log10(abs(value)).rounded(.down))
        if exponent < -4 || exponent > 8 { return String(format: "%.\(max(1, digits) - 1)e", value) }
        var text = String(format: "%.\(max(0, digits - 1 - exponent))f", value)
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        guard abs(value) >= 1000 else { return text }
        let whole = text.prefix { $0 != "." }
        return (Int(whole).map(count) ?? String(whole)) + text.dropFirst(whole.count)
    }

    /// A share as a percentage, on one line: `84.3 %`.
    static func percent(_ share: Double, decimals: Int = 1) -> String { String(format: "%.\(decimals)f\u{A0}%%", 100 * share) }

    /// A time: `0.42 s`, `42 s`, `3 min 20 s`, `2 h 05 min`.
    static func time(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
        let whole = Int(seconds.rounded())
        switch whole {
        case ..<10: return "\(number(seconds, digits: 3)) s"
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min \(whole % 60) s"
        default: return "\(whole / 3600) h \(String(format: "%02d", whole % 3600 / 60)) min"
        }
    }

    /// A size in memory or on the disk: `120 B`, `10.8 MB`.
    static func bytes(_ count: Int) -> String {
        let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
        guard let (unit, name) = units.first(where: { Double(count) >= $0.0 }) else { return "\(count) B" }
        return "\(number(Double(count) / unit, digits: 3)) \(name)"
    }

    /// `count` things: `1 clip`, `2 clips`.
    static func things(_ count: Int, _ name: String) -> String {
        "\(Words.count(count)) \(name)\(count == 1 ? "" : "s")"
    }

    /// A text of at most `limit` letters; the middle of a longer one is left out.
    static func shortened(_ text: String, to limit: Int) -> String {
        guard text.count > limit else { return text }
        let half = (limit - 1) / 2
        return text.prefix(limit - 1 - half) + "…" + text.suffix(half)
    }
}
