import Datasets
import Files
import Foundation
import Networks
import Tensor

/// One run: trains by its plan, saves on the way, evaluates at the end.
///
/// The order of a step is: batch, method's losses, backward, optimiser, running mean, method's `didStep`, metrics.
public final class TrainingRun {
    private let plan: TrainingPlan
    private let directory: RunDirectory
    private var record: RunRecord
    private let state: TrainingState
    private let checkpoints: CheckpointStore
    private let metrics: MetricsLog, timings: MetricsLog
    private let observer: any TrainingObserver
    private let indices = VideoIndexStore(), ledger = DamageLedger()
    private var lastSave = ContinuousClock.now
    /// The step of the newest whole checkpoint; saving it again could only harm it.
    private var savedStep: Int?

    /// A new run in a new folder: `out`, or a free name in `runs`. Throws where the folder exists, or cannot be made.
    public init(_ plan: TrainingPlan, out: String?, observer: any TrainingObserver) throws {
        try Engine.start(plan.engine)
        self.plan = plan
        self.observer = observer
        state = try TrainingState(plan)
        record = RunRecord(plan, engine: Engine.backend.description)
        directory =
            if let out { try RunDirectory.create(at: out, record: record) } else {
                try RunDirectory.create(in: "runs", named: plan.standardRunName, record: record)
            }
        checkpoints = CheckpointStore(
            folder: directory.checkpointsPath, keep: plan.configuration[CheckpointOptions.self].keep)
        metrics = try MetricsLog(path: directory.metricsPath)
        timings = try MetricsLog(path: directory.timingsPath)
    }

    /// Goes on with the run in `folder` from its newest whole checkpoint; without one from step 0, which is said.
    ///
    /// Throws where the plan is not that of the run.
    public init(resuming folder: String, _ plan: TrainingPlan, observer: any TrainingObserver) throws {
        try Engine.start(plan.engine)
        self.plan = plan
        self.observer = observer
        directory = try RunDirectory.open(folder)
        record = try directory.record()
        try record.requireSameResults(as: RunRecord(plan, engine: Engine.backend.description), plan, run: folder)
        state = try TrainingState(plan)
        checkpoints = CheckpointStore(
            folder: directory.checkpointsPath, keep: plan.configuration[CheckpointOptions.self].keep)
        let newest = try checkpoints.newest()
        for damaged in newest.passedOver { observer.note("passed over \(damaged)") }
        if let checkpoint = newest.checkpoint {
            try state.restore(checkpoint)
            observer.note("going on after step \(checkpoint.step)")
        } else {
            observer.note("there is no checkpoint yet: starting at step 0")
        }
        func position(_ name: String) -> Int { newest.checkpoint?.state[name]?.integerValue ?? 0 }
        ledger.restore(newest.checkpoint.map(\.damaged) ?? [])
        savedStep = newest.checkpoint?.step
        metrics = try MetricsLog(path: directory.metricsPath, position: position("metricsPosition"))
        timings = try MetricsLog(path: directory.timingsPath, position: position("timingsPosition"))
        record.state = .running
        try directory.write(record)
    }

    /// The run's folder.
    public var path: String { directory.path }

    /// Trains, evaluates and saves. Throws `Interrupted` after a signal; the state is saved then.
    public func run() throws -> TrainingOutcome {
        do {
            let begin = ContinuousClock.now
            let waited = try train()
            let seconds = begin.duration(to: .now).seconds
            try save()
            let test = try score(plan.dataSet.test)
            return try finish(test, seconds: begin.duration(to: .now).seconds, waitShare: seconds > 0 ? waited / seconds : 0)
        } catch {
            record.state = error is Interrupted ? .stopped : .failed
            try? directory.write(record)
            throw error
        }
    }

    // MARK: Steps

    private func train() throws -> Double {
        guard state.step < plan.totalSteps else { return 0 }
        let loader = ClipLoader(
            training: state.method.views, labeled: plan.lists.labelled, unlabeled: plan.lists.unlabelled, seed: plan.seed,
            firstStep: state.step, endStep: plan.totalSteps, workers: plan.configuration[EngineOptions.self].workers,
            indices: indices, ledger: ledger)
        defer { loader.stop() }
        var waited = 0.0
        while state.step < plan.totalSteps {
            if state.step % plan.stepsPerEpoch == 0 { try state.method.willStartEpoch(state.step / plan.stepsPerEpoch) }
            let begin = ContinuousClock.now
            guard let batch = try loader.next() else { break }
            let wait = loader.waitSeconds - waited
            waited += wait
            try step(batch, begin: begin, waitSeconds: wait)
            try validateIfDue()
            try saveIfDue()
            if Interruption.request != nil {
                try save()
                throw interrupted
            }
        }
        return waited
    }

    private func step(_ batch: Batch, begin: ContinuousClock.Instant, waitSeconds: Double) throws {
        let context = StepContext(
            step: state.step, totalSteps: plan.totalSteps, epoch: state.step / plan.stepsPerEpoch, seed: plan.seed,
            diagnostics: plan.lists.diagnosticLabels)
        let terms = try state.method.losses(batch, at: context)
        let values = try terms.map { term in (name: "loss.\(term.name)", value: try finite(term, batch)) }
        let total = terms.dropFirst().reduce(weighted(terms[0])) { $0 + weighted($1) }
        total.backward()
        let rate = plan.schedule.rate(atStep: state.step)
        let norm = state.optimizer.step(learningRate: rate)
        guard norm.isFinite else { throw diverged("the gradient", batch) }
        state.average?.update()
        try state.method.didStep(context)

        let loss = total.scalar
        let all = values + context.monitors + [("gradientNorm", norm), ("learningRate", rate)]
        let tallies = context.tallies.map { tally in
            (tally.name, JSON.object(tally.counts.map { (plan.dataSet.classes[$0.label], .integer($0.count)) }))
        }
        try metrics.append(step: state.step, [("loss", .real(loss))] + all.map { ($0.name, .real($0.value)) } + tallies)
        let seconds = begin.duration(to: .now).seconds
        try timings.append(step: state.step, [("seconds", .real(seconds)), ("waitSeconds", .real(waitSeconds))])
        observer.didStep(
            StepReport(
                step: state.step, totalSteps: plan.totalSteps, loss: loss, values: all, seconds: seconds, waitSeconds: waitSeconds
            ))
        state.step += 1
    }

    private func weighted(_ term: LossTerm) -> Tensor { term.weight == 1 ? term.value : term.value * term.weight }

    private func finite(_ term: LossTerm, _ batch: Batch) throws -> Double {
        let value = term.value.scalar
        guard value.isFinite else { throw diverged("the loss \(term.name)", batch) }
        return value
    }

    private func diverged(_ quantity: String, _ batch: Batch?) -> TrainingDiverged {
        let samples = batch?.streams.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.sampleIndices)" }
        return TrainingDiverged(quantity: quantity, step: state.step, samples: samples ?? [], savedStep: savedStep)
    }

    // MARK: Saving and the end

    private func saveIfDue() throws {
        let options = plan.configuration[CheckpointOptions.self]
        let bySteps = options.everySteps > 0 && state.step % options.everySteps == 0
        let byTime = options.everyMinutes > 0 && lastSave.duration(to: .now).seconds >= options.everyMinutes * 60
        if (bySteps || byTime) && state.step < plan.totalSteps { try save() }
    }

    private func save(isBest: Bool = false) throws {
        guard savedStep != state.step else { return }
        guard state.isFinite else { throw diverged("a weight", nil) }
        try metrics.synchronize()
        try timings.synchronize()
        try checkpoints.save(
            state.checkpoint(
                metricsPosition: metrics.position, timingsPosition: timings.position, damaged: ledger.damaged),
            isBest: isBest)
        lastSave = .now
        savedStep = state.step
        observer.didSave(step: state.step)
    }

    /// Scores the validation part, or the test part where there is none, after every so many epochs.
    ///
    /// Only a validation part can mark a checkpoint as the best: test clips choose nothing.
    private func validateIfDue() throws {
        let steps = plan.configuration[EvaluationOptions.self].everyEpochs * plan.stepsPerEpoch
        guard steps > 0, state.step % steps == 0, state.step < plan.totalSteps else { return }
        let validation = plan.dataSet.validation, list = validation.isEmpty ? plan.dataSet.test : validation
        guard let report = try score(list), let accuracy = report.accuracy(top: 1) else { return }
        let part = validation.isEmpty ? "test" : "validation"
        try metrics.append(
            step: state.step - 1,
            [("\(part).accuracyTop1", .real(accuracy)), ("\(part).accuracyTop5", .real(report.accuracy(top: 5) ?? 0))])
        observer.note("after step \(state.step): \(part) top-1 \((accuracy * 1000).rounded() / 10) %")
        if !validation.isEmpty, accuracy > state.bestAccuracy ?? -1 {
            state.bestAccuracy = accuracy
            try save(isBest: true)
        }
    }

    private func score(_ list: VideoList) throws -> ClassificationReport? {
        guard !list.isEmpty else { return nil }
        let evaluator = try plan.evaluator(indices: indices, ledger: ledger)
        let report = try evaluator.evaluate(state.evaluated, on: list) { done, total in
            observer.didScore(done, of: total)
            if Interruption.request != nil { throw interrupted }
        }
        try report.requireScores(ledger)
        return report
    }

    private var interrupted: Interrupted { Interrupted(step: state.step, run: directory.path) }

    private func finish(_ test: ClassificationReport?, seconds: Double, waitShare: Double) throws -> TrainingOutcome {
        let outcome = TrainingOutcome(
            test: test, steps: state.step, seconds: seconds, run: directory.path, weightsDigest: state.evaluated.weightsDigest,
            waitShare: waitShare, damaged: ledger.damaged)
        try DamageTable.write(outcome.damaged, to: directory.path + "/damage.tsv")
        for name in plan.lists.labelled.unreadableClasses(damaged: outcome.damaged.map(\.path)) {
            observer.note("class \(name): none of its labelled clips could be read; see \(directory.path)/damage.tsv")
        }
        if let test { try test.writeConfusionPicture(to: directory.path + "/confusion.png") }
        record.state = .finished
        record.result = outcome.result(plan.configuration)
        try directory.write(record)
        return outcome
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
