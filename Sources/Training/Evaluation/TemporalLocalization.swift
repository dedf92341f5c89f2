extension ClassificationReport {
    /// How well the parts of clips are found that are needed, by name: `temporalIoU`, the mean overlap with what annotators said, and
    /// `answerSpanAccuracy`, the share of samples whose class is right and whose overlap is at least a half (video_qa card, ASA).
    /// Both are over the samples that annotators said something of; nothing where they did not.
    public var localizationScores: [(name: String, value: Double)] {
        let told = rows.compactMap { row in row.span.map { (row: row, overlap: Self.overlap($0, row.foundSpan)) } }
        guard !told.isEmpty, told.contains(where: { $0.row.foundSpan != nil }) else { return [] }
        let both = told.filter { rank(of: $0.row) == 0 && $0.overlap >= 0.5 }
        return [
            ("temporalIoU", told.map(\.overlap).reduce(0, +) / Double(told.count)),
            ("answerSpanAccuracy", Double(both.count) / Double(told.count)),
        ]
    }

    /// The time that both have in common, as a share of what either has; 0 without `found`.
    static func overlap(_ told: ClosedRange<Double>, _ found: ClosedRange<Double>?) -> Double {
        guard let found else { return 0 }
        let common = min(told.upperBound, found.upperBound) - max(told.lowerBound, found.lowerBound)
        let whole = max(told.upperBound, found.upperBound) - min(told.lowerBound, found.lowerBound)
        // Two moments that are one and the same.
        guard whole > 0 else { return 1 }
        return max(0, common) / whole
    }
}
