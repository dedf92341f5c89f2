import Foundation
import Synchronization

/// A block of memory for the elements of arrays, aligned to 64 bytes, given back to its pool when nobody holds it.
///
/// Sendable by agreement: whoever allocates a buffer fills it before another thread sees it; after that only the computing
/// thread writes to it (optimisers, running averages).
public final class Buffer: @unchecked Sendable {
    /// The usable size.
    public let byteCount: Int
    /// The first byte.
    package let address: UnsafeMutableRawPointer
    private let pool: MemoryPool

    init(byteCount: Int, address: UnsafeMutableRawPointer, pool: MemoryPool) {
        self.byteCount = byteCount
        self.address = address
        self.pool = pool
    }

    deinit { pool.giveBack(address, byteCount: byteCount) }
}

/// Keeps freed blocks for the next request of the same size, so that a steady step allocates nothing.
///
/// What is kept and what is in use never exceed the highest use so far by more than a quarter.
public final class MemoryPool: Sendable {
    private struct State {
        var free: [Int: [UInt]] = [:]
        var freeBytes = 0
        var usedBytes = 0
        var peakBytes = 0
        var systemAllocations = 0
    }

    private let state = Mutex(State())

    /// An empty pool.
    public init() {}

    /// Uninitialised memory of at least `byteCount` bytes.
    public func allocate(byteCount: Int) -> Buffer {
        let size = max(64, (byteCount + 63) / 64 * 64)
        let kept: UInt? = state.withLock { state in
            state.usedBytes += size
            state.peakBytes = max(state.peakBytes, state.usedBytes)
            guard let address = state.free[size]?.popLast() else {
                state.systemAllocations += 1
                return nil
            }
            state.freeBytes -= size
            return address
        }
        if let kept, let address = UnsafeMutableRawPointer(bitPattern: kept) {
            return Buffer(byteCount: size, address: address, pool: self)
        }
        var address: UnsafeMutableRawPointer?
        let status = posix_memalign(&address, 64, size)
        guard status == 0, let address else { preconditionFailure("out of memory: \(size) bytes asked for") }
        return Buffer(byteCount: size, address: address, pool: self)
    }

    fileprivate func giveBack(_ address: UnsafeMutableRawPointer, byteCount: Int) {
        let surplus: [UInt] = state.withLock { state in
            state.usedBytes -= byteCount
            state.free[byteCount, default: []].append(UInt(bitPattern: address))
            state.freeBytes += byteCount
            return MemoryPool.trim(&state)
        }
        for block in surplus { free(UnsafeMutableRawPointer(bitPattern: block)) }
    }

    /// Takes the largest kept blocks out until the limit holds.
    private static func trim(_ state: inout State) -> [UInt] {
        var surplus: [UInt] = []
        while state.freeBytes + state.usedBytes > state.peakBytes + state.peakBytes / 4,
            let largest = state.free.lazy.filter({ !$0.value.isEmpty }).map(\.key).max(),
            let block = state.free[largest]?.popLast()
        {
            state.freeBytes -= largest
            surplus.append(block)
        }
        return surplus
    }

    /// Bytes in use, the most that were in use at once, and how often the system was asked for memory.
    public var statistics: (usedBytes: Int, peakBytes: Int, systemAllocations: Int) {
        state.withLock { ($0.usedBytes, $0.peakBytes, $0.systemAllocations) }
    }
}
