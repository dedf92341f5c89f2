import Synchronization

/// Which videos could not be read, and why. Filled by the workers.
public final class DamageLedger: Sendable {
    /// One damaged video.
    public struct Entry: Hashable, Sendable {
        /// The file.
        public let path: String
        /// What is wrong, in the decoder's words.
        public let reason: String
        /// How often a clip of it was wanted.
        public let occurrences: Int
    }

    private let entries = Mutex<[String: (reason: String, occurrences: Int)]>([:])

    /// A ledger without damage.
    public init() {}

    /// Notes that `path` could not be read.
    public func record(path: String, reason: String) {
        entries.withLock { $0[path] = ($0[path]?.reason ?? reason, ($0[path]?.occurrences ?? 0) + 1) }
    }

    /// All damaged videos, sorted by path.
    public var damaged: [Entry] {
        entries.withLock { $0.map { Entry(path: $0.key, reason: $0.value.reason, occurrences: $0.value.occurrences) } }
            .sorted { $0.path < $1.path }
    }

    /// The number of damaged videos.
    public var count: Int { entries.withLock { $0.count } }
}
