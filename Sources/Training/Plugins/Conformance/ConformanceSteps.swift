import Datasets
import Tensor

/// The first steps of one of a method's stages, with batches from the loader.
final class ConformanceSteps {
    private let method: any Method
    private let loader: ClipLoader
    private let stage: String, elementType: ElementType

    /// Begins the stages up to the one numbered `number`, and an epoch in it.
    init(_ plan: TrainingPlan, _ method: any Method, stage number: Int, elementType: ElementType = .float32) throws {
        self.method = method
        self.elementType = elementType
        let access = VideoAccess(), stages = method.stages
        let data = try RunData(plan, access: access, elementType: elementType)
        try method.beginStages(through: number, totalSteps: 2, data: data)
        stage = stages[number].name
        loader = ClipLoader(
            training: method.views(in: stages[number]), labeled: plan.lists.labelled, unlabeled: plan.lists.unlabelled,
            seed: plan.seed, firstStep: 0, endStep: 1_000, access: access)
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
