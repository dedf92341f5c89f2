import Datasets
import Networks
import Tensor

/// Training steps of a method's first stage on random clips in memory: what a step costs without a loader.
final class StepRehearsal {
    let method: any Method
    private let optimizer: Optimizer
    let batch: Batch
    private let stage: TrainingStage?
    private var count = 0

    /// Prepares a batch of what `method` wants of a step.
    ///
    /// - Parameter data: What the method passes over when its first stage and epoch begin, and whose clips the batch pretends to
    ///   show; nil: neither is begun.
    /// - Parameter isPlanned: Whether nothing is computed, so that the clips may be anything.
    init(
        _ method: any Method, optimizer: OptimizerOptions, classes: Int, data: RunData? = nil, isPlanned: Bool = false
    ) throws {
        self.method = method
        stage = method.stages.first
        if let data { try method.beginStages(through: 0, totalSteps: 1_000_000, data: data) }
        self.optimizer = Optimizer(method.networks, optimizer)
        self.optimizer.adopt(method.networks, moved: stage?.networks)
        var streams: [String: StreamBatch] = [:]
        for (number, stream) in method.views(in: stage).streams.enumerated() {
            let views = stream.views.enumerated().map { index, view in
                let shape = [stream.batchSize] + stream.shape(of: view)
                let clips = isPlanned ? Tensor.zeros(shape) : RandomClips.tensor(shape, seed: UInt64(16 * number + index))
                return (view.name, clips.channelsLast)
            }
            let list = stream.source == .labeled ? data?.lists.labelled : data?.lists.unlabelled
            let known = list?.samples.map(\.index) ?? []
            streams[stream.name] = StreamBatch(
                sampleIndices: (0..<stream.batchSize).map { known.isEmpty ? $0 : known[$0 % known.count] },
                labels: stream.source == .labeled ? (0..<stream.batchSize).map { $0 % classes } : [],
                views: Dictionary(uniqueKeysWithValues: views))
        }
        batch = Batch(streams)
    }

    /// One step: the transforms, the losses, their gradients, the optimiser.
    func step() throws {
        let context = StepContext(step: count, totalSteps: 1_000_000, stage: stage?.name ?? "")
        let prepared = try method.prepared(batch, at: context)
        try method.terms(of: prepared, at: context).total?.backward()
        if try method.willUpdate(context) { optimizer.step(learningRate: 0.01) } else { optimizer.forgetGradients() }
        try method.didStep(context)
        count += 1
    }
}
