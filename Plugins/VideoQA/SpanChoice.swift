/// Which of places in a row an answer rests upon.
public enum SpanChoice {
    /// The first and the last place s <= e for which the sum of `first[s]` and `last[e]` is greatest; nil of none.
    public static func likeliest(_ first: [Double], _ last: [Double]) -> ClosedRange<Int>? {
        var best: (range: ClosedRange<Int>, score: Double)?, begin = 0
        for end in first.indices {
            if first[end] > first[begin] { begin = end }
            let score = first[begin] + last[end]
            if best.map({ score > $0.score }) ?? true { best = (begin...end, score) }
        }
        return best?.range
    }

    /// The fewest places in a row whose `shares` sum up to `amount` or more, the first of several; else all; nil of none.
    public static func shortest(of shares: [Double], holding amount: Double) -> ClosedRange<Int>? {
        guard !shares.isEmpty else { return nil }
        var best = 0...shares.count - 1, begin = 0, sum = 0.0
        for end in shares.indices {
            sum += shares[end]
            while begin < end, sum - shares[begin] >= amount {
                sum -= shares[begin]
                begin += 1
            }
            if sum >= amount, end - begin < best.upperBound - best.lowerBound { best = begin...end }
        }
        return best
    }
}
