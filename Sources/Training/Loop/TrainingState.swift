import Datasets
import Files
import Networks
import Tensor

/// How far the files of a run have come, and what its loader has met.
struct RunPosition: Sendable {
    /// Bytes of the logs.
    let metrics: Int, timings: Int
    let damage: DamageLedger.Record
    /// What the clock has chosen of the ways of convolutions.
    let tuning: JSON
}

/// What moves during training, and how it is saved: networks, optimiser, running mean, the method's own state.
///
/// Data order and random draws are functions of seed and step, so the number of the step stands for them.
final class TrainingState {
    let method: any Method
    private(set) var optimizer: Optimizer
    let average: ExponentialMovingAverage<VideoClassifier>?
    var step = 0
    /// The best accuracy on validation clips so far.
    var bestAccuracy: Double?
    /// The step whose evaluation, or the method's preparation for it, is done.
    var evaluatedStep: Int?
    /// The step whose stage and epoch have begun.
    var begunStep: Int?
    /// Whether the method has passed over data when an epoch began: a signal may end that, so the next begin with a save.
    var epochsPass = false
    /// Steps so far that moved nothing, because something was no number.
    var skippedSteps = 0
    private let options: OptimizerOptions
    private let spans: [StageSpan]
    /// The names of videos by their paths.
    private let videoNames: [String: String]
    /// The network that was to be handed on at the beginning.
    private let first: VideoClassifier?

    init(_ plan: TrainingPlan) throws {
        method = try plan.makeMethod()
        spans = plan.spans(of: method)
        videoNames = Dictionary(plan.videoNames) { first, _ in first }
        first = method.networks.transferred
        options = plan.configuration[OptimizerOptions.self]
        optimizer = Optimizer(method.networks, options)
        let decay = plan.configuration[AverageOptions.self].decay
        average = try method.networks.evaluated.flatMap { network in
            decay > 0 ? ExponentialMovingAverage(of: network, twin: try plan.networks.blankClassifier(), decay: decay) : nil
        }
    }

    /// The classifier that is evaluated: the running mean where there is one.
    var evaluated: VideoClassifier? { average?.twin ?? method.networks.evaluated }

    /// The digest of the weights that are handed on; of all networks where none are.
    var weightsDigest: String {
        evaluated?.weightsDigest ?? method.networks.transferred?.backbone.weightsDigest
            ?? SHA256.hexadecimal(of: method.networks.members.map(\.module.weightsDigest).joined())
    }

    /// What checkpoints say of the primary network.
    private var handedOn: String {
        method.networks.evaluated == nil && method.networks.transferred != nil ? WeightPart.backbone.rawValue : "network"
    }

    /// The stages that are not over, with their steps.
    var spansAhead: [StageSpan] { spans.filter { $0.steps.upperBound > step } }

    /// The name of the stage of the last step that was done.
    var stageName: String { spans.last { $0.steps.lowerBound < max(1, step) }?.stage.name ?? "" }

    /// An optimiser of its own for a stage that begins. Throws `MethodMistake`.
    func beginStage(_ stage: TrainingStage) throws(MethodMistake) {
        optimizer = Optimizer(method.networks, options)
        try adoptNetworks(in: stage)
    }

    /// Takes the networks as the method has them now. Throws `MethodMistake`.
    func adoptNetworks(in stage: TrainingStage) throws(MethodMistake) {
        let networks = method.networks, names = networks.members.map(\.name)
        if let unknown = stage.networks?.subtracting(names).sorted().first {
            throw MethodMistake("its stage \(stage.name) moves a network \(unknown), and it has \(names.joined(separator: ", "))")
        }
        guard networks.transferred === first else {
            throw MethodMistake("it has replaced the network that is evaluated or handed on; give that one new weights instead")
        }
        optimizer.adopt(networks, moved: stage.networks)
    }

    /// What the update of a step moves: weights, what the optimiser remembers, the running mean.
    private var movedByUpdate: StateTree {
        var tree = StateTree()
        for member in method.networks.members { tree.add(member.module.parameterState, under: "network.\(member.name)") }
        tree.add(optimizer.state, under: "optimizer")
        if let average { tree.add(average.state, under: "average") }
        return tree
    }

    /// What moves before that: running statistics and the method's own state. It may share memory with them.
    var movedByLosses: StateTree {
        var tree = StateTree()
        for member in method.networks.members { tree.add(member.module.statisticsState, under: "network.\(member.name)") }
        tree.add(method.state, under: "method")
        return tree
    }

    /// The running statistics of all networks, one after the other.
    var statistics: [Double] {
        get { networkStatistics.flatMap { $0.values.mean + $0.values.variance } }
        set {
            var place = 0
            for statistics in networkStatistics {
                let count = statistics.values.mean.count
                statistics.values = ChannelStatistics(
                    mean: Array(newValue[place..<place + count]), variance: Array(newValue[place + count..<place + 2 * count]))
                place += 2 * count
            }
        }
    }

    /// Each once, though several networks may share one.
    private var networkStatistics: [RunningStatistics] {
        var seen: Set<ObjectIdentifier> = []
        return method.networks.members.flatMap { $0.module.namedStatistics.map(\.statistics) }.filter {
            seen.insert(ObjectIdentifier($0)).inserted
        }
    }

    /// Takes back what the losses of a step have moved. Throws `StateError`.
    func takeBack(_ moved: StateTree) throws {
        // All of it, since a method may make networks anew when it is restored.
        try restore(movedByUpdate.copied().merging(moved), begunStep: step)
    }

    /// The whole state as a checkpoint; of a step in progress, whose losses began with `moved`, its beginning.
    func checkpoint(_ position: RunPosition, before moved: StateTree? = nil) -> Checkpoint {
        let tree = movedByUpdate.merging(moved ?? movedByLosses)
        return Checkpoint(
            step: step, tensors: tree.tensors.sorted { $0.key < $1.key }.map { StoredTensor(name: $0.key, $0.value) },
            state: .object([
                ("primary", method.networks.transferredName.map { .string($0) } ?? .null),
                ("evaluated", .string(average == nil ? handedOn : "average")),
                ("metricsPosition", .integer(position.metrics)), ("timingsPosition", .integer(position.timings)),
                ("bestAccuracy", bestAccuracy.map(JSON.real) ?? .null),
                ("evaluatedStep", evaluatedStep.map(JSON.integer) ?? .null), ("begunStep", begunStep.map(JSON.integer) ?? .null),
                ("epochsPass", .boolean(epochsPass)), ("skippedSteps", .integer(skippedSteps)),
                ("damage", position.damage.renamed(videoNames).json), ("tuning", position.tuning),
            ]))
    }

    /// Takes the state of a checkpoint: the method's first, which may decide about the shapes of its networks. Throws
    /// `StateError` where it does not fit.
    func restore(_ checkpoint: Checkpoint) throws {
        let tree = StateTree(checkpoint)
        step = checkpoint.step
        bestAccuracy = checkpoint.state["bestAccuracy"]?.realValue
        evaluatedStep = checkpoint.state["evaluatedStep"]?.integerValue
        begunStep = checkpoint.state["begunStep"]?.integerValue
        epochsPass = checkpoint.state["epochsPass"] == .boolean(true)
        skippedSteps = checkpoint.state["skippedSteps"]?.integerValue ?? 0
        try restore(tree, begunStep: begunStep == step ? step : max(0, step - 1))
    }

    private func restore(_ tree: StateTree, begunStep: Int) throws {
        try method.restore(tree.below("method"))
        for member in method.networks.members { try member.module.restoreNetwork(tree.below("network.\(member.name)")) }
        try average?.restore(tree.below("average"))
        if let last = spans.last(where: { $0.steps.lowerBound <= begunStep }) { try beginStage(last.stage) }
        try optimizer.restore(tree.below("optimizer"))
    }

    /// Whether all weights and running statistics are numbers.
    var isFinite: Bool {
        method.networks.members.map(\.module).allSatisfy { network in
            network.namedParameters.allSatisfy(\.parameter.value.isFinite)
                && network.namedStatistics.map(\.statistics.values).allSatisfy { ($0.mean + $0.variance).allSatisfy(\.isFinite) }
        }
    }
}

extension Optimizer {
    /// An optimiser as the options say.
    convenience init(_ networks: NetworkSet, _ options: OptimizerOptions) {
        self.init(
            networks, options.rule, weightDecay: options.weightDecay, clipNorm: options.clipNorm > 0 ? options.clipNorm : nil)
    }
}

extension StateTree {
    /// The tensors of a checkpoint.
    init(_ checkpoint: Checkpoint) { self.init(checkpoint.tensors) }

    private init(_ tensors: [StoredTensor]) {
        self.init(Dictionary(tensors.map { ($0.name, Tensor($0)) }) { first, _ in first })
    }

    /// The weights of the network that a checkpoint evaluates.
    public static func evaluatedWeights(of checkpoint: Checkpoint) -> StateTree { StateTree(checkpoint.evaluatedTensors) }
}
