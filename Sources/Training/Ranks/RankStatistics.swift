import Ranks
import Synchronization
import Tensor

/// Adds what normalisations say of parts over the ranks that compute them, one part each (`batch.statistics=synchronized`).
final class RankStatistics: BatchSums {
    private let communicator: any Communicator
    /// Normalisations cannot throw: what has failed is kept, and nothing is sent any more.
    private let failure = Mutex<(any Error)?>(nil)

    init(_ communicator: any Communicator) { self.communicator = communicator }

    func sum(_ numbers: [Double]) -> [Double] {
        guard failure.withLock({ $0 == nil }) else { return numbers }
        do {
            let all = try communicator.allGather(numbers.withUnsafeBytes { Array($0) })
            guard all.allSatisfy({ $0.count == all[0].count }) else {
                throw MethodMistake(
                    "with batch.statistics=synchronized, all parts of a batch must pass the same layers in the same order")
            }
            return numbers.indices.map { place in
                all.reduce(-0.0) { sum, bytes in
                    sum
                        + bytes.withUnsafeBytes {
                            $0.loadUnaligned(fromByteOffset: place * MemoryLayout<Double>.size, as: Double.self)
                        }
                }
            }
        } catch {
            failure.withLock { $0 = error }
            return numbers
        }
    }

    /// Throws what has failed.
    func check() throws {
        if let failure = failure.withLock(\.self) { throw failure }
    }
}
