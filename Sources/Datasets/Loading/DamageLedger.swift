import Synchronization

/// What was found of a clip that was read.
public enum ClipVerdict: String, Sendable, Comparable, CaseIterable, Codable {
    /// Its pictures, vectors and sound are what the encoder meant, as far as the decoder can tell.
    case ok
    /// It is whole, but lacks what a view shows: libavcodec gives out no motion vectors of its codec, or it has no sound.
    case lacking
    /// It could be read, but the decoder saw errors or patched something up.
    case damaged
    /// Something of it could not be read at all.
    case rejected

    private var severity: Int {
        switch self {
        case .ok: 0
        case .lacking: 1
        case .damaged: 2
        case .rejected: 3
        }
    }

    /// Whether `left` is less bad.
    public static func < (left: Self, right: Self) -> Bool { left.severity < right.severity }
}

/// Which videos are damaged or lack what is wanted of them, and how: of the batches that were consumed, so that it is part of a run's state.
public final class DamageLedger: Sendable {
    /// A clip that is not as it should be.
    struct Note: Sendable, Codable {
        let path: String, verdict: ClipVerdict, reason: String
        /// Whether the clip is shown all the same.
        var isShown = false
    }

    /// One video that is not as it should be.
    public struct Entry: Hashable, Sendable {
        /// The file.
        public let path: String
        /// The worst of its clips.
        public let verdict: ClipVerdict
        /// What is wrong with the first clip that was so bad, in the decoder's words.
        public let reason: String
        /// How often a clip of it was not as it should be.
        public let occurrences: Int

        /// An entry; see the properties.
        public init(path: String, verdict: ClipVerdict, reason: String, occurrences: Int) {
            self.path = path
            self.verdict = verdict
            self.reason = reason
            self.occurrences = occurrences
        }
    }

    /// All that a ledger knows.
    public struct Record: Hashable, Sendable {
        /// Clips that were read, by what was found.
        public var clips: [ClipVerdict: Int]
        /// The videos that are not as they should be, sorted by path.
        public var entries: [Entry]

        /// A record; see the properties.
        public init(clips: [ClipVerdict: Int] = [:], entries: [Entry] = []) {
            self.clips = clips
            self.entries = entries
        }

        /// The videos that are damaged or cannot be read.
        public var damaged: [Entry] { entries.filter { $0.verdict > .lacking } }
        /// The whole videos that lack what a view shows.
        public var lacking: [Entry] { entries.filter { $0.verdict == .lacking } }
    }

    /// What is done about damage, and how much of it there may be.
    public let tolerance: DamageTolerance
    private let fileCount: Int
    private let state = Mutex<(clips: [ClipVerdict: Int], entries: [String: Entry])>(([:], [:]))
    private let held = Mutex<[Meeting]>([])

    /// A ledger without damage, of `fileCount` files.
    public init(_ tolerance: DamageTolerance = .unlimited, fileCount: Int = 0) {
        self.tolerance = tolerance
        self.fileCount = fileCount
    }

    /// What batches met, which several processes load together: each holds what it has met until all know of it.
    public struct Meeting: Sendable, Codable {
        let notes: [Note], shown: Int, isTraining: Bool
    }

    /// Keeps what a batch met until `takeHeld`.
    func hold(_ notes: [Note], shown: Int, isTraining: Bool) {
        held.withLock { $0.append(Meeting(notes: notes, shown: shown, isTraining: isTraining)) }
    }

    /// What was held since the last call.
    public func takeHeld() -> [Meeting] {
        held.withLock { held in
            defer { held = [] }
            return held
        }
    }

    /// Adds what the batches of all processes met. Throws where that is more than is tolerated.
    public func record(_ meetings: [Meeting]) throws(DamageOverLimit) {
        guard !meetings.isEmpty else { return }
        try record(
            meetings.flatMap(\.notes), shown: meetings.reduce(0) { $0 + $1.shown },
            isTraining: meetings.contains(where: \.isTraining))
    }

    /// Adds what a batch met, in which `shown` clips are shown. Throws where that is more than is tolerated: one clip, where the batch
    /// is for training and the policy is `error`.
    func record(_ notes: [Note], shown: Int, isTraining: Bool) throws(DamageOverLimit) {
        let damaged = state.withLock { state -> [Entry]? in
            state.clips[.ok, default: 0] += shown - notes.count(where: \.isShown)
            // In an order that does not know who met what.
            for note in notes.sorted(by: { ($0.path, $0.reason) < ($1.path, $1.reason) }) {
                state.clips[note.verdict, default: 0] += 1
                let known = state.entries[note.path]
                let isWorse = known.map { $0.verdict < note.verdict } ?? true
                state.entries[note.path] = Entry(
                    path: note.path, verdict: isWorse ? note.verdict : known?.verdict ?? note.verdict,
                    reason: isWorse ? note.reason : known?.reason ?? note.reason, occurrences: (known?.occurrences ?? 0) + 1)
            }
            // Whole files that lack something are no damage.
            guard notes.contains(where: { $0.verdict > .lacking }) else { return nil }
            let isForbidden = isTraining && tolerance.policy == .error
            let damaged = state.entries.filter { $0.value.verdict > .lacking }
            return isForbidden || !tolerance.allows(damaged.count, of: fileCount) ? Self.sorted(damaged) : nil
        }
        if let damaged { throw DamageOverLimit(damaged: damaged, fileCount: fileCount, tolerance: tolerance) }
    }

    /// Forgets what it knows for the record of an earlier process.
    public func restore(_ record: Record) {
        state.withLock { $0 = (record.clips, Dictionary(record.entries.map { ($0.path, $0) }) { first, _ in first }) }
    }

    /// All that it knows.
    public var record: Record { state.withLock { Record(clips: $0.clips, entries: Self.sorted($0.entries)) } }

    /// All damaged videos, sorted by path.
    public var damaged: [Entry] { record.damaged }

    /// All videos that are not as they should be, sorted by path: damaged ones, and whole ones that lack what a view shows.
    public var entries: [Entry] { record.entries }

    private static func sorted(_ entries: [String: Entry]) -> [Entry] { entries.values.sorted { $0.path < $1.path } }
}
