/// Elementary functions by +, - and * alone (Swift never fuses them): the same bits on every machine.
///
/// The C library's own differ in the last place from one CPU to another.
enum ExactArithmetic {
    /// The sine of an angle in turns, within 1e-12.
    static func sine(turns: Double) -> Double {
        var x = turns - turns.rounded(.down)  // [0, 1)
        if x > 0.75 { x -= 1 } else if x > 0.25 { x = 0.5 - x }  // [-1/4, 1/4]
        let angle = x * 6.283185307179586
        let square = angle * angle
        var term = angle
        var sum = angle
        for n in stride(from: 2.0, through: 18, by: 2) {
            term *= -square / (n * (n + 1))
            sum += term
        }
        return sum
    }

    /// The cosine of an angle in turns, within 1e-12.
    static func cosine(turns: Double) -> Double { sine(turns: turns + 0.25) }

    /// 2 to the power of `exponent`, within 1e-14 relative, for exponents within +-1000.
    static func exp2(_ exponent: Double) -> Double {
        let whole = exponent.rounded()
        let x = (exponent - whole) * 0.6931471805599453  // [-0.35, 0.35]
        var term = 1.0
        var sum = 1.0
        for n in 1...14 {
            term *= x / Double(n)
            sum += term
        }
        return Double(sign: .plus, exponent: Int(whole), significand: 1) * sum
    }

    /// A number between `low` and `high` whose logarithm is uniform. `octaves` is log2(high / low).
    static func logUniform(_ low: Double, octaves: Double, _ random: Double) -> Double { low * exp2(octaves * random) }
}
