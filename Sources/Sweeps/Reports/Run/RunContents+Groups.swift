import Files

extension RunContents {
    /// What scores of groups of samples begin with: `accuracy.GROUP.VALUE`.
    static let groupAccuracy = "accuracy."

    /// Whether labels are classes of clips, and not the places of answers.
    var hasClasses: Bool { record.samples == .clips }

    /// What the network makes of the kinds of questions; nil where there are none.
    var groups: Page.Section? {
        var shares: [(group: String, bars: [(name: String, share: Double)])] = []
        for (name, value) in record.result?["scores"]?.objectValue ?? [] where name.hasPrefix(Self.groupAccuracy) {
            let parts = name.split(separator: ".", maxSplits: 2).map(String.init)
            guard parts.count == 3, let share = value.realValue else { continue }
            if shares.last?.group != parts[1] { shares.append((parts[1], [])) }
            shares[shares.count - 1].bars.append((parts[2], share))
        }
        guard !shares.isEmpty else { return nil }
        let plots = shares.map { group, bars in
            let mean = bars.first { $0.name == "mean" }?.share ?? 0
            return BarPlot(
                title: "Accuracy by \(group)", caption: "The worst first. The line is the mean over them.",
                reference: (mean, Words.percent(mean)),
                bars.filter { $0.name != "mean" }.sorted { ($0.share, $0.name) < ($1.share, $1.name) }.map {
                    .init(name: $0.name, share: $0.share, text: Words.percent($0.share, decimals: 0))
                })
        }
        return Page.Section(id: "questions", title: "Questions", parts: plots)
    }
}
