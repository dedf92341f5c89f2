import Datasets
import Tensor

/// Batches of a method from the loader.
final class ConformanceBatches {
    private let loader: ClipLoader

    init(_ plan: TrainingPlan, _ method: any Method) throws {
        loader = ClipLoader(
            training: method.stages.first?.views ?? method.views, labeled: plan.lists.labelled, unlabeled: plan.lists.unlabelled,
            seed: plan.seed, firstStep: 0, endStep: 1_000, workers: 1, indices: VideoIndexStore(), ledger: DamageLedger())
    }

    deinit { loader.stop() }

    /// The next batch. There are enough.
    func next() throws -> Batch { try loader.next()?.normalized() ?? Batch([:]) }
}

extension Batch {
    /// The batch in double precision.
    var inDoublePrecision: Batch {
        Batch(
            streams.mapValues { stream in
                stream.viewNames.reduce(stream) { $0.replacing($1, with: $0[$1].converted(to: .float64)) }
            })
    }
}
