import Datasets
import Networks
import Tensor

/// Training steps of a method's first stage on random clips in memory: what a step costs without a loader.
final class StepRehearsal {
    let method: any Method
    private let optimizer: Optimizer
    let batch: Batch
    private let stage: TrainingStage?, microbatches: Int
    private var count = 0

    /// Prepares a batch of what `method` wants of a step.
    ///
    /// - Parameter data: What the method passes over when its first stage and epoch begin, and whose clips the batch pretends to
    ///   show; nil: neither is begun.
    /// - Parameter isPlanned: Whether nothing is computed, so that the clips may be anything.
    init(
        _ method: any Method, _ configuration: Configuration, classes: Int, data: RunData? = nil, isPlanned: Bool = false
    ) throws {
        self.method = method
        microbatches = configuration[BatchOptions.self].microbatches
        stage = method.stages.first
        if let data { try method.beginStages(through: 0, totalSteps: 1_000_000, data: data) }
        self.optimizer = Optimizer(method.networks, configuration[OptimizerOptions.self])
        self.optimizer.adopt(method.networks, moved: stage?.networks)
        var streams: [String: StreamBatch] = [:]
        for (number, stream) in method.views(in: stage).streams.enumerated() {
            let views = stream.views.enumerated().map { index, view in
                let shape = [stream.batchSize] + stream.shape(of: view)
                let clips = isPlanned ? Tensor.zeros(shape) : RandomClips.tensor(shape, seed: UInt64(16 * number + index))
                return (view.name, clips.channelsLast)
            }
            let list = stream.source == .labeled ? data?.lists.labelled : data?.lists.unlabelled
            let known = list?.samples ?? [], places = 0..<stream.batchSize
            let labels = places.map { known.isEmpty ? $0 % classes : known[$0 % known.count].label ?? 0 }
            streams[stream.name] = StreamBatch(
                pretending: stream, sampleIndices: places.map { known.isEmpty ? $0 : known[$0 % known.count].index },
                labels: stream.source == .labeled ? labels : [], views: Dictionary(uniqueKeysWithValues: views))
        }
        batch = Batch(streams)
    }

    /// One step: the transforms, the losses, their gradients, the optimiser.
    func step() throws {
        let context = StepContext(step: count, totalSteps: 1_000_000, stage: stage?.name ?? "")
        for (number, part) in batch.parts(microbatches).enumerated() {
            let context = microbatches == 1 ? context : context.part(number)
            try method.terms(of: method.prepared(part, at: context), at: context).total?.backward()
        }
        if try method.willUpdate(context) { optimizer.step(learningRate: 0.01) } else { optimizer.forgetGradients() }
        try method.didStep(context)
        count += 1
    }
}
