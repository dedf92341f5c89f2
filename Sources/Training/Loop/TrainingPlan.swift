import Augment
import Datasets
import Files
import Networks
import Ranks
import Tensor

/// Everything that a run is, settled and checked before any work: configuration, method, data, number of steps.
public struct TrainingPlan: Sendable {
    /// Every option with its origin.
    public let configuration: Configuration
    /// The method.
    public let method: any Method.Type
    /// The plugin that it comes from; nil for methods of the kit.
    public let plugin: LoadedPlugin?
    /// The data, and which of it is labelled.
    public let dataSet: DataSet
    public private(set) var lists: TrainingLists
    /// Features of the clips' frames that were computed before; nil: none.
    let features: FeatureFolder?
    /// What the networks begin with; nil: drawn weights, or `init` has not been read yet.
    private(set) var initialWeights: InitialWeights?
    /// Whether the run goes on from a checkpoint.
    private(set) var isRestored = false
    /// Steps of the run, and of one pass over the unlabelled list.
    public let totalSteps: Int, stepsPerEpoch: Int

    /// Checks that the configuration can be trained on `dataSet`. Throws `ReportedError`s.
    public init(configuration: Configuration, dataSet: DataSet, methods: MethodCatalogue = .builtIn) throws {
        self.configuration = configuration
        self.dataSet = dataSet
        let run = configuration[RunOptions.self]
        let entry = try methods.entry(named: run.method, plugin: run.plugin)
        (method, plugin) = (entry.type, entry.plugin)
        if let split = run.split {
            if configuration["labels"]?.origin.isWritten == true {
                throw ConfigurationError(findings: [
                    .conflict(reason: "labels=\(run.labels) and split=\(split) both choose the labelled clips; give one of them")
                ])
            }
        }
        lists = try configuration.lists(of: dataSet)
        guard !lists.labelled.isEmpty else { throw DataSetError.noTrainingClips(source: dataSet.root) }
        let first = dataSet.train.samples.first
        features = try run.features(of: dataSet, first: first)
        // With every clip labelled and the complement asked for, the pool is empty: a pass is then one over the labels.
        let pass = lists.unlabelled.isEmpty ? lists.labelled.count : lists.unlabelled.count
        let size =
            lists.unlabelled.isEmpty ? configuration[BatchOptions.self].labeled : configuration[BatchOptions.self].unlabeled
        stepsPerEpoch = (pass + max(1, size) - 1) / max(1, size)
        totalSteps = run.stepCount(stepsPerEpoch: stepsPerEpoch)
    }

    /// Builds networks as the configuration says.
    public var networks: NetworkFactory {
        get throws(UnknownBackbone) { try networks(.float32) }
    }

    /// The same for weights of `elementType`.
    func networks(_ elementType: ElementType) throws(UnknownBackbone) -> NetworkFactory {
        let backbone = configuration[BackboneOptions.self]
        var factory = NetworkFactory(
            entry: try BackboneCatalogue.entry(named: backbone.name),
            options: .init(width: backbone.width, depth: backbone.depth), classes: dataSet.classes.count,
            dropoutRate: backbone.dropout, seed: seed, elementType: elementType)
        factory.initialWeights = initialWeights
        factory.freezesBackbone = configuration[InitializationOptions.self].freeze == .backbone
        return factory
    }

    /// The same plan with the weights that `init` names. Throws what `InitialWeights` throws.
    func readingInitialWeights() throws -> TrainingPlan {
        let options = configuration[InitializationOptions.self]
        guard let source = options.source else { return self }
        var plan = self
        let isSaid = options.part != .all || configuration["init.part"]?.origin.isWritten == true
        plan.initialWeights = try InitialWeights(source, part: isSaid ? options.part : nil, for: try networks)
        return plan
    }

    /// The same plan for a run that goes on from a checkpoint, for which nothing that it began with is read.
    func restored() -> TrainingPlan {
        var plan = self
        plan.isRestored = true
        return plan
    }

    /// The evaluator that the configuration describes.
    public func evaluator(
        _ access: VideoAccess, _ communicator: any Communicator = SingleProcess()
    ) throws(AugmentError) -> Evaluator {
        try configuration.evaluator(classCount: dataSet.classes.count, access, communicator)
    }

    /// A digest of the sizes of all files, in the order of the lists.
    var fileSizesDigest: String {
        let lists = [lists.labelled, lists.unlabelled, dataSet.validation, dataSet.test]
        return VideoList.digest(
            ofNames: lists.lazy.flatMap(\.samples).map { sample in
                "\(sample.name) \(FileReader.size(of: sample.path).map(String.init) ?? "missing")"
            })
    }

    /// How the run reads its videos, with a ledger that ends it where too many of its files are damaged.
    func access(_ indices: VideoIndexStore) -> VideoAccess {
        let lists = [lists.labelled, lists.unlabelled, dataSet.validation, dataSet.test]
        let files = Set(lists.flatMap { $0.samples.map(\.path) }).count
        var access = configuration.access(
            indices, DamageLedger(configuration[DamageOptions.self].tolerance, fileCount: files))
        access.features = features
        return access
    }

    /// The checkpoints of a run.
    func checkpoints(in directory: RunDirectory) -> CheckpointStore {
        CheckpointStore(folder: directory.checkpointsPath, keep: configuration[CheckpointOptions.self].keep)
    }

    /// The same plan over other lists of the same data set.
    public func replacing(lists: TrainingLists) -> TrainingPlan {
        var plan = self
        plan.lists = lists
        return plan
    }

    /// The seed of the run.
    public var seed: UInt64 { UInt64(configuration[RunOptions.self].seed) }

    /// The learning rate over `steps` steps, a stage or the whole run.
    public func schedule(steps: Int) -> LearningRateSchedule {
        let schedule = configuration[ScheduleOptions.self]
        return LearningRateSchedule(
            peak: configuration[OptimizerOptions.self].learningRate,
            curve: schedule.kind,
            warmupSteps: max(schedule.warmupSteps, Int((schedule.warmupShare * Double(steps)).rounded())),
            warmupFactor: schedule.warmupFactor, totalSteps: steps)
    }

    /// How the engine is set up.
    public var engine: EngineConfiguration { configuration[EngineOptions.self].engine }
}

extension EngineOptions {
    /// How the engine is set up.
    public var engine: EngineConfiguration {
        EngineConfiguration(
            threads: threads, kernelSet: KernelSet(rawValue: kernels.rawValue),
            convolution: convolution == .auto ? nil : ConvolutionPath(rawValue: convolution.rawValue),
            tuning: ConvolutionTuning(rawValue: tune.rawValue) ?? .rule,
            activationType: holdsHalves ? .bfloat16 : .float32,
            recomputation: Recomputation(rawValue: recompute.rawValue) ?? .none)
    }

    /// With AVX-512 alone can processors multiply bf16.
    private var holdsHalves: Bool {
        precision == .bf16 || precision == .auto && KernelSet.hasBFloat16 && [.auto, .avx512].contains(kernels)
    }
}
