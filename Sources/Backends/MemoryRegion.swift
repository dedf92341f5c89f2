import Foundation

/// Addresses for large blocks side by side: what is freed joins the holes beside it, and a request takes the smallest hole that holds
/// it. Pages cost memory once they are touched.
struct MemoryRegion {
    private let base: UInt
    /// The bytes from the beginning that blocks have ever reached.
    private(set) var extent = 0
    /// Holes below `extent`, by their beginnings, in order; none touches another.
    private var holes: [(first: Int, size: Int)] = []

    private static var capacity: Int { 1 << 40 }

    /// Sets the addresses aside; nil where the system has none to give.
    init?() {
        let protection = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        let address = mmap(nil, MemoryRegion.capacity, protection, flags, -1, 0)
        guard let address, address != MAP_FAILED else { return nil }
        base = UInt(bitPattern: address)
    }

    /// `size` bytes; nil where the region is full.
    ///
    /// - Parameter usedBytes: What is in use: where holes have come to more than a quarter of it, the region gives their pages back
    ///   before it grows.
    mutating func take(_ size: Int, usedBytes: Int) -> UnsafeMutableRawPointer? {
        if let best = smallestHole(holding: size) {
            let first = holes[best].first
            holes[best] = (first + size, holes[best].size - size)
            if holes[best].size == 0 { holes.remove(at: best) }
            return address(first)
        }
        // A hole at the end is where the region grows.
        let last = holes.last.flatMap { $0.first + $0.size == extent ? $0 : nil }
        let first = last?.first ?? extent
        guard first + size <= MemoryRegion.capacity else { return nil }
        if last != nil { holes.removeLast() }
        if first + size > usedBytes + size + (usedBytes + size) / 4 { emptyHoles() }
        extent = first + size
        return address(first)
    }

    private func smallestHole(holding size: Int) -> Int? {
        var best: Int?
        for index in holes.indices where holes[index].size >= size && holes[index].size < best.map({ holes[$0].size }) ?? .max {
            best = index
        }
        return best
    }

    /// Takes a block back; false where it is not of the region.
    mutating func giveBack(_ block: UnsafeMutableRawPointer, _ size: Int) -> Bool {
        let place = UInt(bitPattern: block)
        guard place >= base, place < base + UInt(extent) else { return false }
        var first = Int(place - base), end = first + size
        let next = holes.firstIndex { $0.first > first } ?? holes.count
        var range = next..<next
        if next < holes.count, holes[next].first == end {
            end += holes[next].size
            range = next..<(next + 1)
        }
        if next > 0, holes[next - 1].first + holes[next - 1].size == first {
            first = holes[next - 1].first
            range = (next - 1)..<range.upperBound
        }
        holes.replaceSubrange(range, with: [(first, end - first)])
        return true
    }

    /// Gives the pages of the holes back to the system; they read as zeros when they are touched again.
    private func emptyHoles() {
        let page = 1 << 12
        for hole in holes {
            let first = (hole.first + page - 1) / page * page, end = (hole.first + hole.size) / page * page
            if end > first { madvise(address(first), end - first, MADV_DONTNEED) }
        }
    }

    /// Gives the addresses back; nothing of the region is in use.
    func release() { munmap(address(0), MemoryRegion.capacity) }

    private func address(_ place: Int) -> UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: base + UInt(place)) }
}
