import Backends
import Files
import Training

/// Tells a user how a run goes: progress on standard error, the result on standard output.
final class TrainingPrinter: TrainingObserver {
    private let json: Bool
    private let training = Progress("training", unit: "steps"), scoring = Progress("evaluating", unit: "videos")

    /// With `json` the result is one object.
    init(json: Bool) { self.json = json }

    /// Says what begins.
    func begin(_ plan: TrainingPlan, path: String) {
        let run = plan.configuration[RunOptions.self]
        Terminal.standard.message(
            "\(run.method) on \(plan.dataSet.name): \(plan.lists.labelled.count) labelled, \(plan.lists.unlabelled.count) unlabelled, "
                + "\(plan.dataSet.test.count) test clips; \(plan.totalSteps) steps; \(path)")
    }

    func note(_ text: String) { logger.notice("\(text)") }

    func didStep(_ report: StepReport) {
        training.update(report.step + 1, of: report.totalSteps, detail: detail(report))
    }

    func didScore(_ done: Int, of total: Int) { scoring.update(done, of: total) }

    func didProfile(_ profile: Profile, path: String) {
        training.end()
        Terminal.standard.message(ProfileText.table(profile) + "\ntrace: \(path)")
    }

    /// Prints the result.
    func end(_ outcome: TrainingOutcome, _ configuration: Configuration) throws {
        scoring.end()
        let damage = outcome.damage, (damaged, rejected) = (damage.clips[.damaged] ?? 0, damage.clips[.rejected] ?? 0)
        if !damage.damaged.isEmpty {
            logger.warning(
                """
                \(damage.damaged.count) videos are damaged: \(damaged) clips of them had errors, \(rejected) could not be read, \
                \(damage.clips[.ok] ?? 0) clips were whole; see \(outcome.run)/damage.tsv
                """)
        }
        if let example = damage.lacking.first {
            logger.notice(
                """
                \(damage.lacking.count) videos lack what the method's views show and were left out; see \(outcome.run)/damage.tsv: \
                \(example.reason)
                """)
        }
        guard !json else { return try Terminal.standard.print(outcome.result(configuration)) }
        try Terminal.standard.print(OutcomeText.table(outcome))
    }

    private func detail(_ report: StepReport) -> String {
        let shown = ["keptRatio", "maskPrecision"].compactMap { name in
            report.values.first { $0.name == name }.map { "\(name) \(Text.number($0.value, digits: 2))" }
        }
        return (["loss \(Text.number(report.loss, digits: 3))"] + shown).joined(separator: "  ")
    }
}

/// The result of a run for a person.
enum OutcomeText {
    static func table(_ outcome: TrainingOutcome) -> String {
        let features = probe(outcome) + (outcome.retrieval.map(retrieval) ?? [])
        guard let test = outcome.test, !test.rows.isEmpty else {
            let none = outcome.retrieval == nil ? [["test clips", "none"]] : []
            return Text.table(none + features + [["steps", "\(outcome.steps)"], ["run", outcome.run]])
        }
        return Text.table(
            accuracies(test) + [
                ["test clips", "\(test.rows.count)" + leftOut(test.damaged)]
            ] + features + outcome.scores.map { [$0.name, Text.number($0.value, digits: 3)] } + [
                ["steps", "\(outcome.steps) in \(Text.time(outcome.seconds))"], ["run", outcome.run],
            ])
    }

    private static func accuracies(_ test: ClassificationReport) -> [[String]] {
        // Among five classes or fewer every answer is one of the five best.
        let topFive = test.classCount > 5 ? [["top-5", Text.percent(test.accuracy(top: 5))]] : []
        return [["top-1", Text.percent(test.accuracy(top: 1)) + interval(of: test)]] + topFive
            + [["mean of classes", Text.percent(test.meanClassAccuracy)]]
    }

    /// Its accuracy stands above where there is no other.
    private static func probe(_ outcome: TrainingOutcome) -> [[String]] {
        guard let probe = outcome.probe else { return [] }
        let accuracy =
            probe.report == outcome.test ? "" : "\(Text.percent(probe.report.accuracy(top: 1)))\(interval(of: probe.report)), "
        return [["linear probe", "\(accuracy)on \(probe.labeledClips) labelled clips" + leftOut(probe.damagedClips)]]
    }

    private static func retrieval(_ found: Retrieval) -> [[String]] {
        found.depths.map { ["recall at \($0)", Text.percent(found.recall(at: $0))] } + [
            ["queries", "\(found.ranks.count) test clips" + leftOut(found.damagedQueries)],
            ["gallery", "\(found.galleryCount) training clips" + leftOut(found.damagedGallery)],
        ]
    }

    private static func leftOut(_ damaged: Int) -> String { damaged > 0 ? " (\(damaged) damaged, left out)" : "" }

    private static func interval(of test: ClassificationReport) -> String {
        guard let found = test.interval else { return "" }
        return " (95 % over \(test.isGrouped ? "groups" : "videos"): \(Text.percent(found.low)) to \(Text.percent(found.high)))"
    }
}
