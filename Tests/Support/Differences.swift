/// The largest difference of two lists, relative to the largest magnitude of `expected` (absolute where that is 0);
/// infinite for NaN and for lists of two lengths.
public func relativeDifference(_ found: [Double], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let scale = expected.reduce(0) { max($0, abs($1)) }
    let largest = zip(found, expected).reduce(0) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return difference <= largest ? largest : difference.isNaN ? .infinity : difference
    }
    return scale > 0 ? largest / scale : largest
}

/// The difference of two numbers relative to the second.
public func relativeDifference(_ found: Double, _ expected: Double) -> Double { relativeDifference([found], [expected]) }
