import Foundation
import Tensor
import Testing

/// Normalisation by the statistics of several parts of a batch.
@Suite struct BatchSumsTests {
    /// Two parts at work at once, in threads instead of processes.
    private final class Meeting: @unchecked Sendable {
        private let condition = NSCondition()
        private var given: [Int: [Double]] = [:], total: [Double]?

        func sum(_ numbers: [Double], of part: Int) -> [Double] {
            condition.lock()
            defer { condition.unlock() }
            while total != nil { condition.wait() }
            given[part] = numbers
            if given.count == 2 {
                total = numbers.indices.map { place in (0..<2).reduce(0) { $0 + (given[$1]?[place] ?? .nan) } }
                condition.broadcast()
            }
            while total == nil { condition.wait() }
            let result = total ?? []
            given[part] = nil
            if given.isEmpty {
                total = nil
                condition.broadcast()
            }
            return result
        }
    }

    private final class Part: BatchSums {
        let number: Int, meeting: Meeting

        init(_ number: Int, _ meeting: Meeting) { (self.number, self.meeting) = (number, meeting) }

        func sum(_ numbers: [Double]) -> [Double] { meeting.sum(numbers, of: number) }
    }

    private static func values(_ shape: [Int], seed: UInt64) -> Tensor {
        .normal(shape, standardDeviation: 2, key: RandomKey(seed: seed, purpose: .dropout), elementType: .float64)
    }

    /// The output, the statistics and the gradients of clips, factors and constants.
    private struct Outcome: Sendable {
        let output: [Double], mean: [Double], variance: [Double], gradients: [[Double]]
    }

    private static func outcome(_ rows: Range<Int>, over sums: (any BatchSums)?) -> Outcome {
        // Far from 0, where differences of large sums would show.
        let x = (values([5, 3, 2, 2, 2], seed: 1) + 100).sliced(rows).contiguous.requiringGradient()
        let weight = values([3], seed: 2).requiringGradient(), bias = values([3], seed: 3).requiringGradient()
        let residual = values([5, 3, 2, 2, 2], seed: 4).sliced(rows).contiguous.requiringGradient()
        let (output, statistics) = x.batchNormalized(
            weight: weight, bias: bias, epsilon: 1e-5, residual: residual, relu: true, over: sums)
        (output.square() * values([5, 3, 2, 2, 2], seed: 5).sliced(rows)).sum().backward()
        return Outcome(
            output: output.values(as: Double.self), mean: statistics.mean, variance: statistics.variance,
            gradients: [x, residual, weight, bias].map { $0.gradient?.values(as: Double.self) ?? [] })
    }

    @Test func partsNormalizeAsTheWholeBatchDoes() async {
        let whole = Self.outcome(0..<5, over: nil), meeting = Meeting()
        let parts = await withTaskGroup(of: (Int, Outcome).self) { group in
            for (number, rows) in [0..<2, 2..<5].enumerated() {
                group.addTask {
                    await withCheckedContinuation { done in
                        Thread { done.resume(returning: (number, Self.outcome(rows, over: Part(number, meeting)))) }.start()
                    }
                }
            }
            return await group.reduce(into: [Int: Outcome]()) { $0[$1.0] = $1.1 }
        }
        guard let first = parts[0], let second = parts[1] else { return #expect(Bool(false), "a part is missing") }
        func expectClose(_ found: [Double], _ expected: [Double], _ name: String) {
            #expect(found.count == expected.count, "\(name)")
            let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
            #expect(difference < 1e-9, "\(name) differs by \(difference)")
        }
        expectClose(first.output + second.output, whole.output, "output")
        for part in [first, second] {
            expectClose(part.mean, whole.mean, "mean")
            expectClose(part.variance, whole.variance, "variance")
        }
        expectClose(first.gradients[0] + second.gradients[0], whole.gradients[0], "gradient of the clips")
        expectClose(first.gradients[1] + second.gradients[1], whole.gradients[1], "gradient of the residual")
        for (number, name) in [(2, "factors"), (3, "constants")] {
            expectClose(
                zip(first.gradients[number], second.gradients[number]).map(+), whole.gradients[number], "gradient of the \(name)")
        }
    }
}
