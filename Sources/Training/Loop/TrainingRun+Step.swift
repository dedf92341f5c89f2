import Datasets
import Files
import Tensor

// One step: a batch becomes losses, gradients, moved networks and a line of metrics.

extension TrainingRun {
    /// The next step of `loader`, before which the loop had waited for it so long. Returns the wait for this step; nil where the
    /// loader has come to its end.
    func step(from loader: ClipLoader, of span: StageSpan, rate: Double, waitedSeconds: Double) throws -> Double? {
        let begin = ContinuousClock.now
        CrashReport.isAt(step: state.step)
        let position = self.position
        let before = keepsBeginnings ? state.movedByLosses.copied() : nil
        lateStop?.now(.waiting(position, before: before))
        let batch = try phase("wait") { try nextBatch(of: loader) }
        guard let batch else { return nil }
        lateStop?.now(.computing(position, before: before))
        let wait = loader.waitSeconds - waitedSeconds
        if state.step == span.steps.lowerBound { try showViews(of: batch, in: span.stage) }
        let context = StepContext(
            step: state.step, totalSteps: plan.totalSteps, epoch: state.step / plan.stepsPerEpoch, stage: span.stage.name,
            seed: plan.seed, diagnostics: plan.lists.diagnosticLabels)
        do {
            let losses = try losses(of: batch, at: context)
            let report = try whileMoving {
                try move(losses, batch, at: context, rate: rate, begin: begin, waitSeconds: wait)
            }
            observer.didStep(report)
        } catch let mistake as TrainingDiverged {
            try whileMoving { try skip(mistake, before) }
        }
        secondsOfLastStep = begin.duration(to: .now).seconds
        return wait
    }

    /// Waits for a batch; the state is saved where a video never comes.
    private func nextBatch(of loader: ClipLoader) throws -> Batch? {
        do {
            return try plan.call("in its views") { try loader.next() }
        } catch let hanging as ClipHangs {
            try whileMoving { try save() }
            throw hanging
        }
    }

    /// What may have to be taken back is kept: always where steps may be skipped, else where a signal may not wait for their end.
    private var keepsBeginnings: Bool {
        plan.configuration[NonFiniteOptions.self].policy == .skipStep || secondsOfLastStep.map { $0 > 1 } ?? true
    }

    func whileMoving<Result>(_ body: () throws -> Result) rethrows -> Result {
        if let lateStop { try lateStop.whileMoving(body) } else { try body() }
    }

    /// The losses of a step; their gradients are at the parameters.
    private func losses(of loaded: Batch, at context: StepContext) throws -> StepLosses {
        let parts = plan.configuration[BatchOptions.self].microbatches
        guard parts == 1 else { return try losses(of: loaded, inParts: parts, at: context) }
        let batch = try phase("transform") {
            try plan.call("in its transform") { try state.method.prepared(loaded, at: context) }
        }
        let terms = try phase("forward") { try plan.call("in its losses") { try state.method.terms(of: batch, at: context) } }
        let values = try terms.map { term in (name: "loss.\(term.name)", value: try finite(term, batch)) }
        let total = terms.total
        phase("backward") { total?.backward() }
        return (total?.scalar ?? 0, values)
    }

    /// Moves the networks and the method, and writes the line of metrics.
    private func move(
        _ losses: StepLosses, _ batch: Batch, at context: StepContext, rate: Double, begin: ContinuousClock.Instant,
        waitSeconds: Double
    ) throws -> StepReport {
        hasChanged = true
        let norm = try phase("update") { try update(context, rate: rate, batch) }
        try phase("after") { try plan.call("after a step") { try state.method.didStep(context) } }

        let all = losses.values + context.monitors + [("gradientNorm", norm), ("learningRate", rate)]
        let tallies = context.tallies.map { tally in
            (tally.name, JSON.object(tally.counts.map { (className($0.label), .integer($0.count)) }))
        }
        let seconds = begin.duration(to: .now).seconds
        let clips = batch.streams.values.reduce(0) { $0 + $1.count }
        try tell(
            step: state.step, [("loss", .real(losses.total))] + all.map { ($0.name, .real($0.value)) } + tallies,
            clock: [
                ("seconds", .real(seconds)), ("waitSeconds", .real(waitSeconds)), ("clips", .integer(clips)),
                ("peakMiB", .integer(Int(ProcessMemory.peakMiB))),
            ] + (communicator.count > 1 ? exchanged.clock : []))
        defer { state.step += 1 }
        return StepReport(
            step: state.step, totalSteps: plan.totalSteps, loss: losses.total, values: all, seconds: seconds,
            waitSeconds: waitSeconds)
    }

    /// Takes a step back in which something was no number, and goes on to the next. Throws `mistake` where the run is to end.
    private func skip(_ mistake: TrainingDiverged, _ before: StateTree?) throws {
        let options = plan.configuration[NonFiniteOptions.self]
        guard options.policy == .skipStep, let before, state.skippedSteps < options.limit else { throw mistake }
        hasChanged = true
        state.optimizer.forgetGradients()
        try state.takeBack(before)
        state.skippedSteps += 1
        try tell(step: state.step, [("skipped", .string(mistake.quantity))])
        observer.note("skipped step \(state.step) (\(state.skippedSteps) of at most \(options.limit)): \(mistake.finding)")
        state.step += 1
    }

    /// Writes the trace and tells the observer, when the last of the measured steps is done.
    func endProfileIfDue(isLast: Bool = false) throws {
        if isLast, profiler?.isTooEarly == true {
            observer.note("no step was measured: the first \(TrainingProfile.warmupSteps) are left out, and no more came")
        }
        guard let profiler, let profile = try profiler.didStep(isLast: isLast) else { return }
        observer.didProfile(profile, path: profiler.path)
    }

    /// The name of a class; numbers beyond the classes, such as clusters, stand for themselves.
    private func className(_ label: Int) -> String {
        (0..<plan.dataSet.classes.count).contains(label) ? plan.dataSet.classes[label] : String(label)
    }

    /// Moves the networks, unless the method holds the step back. Returns the norm of the gradient.
    private func update(_ context: StepContext, rate: Double, _ batch: Batch) throws -> Double {
        guard try plan.call("before an update", { try state.method.willUpdate(context) }) else {
            let norm = state.optimizer.gradientNorm
            state.optimizer.forgetGradients()
            return norm
        }
        let norm = state.optimizer.step(learningRate: rate, follower: state.average)
        guard norm.isFinite else { throw diverged("the gradient", batch) }
        return norm
    }

    func finite(_ term: LossTerm, _ batch: Batch) throws -> Double {
        let value = term.value.scalar
        guard value.isFinite else { throw diverged("the loss \(term.name)", batch) }
        return value
    }

    /// The names of the clips in `batch` by their indices.
    func clipNames(of batch: Batch) -> [Int: String] {
        let shown = Set(batch.streams.values.flatMap(\.sampleIndices))
        let samples = [plan.lists.labelled, plan.lists.unlabelled].flatMap { $0.samples.filter { shown.contains($0.index) } }
        return Dictionary(samples.map { ($0.index, $0.name) }) { first, _ in first }
    }

    func diverged(_ quantity: String, _ batch: Batch?) -> TrainingDiverged {
        let names = batch.map(clipNames) ?? [:]
        let clips = batch?.streams.sorted { $0.key < $1.key }.map { name, stream in
            let shown = stream.sampleIndices.prefix(4).map { names[$0] ?? "clip \($0)" }
            let rest = stream.count - shown.count
            return "\(name): \(shown.joined(separator: ", "))" + (rest > 0 ? " and \(rest) more" : "")
        }
        return diverged(quantity, clips: clips ?? [])
    }

    /// The same of clips that are known.
    func diverged(_ quantity: String, clips: [String]) -> TrainingDiverged {
        // What is being written counts; why it could not be is told by whoever writes next.
        try? files.finish()
        return TrainingDiverged(quantity: quantity, step: state.step, clips: clips, savedStep: files.savedStep)
    }
}
