import Tensor
import TestSupport
import Testing

@Suite struct RecomputationTests {
    private func gradients(recomputes: Bool) -> [[Double]] {
        let x = hashClips("x", [2, 8, 2, 9, 9], .float32).requiringGradient()
        let first = hashClips("first", [12, 8, 3, 3, 3], .float32).requiringGradient()
        let second = hashClips("second", [8, 12, 3, 3, 3], .float32).requiringGradient()
        let window = Window(kernel: [3, 3, 3], padding: [1, 1, 1])
        func body(_ x: Tensor, _ isAgain: Bool) -> Tensor {
            x.convolved(first, window: window).relu().convolved(second, window: window) + x
        }
        let y = recomputes ? x.recomputing(body) : body(x, false)
        y.square().sum().backward()
        return [x, first, second].map { $0.gradient?.values(as: Double.self) ?? [] }
    }

    @Test func gradientsHaveTheSameBits() {
        let plain = gradients(recomputes: false)
        #expect(plain.allSatisfy { !$0.isEmpty } && gradients(recomputes: true) == plain)
    }

    @Test func innerValuesAreComputedAgainOnceAndNotKept() {
        let x = hashClips("x", [1 << 16], .float32).requiringGradient()
        let log = RunLog()
        let before = Engine.backend.memoryStatistics.usedBytes
        let y = x.recomputing { x, isAgain in
            log.runs.append(isAgain)
            return x.square().square().square()
        }
        let kept = Engine.backend.memoryStatistics.usedBytes - before
        #expect(kept < 2 * x.count * 4)
        y.sum().backward()
        #expect(log.runs == [false, true])
    }

    @Test func withoutRecordingNothingRunsAgain() {
        let log = RunLog()
        let y = GradientRecording.off {
            hashClips("x", [8], .float32).requiringGradient().recomputing { x, isAgain in
                log.runs.append(isAgain)
                return x * 2
            }
        }
        #expect(log.runs == [false] && !y.requiresGradient)
    }

    private final class RunLog { var runs: [Bool] = [] }
}
