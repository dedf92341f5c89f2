import Augment
import Datasets
import Files
import Networks
import Ranks
import Tensor

/// What a method may do between steps: look at whole lists, and refresh the statistics of its networks.
public final class EpochContext {
    /// A list that can be passed over.
    public enum List: Sendable {
        /// The labelled clips; batches have their labels.
        case labeled
        /// The unlabelled clips; batches have no labels.
        case unlabeled
        /// All training clips and all unlabelled ones, each once, without labels.
        case training
        /// The test clips with their labels: for evaluators alone.
        case test
    }

    /// The epoch that begins, from 0, and the steps that were done.
    public let epoch: Int, step: Int
    /// The number of all steps, and the name of the stage.
    public let totalSteps: Int, stage: String
    /// The key of the epoch's random draws, such as the first centres of a clustering.
    public var key: RandomKey { RandomKey(seed: data.seed, purpose: .epoch, epoch: UInt64(epoch)) }
    /// The classifier that is evaluated: the running mean where there is one.
    public let evaluated: VideoClassifier?
    /// Whether a few clips stand for all, so that a step can be measured.
    public var isRehearsal: Bool { data.isRehearsal }
    let data: RunData
    private let isEvaluation: Bool
    /// Whether a pass over a list was asked for.
    private(set) var hasPassed = false
    /// What the method wants to see in the metrics, by name.
    private(set) var monitors: [(String, JSON)] = []

    /// A context; see the properties. Only with `isEvaluation` may the test list be seen.
    public init(
        epoch: Int, step: Int, totalSteps: Int, stage: String = "main", evaluated: VideoClassifier? = nil, data: RunData,
        isEvaluation: Bool = false
    ) {
        self.epoch = epoch
        self.step = step
        self.totalSteps = totalSteps
        self.stage = stage
        self.evaluated = evaluated
        self.data = data
        self.isEvaluation = isEvaluation
    }

    /// A view for looking, not for training: a centred crop of a clip in the middle of the video, called `clip`.
    public var plainView: ViewRequest {
        ViewRequest(name: "clip", source: .evaluation(data.window, data.crops, crop: 0))
    }

    /// How many clips a list has. Throws `TestListInTraining`.
    public func count(of list: List) throws(TestListInTraining) -> Int { try samples(of: list).count }

    /// Shows every clip of a list once, in order; clips that cannot be read are left out and noted.
    ///
    /// - Parameter views: What is shown; nil: `plainView`. Random views are drawn anew in each epoch.
    /// Throws what `body` throws, `TestListInTraining`, and `PassInterrupted` after a signal.
    public func pass(
        over list: List, views: [ViewRequest]? = nil, batchSize: Int = 16, _ body: (StreamBatch) throws -> Void
    ) throws {
        try pass(over: try samples(of: list), views: views, batchSize: batchSize) { _, batch in try body(batch) }
    }

    /// What `body` makes of every clip of a list, row by row, in the order of the list; clips that cannot be read are left out and noted.
    ///
    /// Where several processes train together each passes over some of the batches, and all get all rows: this is faster than `pass`,
    /// whose batches all of them see.
    ///
    /// - Parameters:
    ///   - views: What is shown; nil: `plainView`. Random views are drawn anew in each epoch.
    ///   - body: Gives tensors `[N, ...]` of a batch of N clips, the same ones for each.
    /// - Returns: The clips' stable indices, and the tensors of all; none where no clip could be read.
    /// Throws what `body` throws, `TestListInTraining`, and `PassInterrupted` after a signal.
    public func rows(
        over list: List, views: [ViewRequest]? = nil, batchSize: Int = 16, _ body: (StreamBatch) throws -> [Tensor]
    ) throws -> (samples: [Int], rows: [Tensor]) {
        let list = try samples(of: list), communicator = data.communicator
        var batches: [RowBatch] = []
        try pass(
            over: list, views: views, batchSize: batchSize,
            share: LoaderShare(number: communicator.rank, count: communicator.count)
        ) { number, batch in
            let rows = try body(batch).map { RankRows($0.detached) }
            batches.append(RowBatch(number: number, samples: batch.sampleIndices, rows: rows))
        }
        let all = try communicator.allGather(RankRowBatches(batches: batches, damage: data.access.ledger.takeHeld()))
        try data.access.ledger.record(all.flatMap(\.damage))
        let ordered = all.flatMap(\.batches).sorted { $0.number < $1.number }
        let tensors = (ordered.first?.rows ?? []).indices.map { row in Tensor.concatenated(ordered.map { $0.rows[row].tensor }) }
        return (ordered.flatMap(\.samples), tensors)
    }

    /// Makes the running statistics of `network` those of its weights as they are now: the mean over up to `batches` batches of
    /// training clips, drawn in an order of the epoch's own (protocol card, section 7).
    ///
    /// - Parameters:
    ///   - view: What the network sees; nil: `plainView`.
    ///   - forward: Runs the parts of the network that have statistics.
    public func refreshStatistics(
        batches: Int, batchSize: Int, view: ViewRequest? = nil, forward: (_ clips: Tensor, _ context: ForwardContext) -> Void
    ) throws {
        let all = try samples(of: .training)
        let order = SampleOrder(count: all.count, seed: data.seed, stream: "statistics")
        // Every batch weighs the same in the mean, so all are whole where there are clips enough for one.
        let whole = all.count < batchSize ? all.count : all.count / batchSize * batchSize
        let count = min(whole, batches * batchSize)
        let drawn = (0..<count).map { all.samples[order.draw(epoch * all.count + $0).element] }
        let view = view ?? plainView
        var number = 0
        let list = VideoList(part: .train, samples: drawn, classes: all.classes)
        try pass(over: list, views: [view], batchSize: batchSize) { _, batch in
            GradientRecording.off { forward(batch[view.name], ForwardContext(normalization: .averaging(batch: number))) }
            number += 1
        }
    }

    /// Puts `value` into the metrics under `name`, at the step that is next.
    public func monitor(_ name: String, _ value: Double) { monitors.append((name, .real(value))) }

    /// Puts `counts`, such as the sizes of clusters, into the metrics under `name`; reports and TensorBoard do not draw them.
    public func monitor(_ name: String, _ counts: [Int]) { monitors.append((name, .array(counts.map(JSON.integer)))) }

    /// Puts into the metrics under `name` how far `clusters` of the training samples with these stable indices agree with the true
    /// classes, where those are known: their normalised mutual information. Methods cannot read the classes.
    public func monitorClasses(_ name: String, of clusters: [Int], samples: [Int]) {
        let known = zip(samples, clusters).compactMap { sample, cluster in
            data.lists.diagnosticLabels.label(ofSample: sample).map { (cluster, $0) }
        }
        guard !known.isEmpty else { return }
        monitor(name, NormalizedMutualInformation(known.map(\.0), known.map(\.1)).value)
    }

    private func pass(
        over list: VideoList, views: [ViewRequest]?, batchSize: Int, share: LoaderShare = .whole,
        _ body: (_ number: Int, _ batch: StreamBatch) throws -> Void
    ) throws {
        hasPassed = true
        let loader = ClipLoader(
            evaluating: list, views: views ?? [plainView], batchSize: batchSize, seed: data.seed, pass: epoch, share: share,
            access: data.access)
        defer { loader.stop() }
        var number = share.number - share.count
        while let batch = try loader.next()?["videos"] {
            if Interruption.request != nil { throw PassInterrupted() }
            number += share.count
            guard batch.count > 0 else { continue }
            try body(number, data.elementType == .float32 ? batch : batch.converted(to: data.elementType))
        }
    }

    func samples(of list: List) throws(TestListInTraining) -> VideoList {
        switch list {
        case .labeled: return data.lists.labelled
        case .unlabeled: return data.lists.unlabelled
        case .training:
            let pool = data.lists.unlabelled, known = Set(pool.samples.map(\.index))
            let others = data.lists.labelled.samples.filter { !known.contains($0.index) }.map { $0.withoutLabel() }
            return VideoList(part: .train, samples: pool.samples + others, classes: pool.classes)
        case .test:
            guard isEvaluation else { throw TestListInTraining() }
            return data.test
        }
    }
}

/// What a pass makes of a batch of a list.
private struct RowBatch: Codable {
    let number: Int, samples: [Int], rows: [RankRows]
}

/// What a rank makes of its batches of a list.
private struct RankRowBatches: Codable {
    let batches: [RowBatch], damage: [DamageLedger.Meeting]
}

/// The lists of a run and how they are read.
public struct RunData: Sendable {
    let lists: TrainingLists, test: VideoList
    let window: TemporalWindow, crops: EvaluationCrops
    let seed: UInt64
    let access: VideoAccess
    /// The processes that train together.
    let communicator: any Communicator
    /// Scores by the views of `evaluation.views`.
    let evaluator: Evaluator
    /// The type in which networks want their clips.
    let elementType: ElementType
    /// Whether the lists are a few clips that stand for all.
    let isRehearsal: Bool

    /// The data of a run by `plan`.
    public init(
        _ plan: TrainingPlan, access: VideoAccess, communicator: any Communicator = SingleProcess(),
        elementType: ElementType = .float32, isRehearsal: Bool = false
    ) throws(AugmentError) {
        self.communicator = communicator
        self.elementType = elementType
        self.isRehearsal = isRehearsal
        let clip = plan.configuration[ClipOptions.self]
        lists = plan.lists
        test = plan.dataSet.test
        window = TemporalWindow(length: clip.length, stride: clip.stride, start: .uniform(index: 0, of: 1))
        crops = try EvaluationCrops(
            shortSide: Evaluator.shortSide(of: clip.size), output: PictureSize(side: clip.size), layout: .centre)
        seed = plan.seed
        self.access = access
        evaluator = try plan.evaluator(access, communicator)
    }
}

/// A method that asked for the test list while it trains.
public struct TestListInTraining: ReportedError, Equatable {
    public var exitCode: ExitCode { .unavailable }
    public var description: String { "it asked for the test list in training; only its evaluators may see that" }
}

/// A pass over a list that a signal ended.
struct PassInterrupted: Error {}
