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

    @Test func largeBlocksLieSideBySideAndTheirHolesJoin() {
        let million = 1 << 20
        var blocks: [Buffer?] = (0..<4).map { _ in pool.allocate(byteCount: million) }
        #expect(pool.regionBytes == 4 * million && systemAllocations == 4)
        (blocks[1], blocks[2]) = (nil, nil)
        let wide = pool.allocate(byteCount: 2 * million - 64)
        #expect(pool.regionBytes == 4 * million && systemAllocations == 4 && wide.byteCount == 2 * million - 64)
        blocks[3] = nil
        let last = pool.allocate(byteCount: 3 * million)
        #expect(pool.regionBytes == 6 * million - 64 && last.byteCount == 3 * million)
        blocks[0] = nil
        #expect(pool.statistics.usedBytes == 5 * million - 64 && pool.statistics.peakBytes == 6 * million - 64)
    }

    @Test func theSmallestHoleThatFitsIsTaken() {
        let sizes = [1, 8, 1, 4, 1].map { $0 << 20 }
        var blocks: [Buffer?] = sizes.map { pool.allocate(byteCount: $0) }
        (blocks[1], blocks[3]) = (nil, nil)
        let small = pool.allocate(byteCount: 3 << 20), large = pool.allocate(byteCount: 8 << 20)
        #expect(pool.regionBytes == 15 << 20 && small.byteCount + large.byteCount == 11 << 20)
    }

    /// Each block holds its number at its beginning and at its end until it is freed.
    @Test func blocksOfManySizesNeverOverlap() {
        var stream = RandomKey(seed: 5, purpose: .synthesis).stream
        var held: [(ends: [StridedArray], number: Int64)] = []
        for number in 0..<2_000 as Range<Int64> {
            if !held.isEmpty, held.count > 20 || stream.uniform() < 0.45 {
                let freed = held.remove(at: Int(stream.uniform(0, Double(held.count))))
                #expect(freed.ends.allSatisfy { $0.values(as: Int64.self) == [freed.number] })
            }
            let buffer = pool.allocate(byteCount: Int(stream.uniform(100_000, 3_000_000)))
            let ends = [0, buffer.byteCount / 8 - 1].map {
                StridedArray(buffer: buffer, offset: $0, shape: [1], strides: [1], elementType: .int64)
            }
            for end in ends { end.write([number]) }
            held.append((ends, number))
        }
        #expect(pool.regionBytes < pool.statistics.peakBytes * 3 / 2)
    }
}
