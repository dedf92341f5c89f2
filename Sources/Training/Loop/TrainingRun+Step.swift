import Datasets
import Files
import Tensor

// One step: a batch becomes losses, gradients, moved networks and a line of metrics.

extension TrainingRun {
    /// The next step of `loader`, before which the loop had waited for it so long. Returns the wait for this step; nil where the
    /// loader has come to its end.
    func step(from loader: ClipLoader, stage: String, rate: Double, waitedSeconds: Double) throws -> Double? {
        let begin = ContinuousClock.now
        let batch = try phase("wait") { try plan.call("in its views") { try loader.next() } }
        guard let batch else { return nil }
        let wait = loader.waitSeconds - waitedSeconds
        try step(batch, stage: stage, rate: rate, begin: begin, waitSeconds: wait)
        return wait
    }

    private func step(
        _ loaded: Batch, stage: String, rate: Double, begin: ContinuousClock.Instant, waitSeconds: Double
    ) throws {
        hasChanged = true
        let context = StepContext(
            step: state.step, totalSteps: plan.totalSteps, epoch: state.step / plan.stepsPerEpoch, stage: stage, seed: plan.seed,
            diagnostics: plan.lists.diagnosticLabels)
        let batch = try phase("transform") {
            try plan.call("in its transform") { try state.method.prepared(loaded, at: context) }
        }
        let terms = try phase("forward") { try plan.call("in its losses") { try state.method.terms(of: batch, at: context) } }
        let values = try terms.map { term in (name: "loss.\(term.name)", value: try finite(term, batch)) }
        let total = terms.total
        phase("backward") { total?.backward() }
        let norm = try phase("update") { try update(context, rate: rate, batch) }
        try phase("after") { try plan.call("after a step") { try state.method.didStep(context) } }

        let loss = total?.scalar ?? 0
        let all = values + context.monitors + [("gradientNorm", norm), ("learningRate", rate)]
        let tallies = context.tallies.map { tally in
            (tally.name, JSON.object(tally.counts.map { (className($0.label), .integer($0.count)) }))
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

    /// Writes the trace and tells the observer, when the last of the measured steps is done.
    func endProfileIfDue(isLast: Bool = false) throws {
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

    private func finite(_ term: LossTerm, _ batch: Batch) throws -> Double {
        let value = term.value.scalar
        guard value.isFinite else { throw diverged("the loss \(term.name)", batch) }
        return value
    }

    func diverged(_ quantity: String, _ batch: Batch?) -> TrainingDiverged {
        let names = Dictionary(
            (plan.lists.labelled.samples + plan.lists.unlabelled.samples).map { ($0.index, $0.name) }
        ) { first, _ in first }
        let clips = batch?.streams.sorted { $0.key < $1.key }.map { name, stream in
            let shown = stream.sampleIndices.prefix(4).map { names[$0] ?? "clip \($0)" }
            let rest = stream.count - shown.count
            return "\(name): \(shown.joined(separator: ", "))" + (rest > 0 ? " and \(rest) more" : "")
        }
        return TrainingDiverged(quantity: quantity, step: state.step, clips: clips ?? [], savedStep: savedStep)
    }
}
