import Tensor

/// Streams for tests.
enum RandomKeyFixture {
    static func stream(_ sample: UInt64) -> RandomStream {
        RandomKey(seed: 11, purpose: .geometry, sample: sample).stream
    }
}
