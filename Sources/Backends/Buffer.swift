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

/// Keeps freed blocks for the next request of their size or of more than half of it, so that a steady step asks the system
/// for nothing.
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
    /// Whether blocks are only addresses that read as zeros: none is kept for the next request.
    private let isPretended: Bool

    /// An empty pool.
    public convenience init() { self.init(isPretended: false) }

    init(isPretended: Bool) { self.isPretended = isPretended }

    /// Uninitialised memory of at least `byteCount` bytes.
    public func allocate(byteCount: Int) -> Buffer {
        let size = max(64, (byteCount + 63) / 64 * 64)
        let (kept, surplus) = state.withLock { state in
            let kept = MemoryPool.take(size, from: &state)
            if kept == nil { state.systemAllocations += 1 }
            state.usedBytes += kept?.size ?? size
            state.peakBytes = max(state.peakBytes, state.usedBytes)
            return (kept, MemoryPool.trim(&state))
        }
        release(surplus)
        if let kept, let address = UnsafeMutableRawPointer(bitPattern: kept.address) {
            return Buffer(byteCount: kept.size, address: address, pool: self)
        }
        guard let address = isPretended ? MemoryPool.pretendedBlock(size) : MemoryPool.block(size) else {
            preconditionFailure("out of memory: \(size) bytes asked for")
        }
        return Buffer(byteCount: size, address: address, pool: self)
    }

    private static func block(_ size: Int) -> UnsafeMutableRawPointer? {
        var address: UnsafeMutableRawPointer?
        return posix_memalign(&address, 64, size) == 0 ? address : nil
    }

    private static func pretendedBlock(_ size: Int) -> UnsafeMutableRawPointer? {
        let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        return address == MAP_FAILED ? nil : address
    }

    private func release(_ blocks: [UInt]) {
        for block in blocks { free(UnsafeMutableRawPointer(bitPattern: block)) }
    }

    /// The smallest kept block that holds `size` bytes, unless most of it would lie idle.
    private static func take(_ size: Int, from state: inout State) -> (size: Int, address: UInt)? {
        let fitting = state.free[size] == nil ? state.free.keys.lazy.filter { $0 >= size && $0 / 2 <= size }.min() : size
        guard let fitting, let address = state.free[fitting]?.popLast() else { return nil }
        if state.free[fitting]?.isEmpty == true { state.free[fitting] = nil }
        state.freeBytes -= fitting
        return (fitting, address)
    }

    fileprivate func giveBack(_ address: UnsafeMutableRawPointer, byteCount: Int) {
        if isPretended {
            munmap(address, byteCount)
            return state.withLock { $0.usedBytes -= byteCount }
        }
        let surplus: [UInt] = state.withLock { state in
            state.usedBytes -= byteCount
            state.free[byteCount, default: []].append(UInt(bitPattern: address))
            state.freeBytes += byteCount
            return MemoryPool.trim(&state)
        }
        release(surplus)
    }

    /// Takes the largest kept blocks out until the limit holds.
    private static func trim(_ state: inout State) -> [UInt] {
        var surplus: [UInt] = []
        while state.freeBytes + state.usedBytes > state.peakBytes + state.peakBytes / 4, let largest = state.free.keys.max(),
            let block = take(largest, from: &state)
        {
            surplus.append(block.address)
        }
        return surplus
    }

    /// Bytes in use, the most that were in use at once, and how often the system was asked for memory.
    public var statistics: (usedBytes: Int, peakBytes: Int, systemAllocations: Int) {
        state.withLock { ($0.usedBytes, $0.peakBytes, $0.systemAllocations) }
    }
}
