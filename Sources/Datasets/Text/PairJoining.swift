/// Joins the most frequent pairs of neighbouring tokens in words, with counts that are kept up to date word by word.
struct PairJoining {
    private var tokens: TokenTable
    private var words: [[Int32]] = []
    private var wordCounts: [Int] = []
    private var pairs: [Pair: Occurrences] = [:]
    /// Pairs by their counts at some time; an entry that no longer holds is found out when it comes up.
    private var queue = PairQueue()

    private struct Occurrences {
        var count = 0
        /// The words that have had the pair, some of them twice.
        var words: [Int32] = []
        /// Whether the count has grown since the pair was put into the queue.
        var isRaised = false

        mutating func add(_ added: Int, in word: Int32) {
            count += added
            if words.last != word { words.append(word) }
        }

        /// Adds; true for the first time since the pair was put into the queue.
        mutating func raise(by added: Int, in word: Int32) -> Bool {
            defer { isRaised = true }
            add(added, in: word)
            return !isRaised
        }
    }

    /// Words are made of `tokens`.
    init(tokens: TokenTable) { self.tokens = tokens }

    /// Adds a word that occurs `count` times.
    mutating func add(_ word: [Int32], count: Int) {
        for (left, right) in zip(word, word.dropFirst()) {
            pairs[Pair(left, right), default: Occurrences()].add(count, in: Int32(words.count))
        }
        words.append(word)
        wordCounts.append(count)
    }

    /// The tokens, and those of joined pairs, until there are `size` or no pair occurs `minimumCount` times.
    consuming func joined(size: Int, minimumCount: Int) -> TokenTable {
        for (pair, occurrences) in pairs { queue.push(.init(count: occurrences.count, pair: pair)) }
        while tokens.count < size, let best = queue.pop(), best.count >= max(1, minimumCount) {
            guard let found = pairs[best.pair] else { continue }
            if found.count == best.count {
                join(best.pair, in: found.words)
            } else if 0 < found.count && found.count < best.count {
                queue.push(.init(count: found.count, pair: best.pair))
            }
        }
        return tokens
    }

    private mutating func join(_ pair: Pair, in places: [Int32]) {
        pairs[pair] = nil
        // Another pair may have made the same token before.
        let (joined, _) = tokens.insert(Array(tokens[pair.left]) + Array(tokens[pair.right].dropFirst(2)))
        var raised: [Pair] = []
        for place in places { join(pair, into: joined, in: place, &raised) }
        for pair in raised {
            guard let occurrences = pairs[pair] else { continue }
            pairs[pair]?.isRaised = false
            queue.push(.init(count: occurrences.count, pair: pair))
        }
    }

    /// Joins the pair in one word, from left to right.
    private mutating func join(_ pair: Pair, into joined: Int32, in place: Int32, _ raised: inout [Pair]) {
        let old = words[Int(place)], count = wordCounts[Int(place)]
        var new: [Int32] = []
        var index = 0
        while index < old.count {
            guard index + 1 < old.count, Pair(old[index], old[index + 1]) == pair else {
                new.append(old[index])
                index += 1
                continue
            }
            if let before = new.last {
                lower(Pair(before, pair.left), by: count)
                raise(Pair(before, joined), by: count, in: place, &raised)
            }
            if index + 2 < old.count {
                lower(Pair(pair.right, old[index + 2]), by: count)
                raise(Pair(joined, old[index + 2]), by: count, in: place, &raised)
            }
            new.append(joined)
            index += 2
        }
        words[Int(place)] = new
    }

    private mutating func raise(_ pair: Pair, by count: Int, in place: Int32, _ raised: inout [Pair]) {
        if pairs[pair, default: Occurrences()].raise(by: count, in: place) { raised.append(pair) }
    }

    /// A pair that is being joined has no count left.
    private mutating func lower(_ pair: Pair, by count: Int) { pairs[pair]?.count -= count }
}

/// Two tokens side by side; the order is that of their ids, the left one first.
struct Pair: Hashable, Comparable {
    private let packed: UInt64

    init(_ left: Int32, _ right: Int32) { packed = UInt64(left) << 32 | UInt64(right) }

    var left: Int32 { Int32(packed >> 32) }
    var right: Int32 { Int32(packed & 0xFFFF_FFFF) }

    static func < (left: Pair, right: Pair) -> Bool { left.packed < right.packed }
}

/// A binary heap that gives the most frequent pair first, of equally frequent ones the lowest.
struct PairQueue {
    struct Entry {
        let count: Int
        let pair: Pair

        func precedes(_ other: Entry) -> Bool { count != other.count ? count > other.count : pair < other.pair }
    }

    private var entries: [Entry] = []

    mutating func push(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0, entries[child].precedes(entries[(child - 1) / 2]) {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> Entry? {
        guard let last = entries.popLast() else { return nil }
        guard let first = entries.first else { return last }
        entries[0] = last
        var parent = 0
        while 2 * parent + 1 < entries.count {
            var child = 2 * parent + 1
            if child + 1 < entries.count, entries[child + 1].precedes(entries[child]) { child += 1 }
            guard entries[child].precedes(entries[parent]) else { break }
            entries.swapAt(child, parent)
            parent = child
        }
        return first
    }
}
