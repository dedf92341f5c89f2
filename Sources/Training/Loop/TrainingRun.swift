import Datasets
import Files
import Foundation
import Networks
import Ranks
import Tensor

/// One run: trains by its plan, saves on the way, evaluates at the end.
///
/// The order of a step is: batch, method's transforms and losses, backward, optimiser, running mean, method's `didStep`,
/// metrics.
public final class TrainingRun {
    let plan: TrainingPlan
    /// What it writes.
    let files: RunFiles
    var record: RunRecord
    let state: TrainingState
    let observer: any TrainingObserver
    let access: VideoAccess
    /// The processes that train together.
    let communicator: any Communicator
    /// What measures some of the steps; nil where none is measured.
    public var profiler: TrainingProfile?
    /// A step after which the run stops as after a signal; nil: none.
    public var stopsAfterStep: Int?
    private let data: RunData
    var lastSave = ContinuousClock.now
    /// What ends the run where a signal cannot wait for its step.
    private(set) var lateStop: LateStop?
    var secondsOfLastStep: Double?
    /// Whether the state is another than that of the newest checkpoint; saving the same again could only harm it.
    var hasChanged = true
    /// Whether a signal has asked some rank to stop; all know that after the same step.
    var isAskedToStop = false
    /// What adds the gradients of parts, with its memory.
    var knownPartGradients: PartGradients?
    /// What sums over ranks cost.
    var exchanged = RankCosts()

    /// A new run in a new folder: `out`, or a free name in `runs`. Throws where the folder exists, or cannot be made.
    ///
    /// - Parameter communicator: The processes that train it together, each of which does the same.
    public init(
        _ plan: TrainingPlan, out: String?, indices: VideoIndexStore = VideoIndexStore(),
        communicator: any Communicator = SingleProcess(), observer: any TrainingObserver
    ) throws {
        try plan.requireShares(for: communicator)
        try Engine.start(plan.engine)
        try MemoryPlan.requireRoom(for: plan)
        let plan = try plan.readingInitialWeights()
        self.plan = plan
        self.communicator = communicator
        access = plan.access(indices)
        self.observer = observer
        data = try RunData(plan, access: access, communicator: communicator)
        state = try TrainingState(plan)
        if let weights = plan.initialWeights { observer.note(weights.report(state.method.networks)) }
        for note in plan.notesOnFreezing(state.method.networks) { observer.note(note) }
        record = RunRecord(plan, engine: Engine.backend.description, communicator)
        try record.requireAgreement(of: communicator)
        Interruption.begin()
        let directory = communicator.isFirst ? try RunDirectory.create(out, plan, record: record) : nil
        let path = try communicator.broadcast(directory?.path)
        files =
            if let directory {
                try RunFiles(
                    directory, plan.checkpoints(in: directory), tuning: TuningRecord(run: directory.path), after: nil,
                    isResumed: false)
            } else { RunFiles(ofRunAt: path ?? "") }
    }

    /// Goes on with the run in `folder` from its newest whole checkpoint; without one from step 0, which is said.
    ///
    /// - Parameters:
    ///   - allowsDifferences: Whether it goes on where results will not be those of a run that was never stopped.
    ///   - communicator: The processes that train it together, perhaps another number of them than before.
    /// Throws `ResumeMismatch` where the plan is not that of the run, and `RunError.finished`.
    public init(
        resuming folder: String, _ plan: TrainingPlan, indices: VideoIndexStore = VideoIndexStore(),
        allowsDifferences: Bool = false, communicator: any Communicator = SingleProcess(), observer: any TrainingObserver
    ) throws {
        try plan.requireShares(for: communicator)
        try Engine.start(plan.engine)
        try MemoryPlan.requireRoom(for: plan)
        let stopped = try StoppedRun(folder, plan, communicator)
        record = stopped.record
        let checkpoint = stopped.checkpoint
        let plan = checkpoint == nil ? try plan.readingInitialWeights() : plan.restored()
        if checkpoint != nil { try plan.requireInitialWeights(of: record) }
        self.plan = plan
        self.communicator = communicator
        access = plan.access(indices)
        self.observer = observer
        let now = RunRecord(plan, engine: Engine.backend.description, communicator)
        try now.requireAgreement(of: communicator)
        let differences = try record.differences(from: now, plan, run: folder)
        if differences.isEmpty {
            record.take(placesOf: now)
        } else {
            guard allowsDifferences else { throw ResumeMismatch(run: folder, differences: differences) }
            record.accept(now, differing: differences, fromStep: checkpoint?.step ?? 0)
            observer.note("results will not be those of a run that was never stopped: \(differences.joined(separator: "; "))")
        }
        data = try RunData(plan, access: access, communicator: communicator)
        state = try TrainingState(plan)
        for damaged in stopped.passedOver { observer.note("passed over \(damaged)") }
        if let checkpoint {
            try state.restore(checkpoint)
            observer.note("going on after step \(checkpoint.step)")
        } else {
            observer.note("there is no checkpoint yet: starting at step 0")
        }
        let paths = Dictionary(plan.videoNames.map { ($0.name, $0.path) }) { first, _ in first }
        access.ledger.restore((checkpoint?.damage ?? DamageLedger.Record()).renamed(paths))
        hasChanged = checkpoint == nil
        files = try stopped.files(plan)
        Interruption.begin()
        record.state = .running
        try files.write(record)
    }

    /// The run's folder.
    public var path: String { files.path }

    /// Says what half precision costs where the processor does not multiply bf16.
    private func notePrecision() {
        let engine = Engine.backend.description
        guard engine.activationType == .bfloat16, engine.kernelSet != .avx512 || !KernelSet.hasBFloat16 else { return }
        observer.note(
            "precision=bf16: this processor (kernels=\(engine.kernelSet.rawValue)) does not multiply bf16. It halves the memory of "
                + "activations but saves no time: convolutions other than 3 x 3 are computed in f32 and converted")
    }

    /// Trains, evaluates and saves. Throws `Interrupted` after a signal; the state is saved then.
    ///
    /// - Parameter leave: Ends the process with the code of an error, from another thread, where a signal cannot wait for the end
    ///   of a step; nil: every step is finished.
    public func run(leavingBy leave: (@Sendable (any Error) -> Never)? = nil) throws -> TrainingOutcome {
        CrashReport.begin(with: plan.plugin, run: files.path)
        notePrecision()
        lateStop = leave.map(makeLateStop)
        defer {
            lateStop = nil
            CrashReport.isAt(step: nil)
            CrashReport.begin(with: plan.plugin)
        }
        do {
            let begin = ContinuousClock.now
            var waited = 0.0
            try validateIfDue()
            for span in state.spansAhead { waited += try train(span) }
            try endProfileIfDue(isLast: true)
            let seconds = begin.duration(to: .now).seconds
            try save()
            try willEvaluate()
            try save()
            let (test, probe) = try scoreAtEnd()
            let scores = try namedScores(test)
            try files.writeTuning()
            try files.finish()
            lateStop?.finish()
            return try finish(
                test, probe, scores, seconds: begin.duration(to: .now).seconds, waitShare: seconds > 0 ? waited / seconds : 0)
        } catch {
            lateStop?.finish()
            throw ended(by: error)
        }
    }

    /// Writes how the run ended, once all that was to be saved is on the disk, and returns what is to be told.
    private func ended(by error: any Error) -> any Error {
        var reason: any Error =
            error is PassInterrupted || error as? RankError == .ended(code: ExitCode.preempted.rawValue) ? interrupted : error
        do throws(RunError) { try files.finish() } catch {
            if reason is Interrupted { reason = error }
        }
        if reason is Interrupted { reason = interrupted }
        if (try? files.requireHeld()) != nil { try? writeDamage() }
        record.hasCheckpoints = files.savedStep != nil
        record.state = reason is Interrupted ? .stopped : .failed
        try? files.write(record)
        return reason
    }

    private func makeLateStop(_ leave: @escaping (any Error) -> Never) -> LateStop {
        LateStop(
            grace: plan.configuration[CheckpointOptions.self].graceSeconds,
            save: { [self] position, before in
                try files.begin(state.checkpoint(position, before: before))
                try files.finish()
            },
            end: { [self] error in leave(ended(by: error ?? interrupted)) })
    }

    /// Where the run is, for what a method does between steps.
    func context(stage: String, isEvaluation: Bool = false) -> EpochContext {
        EpochContext(
            epoch: state.step / plan.stepsPerEpoch, step: state.step, totalSteps: plan.totalSteps, stage: stage,
            evaluated: state.evaluated, data: data, isEvaluation: isEvaluation)
    }

    var interrupted: Interrupted { Interrupted(step: files.savedStep ?? 0, run: files.path) }

    // MARK: Stages and epochs

    /// Trains the steps of a stage that are not done yet; returns the seconds spent waiting for the loader.
    private func train(_ span: StageSpan) throws -> Double {
        let method = state.method, stage = span.stage
        if state.step == span.steps.lowerBound, state.begunStep != state.step {
            if state.step > 0 { try save() }
            try plan.call("when stage \(stage.name) began") {
                try method.willStartStage(context(stage: stage.name))
                try state.beginStage(stage)
            }
        }
        var waited = 0.0
        while state.step < span.steps.upperBound {
            lateStop?.now(.elsewhere)
            try beginStep(of: stage)
            let views = try plan.views(of: method, in: stage)
            let epochEnd = (state.step / plan.stepsPerEpoch + 1) * plan.stepsPerEpoch
            waited += try train(views, of: span, to: views.isForOneEpoch ? epochEnd : span.steps.upperBound)
        }
        return waited
    }

    /// Trains the steps of `span` before `end` on one plan of views; returns the seconds spent waiting for the loader.
    private func train(_ views: ViewPlan, of span: StageSpan, to end: Int) throws -> Double {
        let schedule = plan.schedule(steps: span.steps.count), end = min(end, span.steps.upperBound)
        let loader = ClipLoader(
            training: views, labeled: plan.lists.labelled, unlabeled: plan.lists.unlabelled, seed: plan.seed,
            firstStep: state.step, endStep: end, epochStart: state.step / plan.stepsPerEpoch * plan.stepsPerEpoch,
            share: LoaderShare(number: communicator.rank, count: communicator.count), access: access)
        defer { loader.stop() }
        var waited = 0.0
        while state.step < end {
            lateStop?.now(.elsewhere)
            try beginStep(of: span.stage)
            let rate = schedule.rate(atStep: state.step - span.steps.lowerBound)
            profiler?.willStep(state.method.networks)
            let wait = try phase(Profile.step) {
                try step(from: loader, of: span, rate: rate, waitedSeconds: waited)
            }
            guard let wait else { break }
            waited += wait
            try files.writeTuning()
            try endProfileIfDue()
            try validateIfDue()
            try saveIfDue()
            if communicator.count == 1 { isAskedToStop = Interruption.request != nil }
            if isAskedToStop || state.step == stopsAfterStep {
                try save()
                throw interrupted
            }
        }
        return waited
    }

    /// Begins the epoch where the next step is its first, once.
    private func beginStep(of stage: TrainingStage) throws {
        guard state.begunStep != state.step else { return }
        if state.step % plan.stepsPerEpoch == 0 { try startEpoch(of: stage) }
        state.begunStep = state.step
    }

    private func startEpoch(of stage: TrainingStage) throws {
        if state.epochsPass { try save() }
        let context = context(stage: stage.name)
        try plan.call("when an epoch began") {
            try state.method.willStartEpoch(context)
            try state.adoptNetworks(in: stage)
        }
        state.epochsPass = state.epochsPass || context.hasPassed
        if !context.monitors.isEmpty { try tell(step: state.step, context.monitors) }
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
