/// Distinct byte strings, numbered in the order in which they came, and found by their bytes.
///
/// Open addressing with linear probing by FNV-1a. The hash of a string grows byte by byte, so that one pass over a word gives the
/// hashes of all its beginnings.
struct TokenTable: Sendable {
    /// The hash of nothing.
    static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    private var bytes: [UInt8] = []
    /// Where each token ends in `bytes`, after a leading 0.
    private var bounds = [0]
    private var slots = [Slot](repeating: .free, count: 16)

    private struct Slot {
        static let free = Slot(hash: 0, id: -1)

        let hash: UInt64
        let id: Int32
    }

    /// The hash of a string that ends with `byte` and hashes to `hash` without it.
    @inline(__always) static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }

    /// The hash of `bytes` after what hashes to `hash`.
    static func hash(_ hash: UInt64 = seed, of bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(hash) { self.hash($0, $1) } }

    /// How many strings there are.
    var count: Int { bounds.count - 1 }

    /// The bytes of the string numbered `id`.
    subscript(id: Int32) -> ArraySlice<UInt8> { bytes[bounds[Int(id)]..<bounds[Int(id) + 1]] }

    /// The number of `string`, which is added where it is not there yet.
    mutating func insert(_ string: [UInt8]) -> (id: Int32, isNew: Bool) {
        let hash = Self.hash(of: string)
        if let id = id(hash: hash, of: string[...]) { return (id, false) }
        if 2 * (count + 1) > slots.count { grow() }
        let id = Int32(count)
        bytes += string
        bounds.append(bytes.count)
        place(Slot(hash: hash, id: id))
        return (id, true)
    }

    /// The number of the string whose bytes are `prefix`, then those of `string`, and whose hash is `hash`.
    @inline(__always) func id(hash: UInt64, prefix: StaticString = "", of string: ArraySlice<UInt8>) -> Int32? {
        var place = first(hash)
        while slots[place].id >= 0 {
            if slots[place].hash == hash && holds(slots[place].id, prefix, string) { return slots[place].id }
            place = (place + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Equal hashes are all but proof; the bytes are.
    private func holds(_ id: Int32, _ prefix: StaticString, _ string: ArraySlice<UInt8>) -> Bool {
        let start = bounds[Int(id)], length = prefix.utf8CodeUnitCount
        guard bounds[Int(id) + 1] - start == length + string.count else { return false }
        for index in 0..<length where bytes[start + index] != prefix.utf8Start[index] { return false }
        for index in 0..<string.count where bytes[start + length + index] != string[string.startIndex + index] { return false }
        return true
    }

    private func first(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash ^ hash >> 32) & (slots.count - 1) }

    private mutating func place(_ slot: Slot) {
        var place = first(slot.hash)
        while slots[place].id >= 0 { place = (place + 1) & (slots.count - 1) }
        slots[place] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: .free, count: 2 * old.count)
        for slot in old where slot.id >= 0 { place(slot) }
    }
}

extension TokenTable: Equatable {
    /// The same strings in the same order.
    static func == (left: TokenTable, right: TokenTable) -> Bool { left.bounds == right.bounds && left.bytes == right.bytes }
}
