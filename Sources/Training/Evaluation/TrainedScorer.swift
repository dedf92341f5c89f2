import Datasets
import Files
import Networks
import Tensor

/// What a run has learned that scores samples without a classifier of clips, such as the answers of questions: what `evaluate` and
/// `predict` work with where samples are not clips. Its method comes from its plugin.
public final class TrainedScorer {
    /// The run's folder.
    public let run: String
    /// What the run recorded, and its configuration.
    public let record: RunRecord, configuration: Configuration
    /// The steps after which the weights were saved.
    public let step: Int
    /// The newest checkpoints that could not be used, with the reason.
    public let passedOver: [CheckpointStore.PassedOver]
    private let method: any Method, scorer: any SampleScorer
    private let access: VideoAccess, dataSet: DataSet

    /// Loads the newest whole checkpoint of the run in `folder` to score samples of `dataSet`, and starts the engine as the run did.
    ///
    /// - Parameters:
    ///   - isBest: Load the one that was best on the validation part.
    ///   - settings: Options that replace recorded ones, each `key=value`, such as `features=FOLDER`.
    /// Throws `RunError`, `ConfigurationError`, `PluginError`, `StateError`, `NoCheckpoint`, and what the features of the clips throw.
    public init(
        run folder: String, isBest: Bool = false, settings: [String] = [], on dataSet: DataSet, methods: MethodCatalogue
    ) throws {
        run = folder
        record = try RunRecord(ofRun: folder)
        let entry = try methods.entry(of: record)
        configuration = try Configuration(record, run: folder, of: entry, settings: settings)
        self.dataSet = dataSet
        try Engine.start(configuration[EngineOptions.self].engine)
        let store = CheckpointStore(folder: folder + "/checkpoints")
        let newest = isBest ? CheckpointStore.Newest(checkpoint: try store.best(), passedOver: []) : try store.newest()
        guard let checkpoint = newest.checkpoint else { throw NoCheckpoint(run: folder, isBest: isBest) }
        passedOver = newest.passedOver
        step = checkpoint.step
        let features = try configuration[RunOptions.self].features(of: dataSet, first: dataSet.parts.first?.samples.first)
        method = try Self.method(configuration, entry, dataSet, features)
        var access = configuration.access(VideoIndexStore(), DamageLedger())
        access.features = features
        self.access = access
        let tree = StateTree(checkpoint)
        try method.restore(tree.below("method"))
        for member in method.networks.members { try member.module.restoreNetwork(tree.below("network.\(member.name)")) }
        guard let scorer = method.scorer else { throw NoClassifier(run: folder) }
        self.scorer = scorer
    }

    private static func method(
        _ configuration: Configuration, _ entry: MethodEntry, _ dataSet: DataSet, _ features: FeatureFolder?
    ) throws -> any Method {
        let run = configuration[RunOptions.self], backbone = configuration[BackboneOptions.self]
        let networks = NetworkFactory(
            entry: try BackboneCatalogue.entry(named: backbone.name),
            options: .init(width: backbone.width, depth: backbone.depth),
            classes: dataSet.classes.count, dropoutRate: backbone.dropout, seed: UInt64(run.seed))
        let setup = MethodSetup(
            networks: networks, configuration: configuration, unlabeledCount: 0, sampleIndexLimit: 0,
            standardViews: try StandardViews(configuration), questions: dataSet.questions, frameFeatures: features?.featureCount,
            isRestored: true)
        let type = entry.type
        return try MethodCall(plugin: entry.plugin?.record.name)("when it was made") { try type.init(setup) }
    }

    /// The scores on the test part. Throws `ScoresNotFinite`, and `NothingReadable` where there are none.
    public func evaluate(progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws -> TrainingOutcome {
        let begin = ContinuousClock.now, report = try report(progress)
        try report.requireScores(access.ledger)
        return TrainingOutcome(
            test: report, bestValidationAccuracy: nil, scores: report.localizationScores + method.details(of: report),
            steps: step,
            seconds: begin.duration(to: .now).seconds, run: run,
            weightsDigest: SHA256.hexadecimal(of: method.networks.members.map(\.module.weightsDigest).joined()), waitShare: 0,
            damage: access.ledger.record)
    }

    /// What it makes of each sample of the test part that could be read, in order, and what was wrong with the others.
    public func predict(progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws -> (
        rows: [ClassificationReport.Row], damage: [String]
    ) {
        (try report(progress).rows, access.ledger.entries.map(\.reason))
    }

    private func report(_ progress: (_ done: Int, _ total: Int) -> Void) throws -> ClassificationReport {
        try configuration.evaluator(classCount: dataSet.classes.count, access).evaluate(
            scorer, on: dataSet.test, progress: progress)
    }
}

extension MethodCatalogue {
    /// The method of a run: of the plugin that has its name now, else of the file that the run had.
    fileprivate func entry(of record: RunRecord) throws -> MethodEntry {
        let name = record.configuration["method"]?.stringValue
        do { return try entry(named: name) } catch {
            guard let plugin = record.configuration["plugin"]?.stringValue else { throw error }
            return try entry(named: name, plugin: plugin)
        }
    }
}
