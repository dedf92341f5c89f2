import Testing
import VideoQA

/// Which part of a clip an answer rests upon.
@Suite struct VideoQASpanTests {
    @Test func theEndNeverComesBeforeTheBeginning() {
        #expect(SpanChoice.likeliest([0, 1, 5], [9, 2, 1]) == 0...0, "the best beginning alone has no good end behind it")
        #expect(SpanChoice.likeliest([4, 1, 5], [0, 9, 1]) == 0...1)
        #expect(SpanChoice.likeliest([0, 0, 0], [0, 0, 0]) == 0...0)
        #expect(SpanChoice.likeliest([], []) == nil)
    }

    /// Against all ranges, one by one.
    @Test func theLikeliestOfAllRangesIsFound() {
        for seed in 0..<50 {
            let first = (0..<6).map { Double((seed * 7 + $0 * 5) % 11) }, last = (0..<6).map { Double((seed * 3 + $0 * 8) % 13) }
            let best = (0..<6).flatMap { begin in (begin..<6).map { first[begin] + last[$0] } }.max()
            let found = SpanChoice.likeliest(first, last)
            #expect(found.map { first[$0.lowerBound] + last[$0.upperBound] } == best)
        }
    }

    @Test func theFewestPlacesHoldHalfOfTheAttention() {
        #expect(SpanChoice.shortest(of: [0.1, 0.1, 0.3, 0.3, 0.1, 0.1], holding: 0.5) == 2...3)
        #expect(SpanChoice.shortest(of: [0.25, 0.25, 0.25, 0.25], holding: 0.5) == 0...1, "the first of several")
        #expect(SpanChoice.shortest(of: [0.1, 0.1], holding: 0.5) == 0...1)
        #expect(SpanChoice.shortest(of: [1], holding: 0.5) == 0...0)
        #expect(SpanChoice.shortest(of: [], holding: 0.5) == nil)
    }
}
