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
