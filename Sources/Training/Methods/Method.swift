import Datasets
import Networks
import Tensor

/// A way of training from labelled and unlabelled clips.
///
/// The loop owns data order, backward passes, the optimiser, evaluation and checkpoints. A method says which networks exist,
/// which views it wants, and how a batch becomes loss terms. `FixMatch` is the example to read.
///
/// All calls come from the one computing thread: `willStartStage` where a stage begins; `willStartEpoch` where the number of the
/// step is a multiple of an epoch's, wherever stages begin; then for each step `transform`, `losses`, `willUpdate`, `didStep`; and
/// `willEvaluate` before an evaluation on the way or at the end. A signal may end a pass over data in `willStartStage`,
/// `willStartEpoch` or `willEvaluate`; a resumed run calls it again, with the state as it was before.
public protocol Method: Stateful, SendableMetatype {
    /// Name, summary, source.
    static var manifest: MethodManifest { get }
    /// The method's own options, all under `method.`. Default: none.
    static var options: [any ConfigurationGroup.Type] { get }
    /// Whether a step can be gone through with zeros in place of all values, so that its memory is planned before the first one.
    static var canBePlanned: Bool { get }
    /// Builds networks and state.
    init(_ setup: MethodSetup) throws

    /// The parts of a run, each with an optimiser of its own. Default: one.
    var stages: [TrainingStage] { get }
    /// What the loader must produce for each step, in stages that name no plan of their own.
    var views: ViewPlan { get }
    /// The networks and heads as they are now; the loop asks again when a stage or an epoch begins.
    var networks: NetworkSet { get }

    /// Called before the first step of a stage; not again when a run is resumed within it. Default: nothing.
    func willStartStage(_ epoch: EpochContext) throws
    /// Called before the first step of an epoch: the place for a pass over the data, for clustering, for fresh heads.
    /// Default: nothing.
    func willStartEpoch(_ epoch: EpochContext) throws
    /// Changes a batch before the losses see it, with `step.key` for its draws. Default: the batch as it is.
    ///
    /// Called with `.levels` where some view was asked for as levels, which are normalised after it, and then with `.normalized`.
    func transform(_ batch: Batch, _ phase: BatchPhase, at step: StepContext) throws -> Batch
    /// The loss terms of a batch, or of a part of it (`batch.microbatches`): `step.jointTerm` where a loss needs the rows of all parts, and
    /// `step.willMove` where losses move state. Other state stays as it is here; `didStep` is the place to move it.
    func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm]
    /// Called between the backward pass and the optimiser; false leaves the networks as they are. Default: true.
    func willUpdate(_ step: StepContext) throws -> Bool
    /// Called after the optimiser has moved the networks: the place for twins, queues, centres. Default: nothing.
    func didStep(_ step: StepContext) throws
    /// Called before an evaluation, such as for precise statistics of the network that is evaluated. Default: nothing.
    func willEvaluate(_ epoch: EpochContext) throws
    /// What is scored instead of a classifier of clips. Default: none.
    var scorer: (any SampleScorer)? { get }
    /// Scores beyond the accuracy of what is evaluated. Default: none.
    var evaluators: [NamedEvaluator] { get }
    /// What else the scores of the test part say, such as accuracies of groups, by name. Default: nothing.
    func details(of report: ClassificationReport) -> [(name: String, value: Double)]
}

extension Method {
    public static var options: [any ConfigurationGroup.Type] { [] }
    /// False: losses may count on values.
    public static var canBePlanned: Bool { false }
    public var stages: [TrainingStage] { [TrainingStage("main")] }
    public func willStartStage(_ epoch: EpochContext) throws {}
    public func willStartEpoch(_ epoch: EpochContext) throws {}
    public func transform(_ batch: Batch, _ phase: BatchPhase, at step: StepContext) throws -> Batch { batch }
    public func willUpdate(_ step: StepContext) throws -> Bool { true }
    public func didStep(_ step: StepContext) throws {}
    public func willEvaluate(_ epoch: EpochContext) throws {}
    public var scorer: (any SampleScorer)? { nil }
    public var evaluators: [NamedEvaluator] { [] }
    public func details(of report: ClassificationReport) -> [(name: String, value: Double)] { [] }
    public var state: StateTree { StateTree() }
    public func restore(_ state: StateTree) throws(StateError) {}
}

extension Method {
    /// The views of the steps of `stage`; of no stage: the method's own.
    func views(in stage: TrainingStage?) -> ViewPlan { stage?.views ?? views }

    /// Begins the stages up to the one numbered `last`, each with its first epoch, on `data`: before steps outside a run.
    func beginStages(through last: Int, totalSteps: Int, data: RunData) throws {
        for stage in stages[...last] {
            let epoch = EpochContext(
                epoch: 0, step: 0, totalSteps: totalSteps, stage: stage.name, evaluated: networks.evaluated, data: data)
            try willStartStage(epoch)
            try willStartEpoch(epoch)
        }
    }

    /// A batch of the loader as the losses see it: transformed, normalised, transformed.
    func prepared(_ loaded: Batch, at step: StepContext) throws -> Batch {
        let normalized = loaded.hasLevels ? try transform(loaded, .levels, at: step).normalized() : loaded
        return try transform(normalized, .normalized, at: step)
    }

    /// The losses that count. Throws what they throw, and `MethodMistake` where one is not a single number.
    func terms(of batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let terms = try losses(batch, at: step)
        if let wrong = terms.first(where: { !$0.isJoint && $0.value.count != 1 }) {
            throw MethodMistake("the loss \(wrong.name) has the shape \(wrong.value.shape), expected one number")
        }
        return terms.filter { $0.weight != 0 }
    }
}

/// A part of a run that has its own optimiser, learning-rate schedule and, where named, its own views and networks.
public struct TrainingStage: Sendable {
    /// Its name in the metrics.
    public let name: String
    /// Its length, as a share of the sum of all stages' shares.
    public let share: Double
    /// The views of its steps; nil: those of the method.
    public let views: ViewPlan?
    /// The names of the networks that its optimiser moves; nil: all that are trained.
    public let networks: Set<String>?

    /// A stage; see the properties.
    public init(_ name: String, share: Double = 1, views: ViewPlan? = nil, networks: Set<String>? = nil) {
        precondition(share > 0 && share.isFinite, "a stage without steps")
        self.name = name
        self.share = share
        self.views = views
        self.networks = networks
    }
}

/// Where a batch is on its way to the losses.
public enum BatchPhase: Sendable {
    /// Views that were asked for as levels are still in 0 ... 255.
    case levels
    /// All views are normalised.
    case normalized
}

/// One part of a loss.
public struct LossTerm {
    /// Its name in the metrics.
    public let name: String
    /// The scalar, before its weight; of a joint term that of its own rows.
    public var value: Tensor { loss(rows) }
    /// Its factor in the sum.
    public let weight: Double
    /// What a joint term is a loss of, by the rows of all parts of a batch; the scalar itself of any other.
    let rows: [Tensor]
    let isJoint: Bool
    let loss: ([Tensor]) -> Tensor

    /// A term; see the properties.
    public init(_ name: String, _ value: Tensor, weight: Double = 1) {
        (self.name, self.weight, rows, isJoint) = (name, weight, [value], false)
        loss = { $0[0] }
    }

    /// A joint term of a part; see `StepContext.jointTerm`.
    init(_ name: String, over rows: [Tensor], weight: Double, _ loss: @escaping ([Tensor]) -> Tensor) {
        (self.name, self.weight, self.rows, isJoint, self.loss) = (name, weight, rows, true, loss)
    }
}

extension [LossTerm] {
    /// The weighted sum; nil without terms.
    var total: Tensor? {
        func weighted(_ term: LossTerm) -> Tensor { term.weight == 1 ? term.value : term.value * term.weight }
        return dropFirst().reduce(first.map(weighted)) { sum, term in sum.map { $0 + weighted(term) } }
    }
}

/// A score by name, such as retrieval or grouped accuracy.
public struct NamedEvaluator {
    /// Its name in the metrics and in the result.
    public let name: String
    /// Computes it; `epoch` passes over the test list for it.
    public let score: (_ epoch: EpochContext) throws -> Double

    /// An evaluator; see the properties.
    public init(_ name: String, score: @escaping (_ epoch: EpochContext) throws -> Double) {
        self.name = name
        self.score = score
    }
}
