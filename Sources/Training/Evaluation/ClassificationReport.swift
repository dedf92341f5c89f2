import Datasets

/// The scores of a network on a list: what was predicted of each video, and what follows from it (protocol card, section 2).
public struct ClassificationReport: Sendable, Equatable {
    /// One scored video.
    public struct Row: Sendable, Equatable {
        /// The video's stable index.
        public let sampleIndex: Int
        /// The true class.
        public let label: Int
        /// The mean of the logits over the views.
        public let scores: [Double]
        /// `Class/stem`, and the group that ties clips of one source together.
        public let name: String, group: String?
        /// When the clip shows what is needed, in seconds from its beginning, and what was found in its place; nil where nobody said.
        public let span: ClosedRange<Double>?, foundSpan: ClosedRange<Double>?

        /// A row of these values; there is a score a class.
        public init(
            sampleIndex: Int, label: Int, scores: [Double], name: String, group: String? = nil, span: ClosedRange<Double>? = nil,
            foundSpan: ClosedRange<Double>? = nil
        ) {
            self.sampleIndex = sampleIndex
            self.label = label
            self.scores = scores
            self.name = name
            self.group = group
            self.span = span
            self.foundSpan = foundSpan
        }

        /// The row of `sample`.
        init(_ sample: VideoSample, scores: [Double], foundSpan: ClosedRange<Double>? = nil) {
            self.init(
                sampleIndex: sample.index, label: sample.label ?? 0, scores: scores, name: sample.name, group: sample.group,
                span: sample.span, foundSpan: foundSpan)
        }
    }

    /// The videos that could be read, in list order.
    public let rows: [Row]
    /// The number of classes.
    public let classCount: Int
    /// Damaged videos, left out of every score.
    public let damaged: Int

    /// Throws `NothingReadable` where there are no scores because every video was damaged.
    public func requireScores(_ ledger: DamageLedger) throws(NothingReadable) {
        guard !rows.isEmpty || damaged == 0 else {
            throw NothingReadable(count: damaged, ledger)
        }
    }

    /// A report of these rows.
    public init(rows: [Row], classCount: Int, damaged: Int = 0) {
        self.rows = rows
        self.classCount = classCount
        self.damaged = damaged
    }

    /// The share of videos whose class is among the `k` best scores; of equal scores the lower class comes first.
    /// nil without videos.
    public func accuracy(top k: Int) -> Double? {
        guard !rows.isEmpty else { return nil }
        return Double(rows.filter { rank(of: $0) < k }.count) / Double(rows.count)
    }

    /// The 95 % interval of the accuracy over videos, by groups where they are known; nil without videos.
    public var interval: BootstrapInterval? {
        BootstrapInterval(rows.resampled(by: { $0.group ?? $0.name }) { rank(of: $0) == 0 ? 1 : 0 })
    }

    /// Whether groups of videos are resampled, and not single ones.
    public var isGrouped: Bool { rows.contains { $0.group != nil } }

    /// The classes with a better score, or an equal one and a lower index.
    func rank(of row: Row) -> Int {
        let own = row.scores[row.label]
        return row.scores.indices.filter { row.scores[$0] > own || (row.scores[$0] == own && $0 < row.label) }.count
    }

    /// Videos whose scores at rank `k` and behind it are equal: what is among the `k` best is a matter of the tie rule.
    public func tied(top k: Int) -> Int {
        rows.filter { row in
            let ranked = row.scores.sorted(by: >)
            return k < ranked.count && ranked[k - 1] == ranked[k]
        }.count
    }

    /// Counts by true class (rows) and predicted class (columns).
    public var confusion: [[Int]] {
        var counts = [[Int]](repeating: .init(repeating: 0, count: classCount), count: classCount)
        for row in rows { counts[row.label][prediction(of: row)] += 1 }
        return counts
    }

    /// The class with the best score; of equals the lowest.
    public func prediction(of row: Row) -> Int {
        row.scores.indices.reduce(0) { row.scores[$1] > row.scores[$0] ? $1 : $0 }
    }

    /// The mean over classes of the share of their videos that are right; classes without videos are skipped.
    public var meanClassAccuracy: Double? {
        let shares = confusion.enumerated().compactMap { label, row in
            let total = row.reduce(0, +)
            return total > 0 ? Double(row[label]) / Double(total) : nil
        }
        return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
    }
}
