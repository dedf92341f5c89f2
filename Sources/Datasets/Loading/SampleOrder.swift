import Synchronization
import Tensor

/// The order in which a list is gone through: a new permutation in every pass.
///
/// It is a function of seed, stream and position only, so that a run goes on at any step and for any number of workers.
public final class SampleOrder: Sendable {
    /// One draw of a sample.
    public struct Draw: Hashable, Sendable {
        /// The place of the sample in its list.
        public let element: Int
        /// How often the list had been gone through before.
        public let pass: Int
    }

    /// The length of the list.
    public let count: Int
    private let key: RandomKey
    private let current: Mutex<(pass: Int, order: [Int])>

    /// The order of a list of `count` samples in the stream called `stream`.
    public init(count: Int, seed: UInt64, stream: String) {
        precondition(count > 0, "an order of nothing")
        self.count = count
        key = RandomKey(seed: seed, purpose: .order).derived(stream)
        current = Mutex((-1, []))
    }

    /// The draw at `position` of the endless sequence of passes.
    public func draw(_ position: Int) -> Draw {
        let pass = position / count
        return current.withLock { state in
            if state.pass != pass {
                var stream = key.derived(UInt64(pass)).stream
                state = (pass, stream.permutation(of: count))
            }
            return Draw(element: state.order[position % count], pass: pass)
        }
    }
}
