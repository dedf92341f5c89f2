import Datasets
import Tensor

/// The first steps of a method's first stage, with batches from the loader.
final class ConformanceSteps {
    private let method: any Method
    private let loader: ClipLoader
    private let stage: String, elementType: ElementType

    /// Begins the stage and its first epoch.
    init(_ plan: TrainingPlan, _ method: any Method, elementType: ElementType = .float32) throws {
        self.method = method
        self.elementType = elementType
        let indices = VideoIndexStore(), ledger = DamageLedger(), first = method.stages.first
        stage = first?.name ?? "main"
        let epoch = EpochContext(
            epoch: 0, step: 0, totalSteps: 2, stage: stage, evaluated: method.networks.evaluated,
            data: try RunData(plan, indices: indices, ledger: ledger, elementType: elementType))
        try method.willStartStage(epoch)
        try method.willStartEpoch(epoch)
        loader = ClipLoader(
            training: method.views(in: first), labeled: plan.lists.labelled, unlabeled: plan.lists.unlabelled,
            seed: plan.seed, firstStep: 0, endStep: 1_000, workers: 1, indices: indices, ledger: ledger)
    }

    deinit { loader.stop() }

    /// What the method is told at a step.
    func context(_ step: Int) -> StepContext { StepContext(step: step, totalSteps: 2, stage: stage) }

    /// The next batch, as the losses see it. There are enough.
    func batch(_ context: StepContext) throws -> Batch {
        guard let loaded = try loader.next() else { return Batch([:]) }
        return Batch(try method.prepared(loaded, at: context).streams.mapValues { $0.converted(to: elementType) })
    }
}
