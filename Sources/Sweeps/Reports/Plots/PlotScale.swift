import Foundation

/// An axis: where numbers lie between its ends, and round numbers to write beside it.
struct PlotScale {
    /// How values are written.
    enum Style: String {
        case number, percent, count

        /// A value beside a plot.
        func text(_ value: Double) -> String {
            switch self {
            case .number: Words.number(value)
            case .percent: Words.percent(value)
            case .count: Words.number(value, digits: 12)
            }
        }
    }

    /// The numbers at both ends.
    let low: Double, high: Double
    /// Round numbers from end to end, ascending.
    let ticks: [Double]
    /// From one tick to the next.
    private let step: Double
    private let style: Style

    /// An axis that shows all of `values`; 0 too where they come near it. There are about `tickCount` ticks.
    ///
    /// - Parameter isRounded: Whether the axis ends at ticks, and not at the outermost values.
    init(showing values: some Sequence<Double>, style: Style = .number, tickCount: Int = 5, isRounded: Bool = true) {
        // What cannot be drawn is left out; it lies far beyond an end.
        var (low, high) = values.filter { abs($0) < 1e150 }.reduce((Double.infinity, -Double.infinity)) {
            (min($0.0, $1), max($0.1, $1))
        }
        if !(low <= high) { (low, high) = (0, 1) }
        if isRounded, low > 0, low < 0.6 * high { low = 0 }
        if low == high { (low, high) = low == 0 ? (0, 1) : (min(0, 2 * low), max(0, 2 * low)) }
        var step = Self.roundStep((high - low) / Double(tickCount))
        if style == .count { step = max(1, step.rounded()) }
        // An end that is a tick but for rounding is one.
        let first = isRounded ? (low / step + 1e-9).rounded(.down) : (low / step - 1e-9).rounded(.up)
        let last = isRounded ? (high / step - 1e-9).rounded(.up) : (high / step + 1e-9).rounded(.down)
        self.low = isRounded ? first * step : low
        self.high = isRounded ? last * step : high
        self.step = step
        self.style = style
        ticks = first <= last ? (Int(first)...Int(last)).map { Double($0) * step } : []
    }

    /// The round number nearest above `step`: 1, 2, 2.5 or 5 times a power of ten.
    private static func roundStep(_ step: Double) -> Double {
        let power = pow(10, log10(step).rounded(.down))
        return power * ([1, 2, 2.5, 5, 10].first { $0 * power >= step * (1 - 1e-9) } ?? 10)
    }

    /// Where `value` lies, from 0 at the low end to 1 at the high one.
    func place(_ value: Double) -> Double { (value - low) / (high - low) }

    /// What is written beside the tick `value`.
    func label(_ value: Double) -> String {
        switch style {
        case .count: return Words.number(value, digits: 12)
        case .percent: return Words.percent(value, decimals: Self.decimals(100 * step))
        case .number:
            guard abs(value) < 1e6, step >= 1e-4 else { return Words.number(value, digits: 3) }
            let text = String(format: "%.\(Self.decimals(step))f", value)
            return Self.decimals(step) == 0 ? Words.count(Int(value.rounded())) : text
        }
    }

    /// The decimals that multiples of `step` need.
    private static func decimals(_ step: Double) -> Int {
        (0..<6).first { abs(step * pow(10, Double($0)) - (step * pow(10, Double($0))).rounded()) < 1e-6 } ?? 6
    }
}

extension Double {
    /// A length in a drawing, to a tenth of a unit. What lies far outside stays outside, but not so far.
    var drawn: String {
        guard !isNaN else { return "0" }
        let tenths = Int((Swift.min(1e5, Swift.max(-1e5, self)) * 10).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
    }
}
