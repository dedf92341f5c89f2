import Tensor
import Testing

/// What the pool keeps, and what it gives back.
@Suite struct MemoryPoolTests {
    private let pool = MemoryPool()

    private var systemAllocations: Int { pool.statistics.systemAllocations }

    @Test func aFreedBlockServesTheNextRequestOfItsSize() {
        for _ in 0..<5 { _ = pool.allocate(byteCount: 10_000) }
        #expect(systemAllocations == 1 && pool.statistics.usedBytes == 0 && pool.statistics.peakBytes == 10_048)
    }

    @Test func aBlockServesARequestOfMoreThanHalfOfIt() {
        _ = pool.allocate(byteCount: 6_400)
        #expect(pool.allocate(byteCount: 3_300).byteCount == 6_400 && systemAllocations == 1)
        #expect(pool.allocate(byteCount: 3_000).byteCount == 3_008 && systemAllocations == 2)
        #expect(pool.allocate(byteCount: 6_401).byteCount == 6_464 && systemAllocations == 3)
    }

    /// A quarter above the highest use may be kept: of one large and one small block only the small one stays.
    @Test func whatIsKeptStaysNearTheHighestUse() {
        _ = pool.allocate(byteCount: 64_000)
        _ = pool.allocate(byteCount: 9_600)
        #expect(systemAllocations == 2)
        _ = pool.allocate(byteCount: 25_600)
        #expect(systemAllocations == 3)
        _ = pool.allocate(byteCount: 9_600)
        #expect(systemAllocations == 3)
        _ = pool.allocate(byteCount: 64_000)
        #expect(systemAllocations == 4)
    }

    @Test func everyRequestIsAligned() {
        for count in [0, 1, 63, 64, 65, 1000] { #expect(pool.allocate(byteCount: count).byteCount % 64 == 0) }
    }
}
