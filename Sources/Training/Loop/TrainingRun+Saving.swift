import Datasets
import Files

// Checkpoints, validation on the way, the evaluation at the end.

extension TrainingRun {
    func saveIfDue() throws {
        try files.check()
        try files.requireHeld()
        try whileMoving { try noteCheckpoints() }
        let options = plan.configuration[CheckpointOptions.self]
        let bySteps = options.everySteps > 0 && state.step % options.everySteps == 0
        let byTime = options.everyMinutes > 0 && lastSave.duration(to: .now).seconds >= options.everyMinutes * 60
        if (bySteps || byTime) && state.step < plan.totalSteps { try save() }
    }

    /// From now on the run goes on from a checkpoint, or not at all.
    private func noteCheckpoints() throws(RunError) {
        guard !record.hasCheckpoints, files.savedStep != nil else { return }
        record.hasCheckpoints = true
        try files.write(record)
    }

    /// How far files and loader have come.
    var position: RunPosition {
        let positions = files.positions
        return RunPosition(
            metrics: positions.metrics, timings: positions.timings, damage: access.ledger.record, tuning: TuningRecord.choices)
    }

    /// Begins to save the state; it is written beside what follows.
    func save(isBest: Bool = false) throws {
        guard hasChanged else { return try files.check() }
        guard state.isFinite else { throw diverged("a weight", nil) }
        try files.begin(state.checkpoint(position), isBest: isBest)
        lastSave = .now
        hasChanged = false
    }

    /// Scores the validation part, or the test part where there is none, after every so many epochs.
    ///
    /// Only a validation part can mark a checkpoint as the best: test clips choose nothing.
    func validateIfDue() throws {
        let steps = plan.configuration[EvaluationOptions.self].everyEpochs * plan.stepsPerEpoch
        guard steps > 0, state.step > 0, state.step % steps == 0, state.step < plan.totalSteps, state.evaluatedStep != state.step
        else { return }
        // A signal may end what follows; a resumed run does it again from here.
        try save()
        let validation = plan.dataSet.validation, list = validation.isEmpty ? plan.dataSet.test : validation
        try willEvaluate()
        guard let report = try score(list), let accuracy = report.accuracy(top: 1) else { return }
        let part = validation.isEmpty ? "test" : "validation"
        try tell(
            step: state.step - 1,
            [("\(part).accuracyTop1", .real(accuracy)), ("\(part).accuracyTop5", .real(report.accuracy(top: 5) ?? 0))])
        observer.note("after step \(state.step): \(part) top-1 \((accuracy * 1000).rounded() / 10) %")
        if !validation.isEmpty, accuracy > state.bestAccuracy ?? -1 {
            state.bestAccuracy = accuracy
            try save(isBest: true)
        }
    }

    func score(_ list: VideoList) throws -> ClassificationReport? {
        guard !list.isEmpty else { return nil }
        CrashReport.isAt(step: nil)
        let evaluator = try plan.evaluator(access, communicator), report: ClassificationReport
        if let network = state.evaluated {
            report = try evaluator.evaluate(network, on: list, progress: didScore)
        } else if let scorer = state.method.scorer {
            report = try evaluator.evaluate(scorer, on: list, progress: didScore)
        } else {
            return nil
        }
        try report.requireScores(access.ledger)
        return report
    }

    private func didScore(_ done: Int, of total: Int) throws {
        observer.didScore(done, of: total)
        if Interruption.request != nil { throw interrupted }
    }

    /// The scores of the test part: of the classifier that is evaluated, or of a linear probe where only a backbone is handed on.
    func scoreAtEnd() throws -> (test: ClassificationReport?, probe: ProbeReport?) {
        guard state.evaluated == nil, let network = state.method.networks.transferred, !plan.dataSet.test.isEmpty else {
            return (try score(plan.dataSet.test), nil)
        }
        CrashReport.isAt(step: nil)
        let context = context(stage: state.stageName, isEvaluation: true)
        let probe = try context.linearProbe(of: network.backbone, progress: didScore)
        try probe.report.requireScores(access.ledger)
        return (probe.report, probe)
    }

    /// What the method's own evaluators say, and what it reads in the scores of the test part.
    func namedScores(_ test: ClassificationReport?) throws -> [(name: String, value: Double)] {
        let context = context(stage: state.stageName, isEvaluation: true)
        let details = test.map { $0.localizationScores + state.method.details(of: $0) } ?? []
        return try details
            + state.method.evaluators.map { evaluator in
                (evaluator.name, try plan.call("in its evaluator \(evaluator.name)") { try evaluator.score(context) })
            }
    }

    /// Lets the method prepare the evaluation of this step, once.
    func willEvaluate() throws {
        guard state.evaluatedStep != state.step else { return }
        hasChanged = true
        try plan.call("before an evaluation") { try state.method.willEvaluate(context(stage: state.stageName)) }
        state.evaluatedStep = state.step
    }

    func finish(
        _ test: ClassificationReport?, _ probe: ProbeReport?, _ scores: [(name: String, value: Double)], seconds: Double,
        waitShare: Double
    ) throws -> TrainingOutcome {
        let outcome = TrainingOutcome(
            test: test, probe: probe, bestValidationAccuracy: state.bestAccuracy, scores: scores, steps: state.step,
            seconds: seconds,
            run: files.path,
            weightsDigest: state.weightsDigest,
            waitShare: waitShare, damage: access.ledger.record)
        try writeDamage()
        // Clips that were kept have been learned from.
        let lost = outcome.damage.entries.filter { $0.verdict != .damaged || access.ledger.tolerance.policy != .keep }
        for name in plan.lists.labelled.unreadableClasses(damaged: lost.map(\.path)) {
            observer.note("class \(name): none of its labelled clips could be read; see \(files.path)/damage.tsv")
        }
        if let test {
            try files.write("confusion.png") { path in try test.writeConfusionPicture(to: path) }
            try files.write("test-scores.tsv") { path in try test.writeScores(classes: plan.dataSet.classes.names, to: path) }
        }
        try tell(test, scores)
        record.hasCheckpoints = true
        record.state = .finished
        record.result = outcome.result(plan.configuration)
        try files.write(record)
        return outcome
    }

    /// Writes what is known of damage to the run's folder; its record gets a summary.
    func writeDamage() throws(FileError) {
        let found = access.ledger.record
        record.damage = .object([("videos", .integer(found.damaged.count)), ("clips", found.countsJSON)])
        try files.write("damage.tsv") { path throws(FileError) in try DamageTable.write(found, to: path) }
    }
}
