import MyMethod
import Tensor
import Testing

@Suite struct MyMethodTests {
    /// By hand: equal logits of two classes have the entropy ln 2, certain ones nothing.
    @Test func doubtIsTheEntropyOfThePrediction() {
        #expect(abs(doubt(Tensor([0.0, 0], shape: [1, 2])).scalar - 0.693147) < 1e-6)
        #expect(doubt(Tensor([100.0, 0], shape: [1, 2])).scalar < 1e-6)
    }
}
