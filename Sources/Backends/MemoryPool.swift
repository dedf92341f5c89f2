import Foundation
import Synchronization

/// Keeps freed blocks for later requests, so that a steady step asks the system for nothing.
///
/// Small blocks serve the next request of their size or of more than half of it; what is kept of them and all that is in use never
/// exceed the highest use so far by more than a quarter. Large ones lie in one region, whose holes serve what fits into them.
public final class MemoryPool: Sendable {
    private struct State {
        var small = SmallBlocks()
        var region: MemoryRegion?
        var usedBytes = 0
        var peakBytes = 0
        var systemAllocations = 0
    }

    private let state = Mutex(State())
    /// Whether blocks are only addresses that read as zeros: none is kept for the next request.
    private let isPretended: Bool

    /// The least size that lies in the region.
    private static var largeBytes: Int { 1 << 18 }

    /// An empty pool.
    public convenience init() { self.init(isPretended: false) }

    init(isPretended: Bool) {
        self.isPretended = isPretended
        if !isPretended { state.withLock { $0.region = MemoryRegion() } }
    }

    deinit { state.withLock { $0.region?.release() } }

    /// Uninitialised memory of at least `byteCount` bytes.
    public func allocate(byteCount: Int) -> Buffer {
        let size = max(64, (byteCount + 63) / 64 * 64)
        let block = isPretended ? pretended(size) : size >= MemoryPool.largeBytes ? large(size) ?? small(size) : small(size)
        guard let block else { MemoryPool.giveUp(size) }
        return Buffer(byteCount: block.size, address: block.address, pool: self)
    }

    /// Nothing can be computed without memory, and no caller could do anything about it.
    private static func giveUp(_ size: Int) -> Never {
        let message =
            "error: out of memory: the system had no block of \(size) bytes; see ulimit -v, and lower batch.labeled, "
            + "batch.unlabeled, clip.size, clip.length or backbone.width\n"
        FileHandle.standardError.write(Data(message.utf8))
        exit(70)
    }

    private func large(_ size: Int) -> (address: UnsafeMutableRawPointer, size: Int)? {
        state.withLock { state in
            let before = state.region?.extent
            guard let address = state.region?.take(size, usedBytes: state.usedBytes) else { return nil }
            if state.region?.extent != before { state.systemAllocations += 1 }
            MemoryPool.count(size, &state)
            return (address, size)
        }
    }

    private func small(_ size: Int) -> (address: UnsafeMutableRawPointer, size: Int)? {
        let (kept, surplus) = state.withLock { state in
            let kept = state.small.take(size)
            if kept == nil { state.systemAllocations += 1 }
            MemoryPool.count(kept?.size ?? size, &state)
            return (kept, state.small.surplus(used: state.usedBytes, peak: state.peakBytes))
        }
        MemoryPool.release(surplus)
        if let kept, let address = UnsafeMutableRawPointer(bitPattern: kept.address) { return (address, kept.size) }
        var address: UnsafeMutableRawPointer?
        guard posix_memalign(&address, 64, size) == 0 else { return nil }
        return address.map { ($0, size) }
    }

    private func pretended(_ size: Int) -> (address: UnsafeMutableRawPointer, size: Int)? {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        let address = mmap(nil, MemoryPool.pretendedBytes(size), PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let address, address != MAP_FAILED else { return nil }
        state.withLock { MemoryPool.count(size, &$0) }
        return (address, size)
    }

    /// The addresses of a pretended block: of what nobody can hold, the beginning.
    private static func pretendedBytes(_ size: Int) -> Int { min(size, 1 << 34) }

    private static func count(_ size: Int, _ state: inout State) {
        state.usedBytes += size
        state.peakBytes = max(state.peakBytes, state.usedBytes)
    }

    func giveBack(_ address: UnsafeMutableRawPointer, byteCount: Int) {
        if isPretended { munmap(address, MemoryPool.pretendedBytes(byteCount)) }
        let surplus: [UInt] = state.withLock { state in
            state.usedBytes -= byteCount
            if isPretended || state.region?.giveBack(address, byteCount) == true { return [] }
            state.small.keep(address, byteCount)
            return state.small.surplus(used: state.usedBytes, peak: state.peakBytes)
        }
        MemoryPool.release(surplus)
    }

    private static func release(_ blocks: [UInt]) {
        for block in blocks { free(UnsafeMutableRawPointer(bitPattern: block)) }
    }

    /// Bytes in use, the most that were in use at once, and how often the system was asked for memory.
    public var statistics: (usedBytes: Int, peakBytes: Int, systemAllocations: Int) {
        state.withLock { ($0.usedBytes, $0.peakBytes, $0.systemAllocations) }
    }

    /// The bytes from the first to the last that large blocks have ever reached.
    public var regionBytes: Int { state.withLock { $0.region?.extent ?? 0 } }
}

/// Freed small blocks by their sizes.
private struct SmallBlocks {
    private var free: [Int: [UInt]] = [:]
    private var freeBytes = 0

    /// The smallest kept block that holds `size` bytes, unless most of it would lie idle.
    mutating func take(_ size: Int) -> (address: UInt, size: Int)? {
        let fitting = free[size] == nil ? free.keys.lazy.filter { $0 >= size && $0 / 2 <= size }.min() : size
        guard let fitting, let address = free[fitting]?.popLast() else { return nil }
        if free[fitting]?.isEmpty == true { free[fitting] = nil }
        freeBytes -= fitting
        return (address, fitting)
    }

    mutating func keep(_ address: UnsafeMutableRawPointer, _ size: Int) {
        free[size, default: []].append(UInt(bitPattern: address))
        freeBytes += size
    }

    /// Takes the largest kept blocks out until the limit holds.
    mutating func surplus(used: Int, peak: Int) -> [UInt] {
        var surplus: [UInt] = []
        while freeBytes + used > peak + peak / 4, let largest = free.keys.max(), let block = take(largest) {
            surplus.append(block.address)
        }
        return surplus
    }
}
