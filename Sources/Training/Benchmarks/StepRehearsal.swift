import Datasets
import Networks
import Tensor

/// Training steps of a method on random clips in memory: what a step costs without a loader.
final class StepRehearsal {
    let method: any Method
    private let optimizer: StochasticGradientDescent
    let batch: Batch
    private var count = 0

    /// Prepares a batch of what `method` wants of a step.
    init(_ method: any Method, optimizer: OptimizerOptions, classes: Int) {
        self.method = method
        self.optimizer = StochasticGradientDescent(method.networks, optimizer)
        var streams: [String: StreamBatch] = [:]
        for (number, stream) in method.views.streams.enumerated() {
            let views = stream.views.enumerated().map { index, view in
                let shape = [stream.batchSize] + stream.shape(of: view)
                return (view.name, RandomClips.tensor(shape, seed: UInt64(16 * number + index)).channelsLast)
            }
            streams[stream.name] = StreamBatch(
                sampleIndices: Array(0..<stream.batchSize),
                labels: stream.source == .labeled ? (0..<stream.batchSize).map { $0 % classes } : [],
                views: Dictionary(uniqueKeysWithValues: views))
        }
        batch = Batch(streams)
    }

    /// One step: the losses, their gradients, the optimiser.
    func step() throws {
        let context = StepContext(step: count, totalSteps: 1_000_000)
        let terms = try method.losses(batch, at: context)
        terms.total?.backward()
        optimizer.step(learningRate: 0.01)
        try method.didStep(context)
        count += 1
    }
}
