import Synchronization

/// Which videos could not be read, and why: of the batches that were consumed, so that it is part of a run's state.
public final class DamageLedger: Sendable {
    /// A video that could not be read this time.
    struct Note: Sendable {
        let path: String, reason: String
    }

    /// One damaged video.
    public struct Entry: Hashable, Sendable {
        /// The file.
        public let path: String
        /// What is wrong, in the decoder's words.
        public let reason: String
        /// How often a clip of it was wanted.
        public let occurrences: Int

        /// An entry; see the properties.
        public init(path: String, reason: String, occurrences: Int) {
            self.path = path
            self.reason = reason
            self.occurrences = occurrences
        }
    }

    private let entries = Mutex<[String: (reason: String, occurrences: Int)]>([:])

    /// A ledger without damage.
    public init() {}

    /// Adds what a batch met; of several reasons the first stays.
    func record(_ notes: [Note]) {
        guard !notes.isEmpty else { return }
        entries.withLock { entries in
            for note in notes {
                entries[note.path] = (entries[note.path]?.reason ?? note.reason, (entries[note.path]?.occurrences ?? 0) + 1)
            }
        }
    }

    /// Forgets what it knows for `damaged`, the entries of an earlier process.
    public func restore(_ damaged: [Entry]) {
        let restored = damaged.map { ($0.path, (reason: $0.reason, occurrences: $0.occurrences)) }
        entries.withLock { $0 = Dictionary(restored) { first, _ in first } }
    }

    /// All damaged videos, sorted by path.
    public var damaged: [Entry] {
        entries.withLock { $0.map { Entry(path: $0.key, reason: $0.value.reason, occurrences: $0.value.occurrences) } }
            .sorted { $0.path < $1.path }
    }

    /// The number of damaged videos.
    public var count: Int { entries.withLock { $0.count } }
}
