import Tensor
import TestSupport
import Testing

/// Works in a process of its own, since the engine is another one meanwhile.
@Suite struct PlanningTests {
    /// Of a vector of 2^20 elements, 4 MiB: the values that the record keeps, and the gradients on the way back.
    @Test func thePlanCountsWhatIsAliveAtOnce() async {
        await #expect(processExitsWith: .success) {
            let count = 1 << 20
            func peak(_ body: (Tensor) -> Void) -> Double {
                Double(Engine.plannedPeak { body(Tensor.zeros([count]).requiringGradient()) }) / Double(4 * count)
            }
            let before = Engine.backend.memoryStatistics.peakBytes
            let plain = peak { x in _ = GradientRecording.off { x.square().square().square() } }
            let kept = peak { x in _ = x.square().square().square() }
            let backward = peak { x in x.square().square().square().sum().backward() }
            #expect((2...3.01).contains(plain) && (4...4.01).contains(kept) && backward > kept, "\(plain) \(kept) \(backward)")
            #expect(Engine.backend.memoryStatistics.peakBytes == before)
            #expect(hashClips("x", [64], .float32).square().sum().scalar > 0)
        }
    }

    @Test func aPlanHoldsWhatTheComputationHolds() async {
        await #expect(processExitsWith: .success) {
            // Windows laid out for BLAS would come on top.
            try Engine.start(EngineConfiguration(convolution: .auto))
            func work() {
                let x = Tensor.zeros([4, 16, 4, 32, 32]).requiringGradient()
                let w = Tensor.zeros([32, 16, 3, 3, 3]).requiringGradient()
                let y = x.convolved(w, window: Window(kernel: [3, 3, 3], padding: [1, 1, 1]))
                let scale = Tensor.zeros([32]).requiringGradient(), shift = Tensor.zeros([32]).requiringGradient()
                y.batchNormalized(weight: scale, bias: shift, epsilon: 1e-5, relu: true).output.square().sum().backward()
            }
            let planned = Engine.plannedPeak(of: work)
            work()
            // The scratch of convolutions comes on top.
            let taken = Engine.backend.memoryStatistics.peakBytes
            #expect(planned <= taken && Double(taken) < 1.6 * Double(planned), "\(planned) \(taken)")
        }
    }
}
