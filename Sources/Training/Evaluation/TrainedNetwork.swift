import Augment
import Datasets
import Files
import Foundation
import Networks
import Tensor

/// The network of a run, ready to score videos: what `evaluate` and `predict` work with.
public final class TrainedNetwork {
    /// The run's folder.
    public let run: String
    /// What the run recorded, and its configuration.
    public let record: RunRecord, configuration: Configuration
    /// The classes in index order.
    public let classes: ClassList
    /// The steps after which the weights were saved.
    public let step: Int
    /// The newest checkpoints that could not be used, with the reason.
    public let passedOver: [CheckpointStore.PassedOver]
    /// Whether it can tell classes; a run that pre-trains has a backbone alone.
    public let hasClassifier: Bool
    private let network: VideoClassifier

    /// Loads the newest whole checkpoint of the run in `folder` and starts the engine as the run did.
    ///
    /// - Parameters:
    ///   - isBest: Load the one that was best on the validation part.
    ///   - settings: Options that replace recorded ones, such as `("evaluation.views", "10x3")`.
    /// Throws `RunError`, `ConfigurationError`, and `NoCheckpoint` where none has been saved yet.
    public init(run folder: String, isBest: Bool = false, settings: [(String, String)] = []) throws {
        run = folder
        record = try RunRecord(ofRun: folder)
        configuration = try Configuration(record, run: folder, settings: settings)
        classes = ClassList(record.classes)
        try Engine.start(configuration[EngineOptions.self].engine)
        let store = CheckpointStore(folder: folder + "/checkpoints")
        let newest = isBest ? CheckpointStore.Newest(checkpoint: try store.best(), passedOver: []) : try store.newest()
        guard let checkpoint = newest.checkpoint else { throw NoCheckpoint(run: folder, isBest: isBest) }
        var tuning = TuningRecord(run: folder)
        try tuning.restore(saved: checkpoint.state["tuning"], measuresOthers: false)
        passedOver = newest.passedOver
        step = checkpoint.step
        let backbone = configuration[BackboneOptions.self]
        network = try NetworkFactory(
            entry: BackboneCatalogue.entry(named: backbone.name), options: .init(width: backbone.width, depth: backbone.depth),
            classes: record.classes.count, dropoutRate: backbone.dropout, seed: 0
        ).blankClassifier()
        hasClassifier = checkpoint.part == .all
        let trained: any Module = hasClassifier ? network : network.backbone
        try trained.restoreNetwork(StateTree.evaluatedWeights(of: checkpoint))
    }

    /// The scores on `list`, whose classes are those of the run. Damaged videos are left out and noted in `ledger`.
    ///
    /// Throws `NoClassifier` where there is none.
    public func scores(
        on list: VideoList, indices: VideoIndexStore = VideoIndexStore(), ledger: DamageLedger = DamageLedger(),
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> ClassificationReport {
        guard hasClassifier else { throw NoClassifier(run: run) }
        return try evaluator(indices, ledger).evaluate(network, on: list, progress: progress)
    }

    private func evaluator(_ indices: VideoIndexStore, _ ledger: DamageLedger) throws -> Evaluator {
        try configuration.evaluator(classCount: classes.count, configuration.access(indices, ledger))
    }

    /// Evaluates on the test part of `dataSet`, and upon its features what `request` asks for.
    ///
    /// Throws `OtherClasses` where its classes are not those of the run, `NoClassifier` where there is nothing to score, and
    /// `NothingReadable`.
    public func evaluate(
        on dataSet: DataSet, asking request: EvaluationRequest = EvaluationRequest(),
        indices: VideoIndexStore = VideoIndexStore(),
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> TrainingOutcome {
        guard dataSet.classes.names == classes.names else {
            throw OtherClasses(run: run, data: dataSet.root, expected: classes.names, found: dataSet.classes.names)
        }
        guard hasClassifier || request.needsFeatures else { throw NoClassifier(run: run) }
        let begin = ContinuousClock.now, ledger = DamageLedger()
        let findings = try findings(on: dataSet, request, evaluator(indices, ledger), progress)
        try findings.test?.requireScores(ledger)
        return TrainingOutcome(
            test: findings.test, probe: findings.probe, retrieval: findings.retrieval, bestValidationAccuracy: nil, scores: [],
            steps: step, seconds: begin.duration(to: .now).seconds, run: run,
            weightsDigest: hasClassifier ? network.weightsDigest : network.backbone.weightsDigest, waitShare: 0,
            damage: ledger.record)
    }

    private func findings(
        on dataSet: DataSet, _ request: EvaluationRequest, _ evaluator: Evaluator, _ progress: (_ done: Int, _ total: Int) -> Void
    ) throws -> (test: ClassificationReport?, probe: ProbeReport?, retrieval: Retrieval?) {
        guard request.needsFeatures else {
            return (try evaluator.evaluate(network, on: dataSet.test, progress: progress), nil, nil)
        }
        let labeled = request.probe == .linear ? try configuration.lists(of: dataSet, labels: request.labels).labelled : nil
        // The gallery has the labelled clips too.
        let training = request.wantsRetrieval ? dataSet.train : labeled ?? dataSet.train
        let total = dataSet.test.count + training.count
        let (test, features): (ClassificationReport?, FeatureTable) =
            if hasClassifier {
                try evaluator.evaluateWithFeatures(network, on: dataSet.test) { done, _ in progress(done, total) }
            } else {
                (nil, try evaluator.features(of: network.backbone, on: dataSet.test) { done, _ in progress(done, total) })
            }
        let gallery = try evaluator.features(of: network.backbone, on: training) { done, _ in
            progress(dataSet.test.count + done, total)
        }
        let probe = try labeled.map {
            try ProbeReport(
                labeled: gallery.selecting($0), test: features, classCount: classes.count,
                seed: UInt64(configuration[RunOptions.self].seed))
        }
        let retrieval = request.wantsRetrieval ? try Retrieval(gallery: gallery, queries: features) : nil
        return (test ?? probe?.report, probe, retrieval)
    }

    /// The class probabilities of videos, in the order of `paths`: softmax of the mean logits over the views.
    ///
    /// Throws `FileError.missing` where one is not there, before any work.
    public func predict(_ paths: [String], progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws
        -> [Prediction]
    {
        // What is there in some way, such as a link that leads to itself, is told with the file.
        for path in paths where access(path, F_OK) != 0 && errno == ENOENT { throw FileError.missing(path: path) }
        let samples = paths.enumerated().map { VideoSample(index: $0, path: $1, name: $1, label: 0) }
        let ledger = DamageLedger()
        let report = try scores(
            on: VideoList(part: .test, samples: samples, classes: classes), ledger: ledger, progress: progress)
        let reasons = Dictionary(ledger.entries.map { ($0.path, $0.reason) }) { first, _ in first }
        let scores = Dictionary(report.rows.map { ($0.sampleIndex, $0.scores) }) { first, _ in first }
        return paths.enumerated().map { index, path in
            guard let logits = scores[index] else {
                return Prediction(video: path, probabilities: [], damage: reasons[path] ?? "it could not be read")
            }
            let highest = logits.max() ?? 0, weights = logits.map { exp($0 - highest) }, sum = weights.reduce(0, +)
            let ranked = weights.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }
            return Prediction(
                video: path, probabilities: ranked.map { (classes[$0], weights[$0] / sum) }, damage: nil)
        }
    }
}

/// What an evaluation is asked for beside the scores of the classifier.
public struct EvaluationRequest: Sendable {
    /// What is trained upon features.
    public enum Probe: String, Sendable, CaseIterable {
        /// A linear classifier.
        case linear
    }

    /// A probe upon the backbone; nil for none.
    public var probe: Probe?
    /// Which clips the probe learns from; nil: those that the run has labelled.
    public var labels: LabelRate?
    /// Whether the nearest training clips of test clips are looked for.
    public var wantsRetrieval: Bool

    /// A request; see the properties.
    public init(probe: Probe? = nil, labels: LabelRate? = nil, wantsRetrieval: Bool = false) {
        self.probe = probe
        self.labels = labels
        self.wantsRetrieval = wantsRetrieval
    }

    /// Whether it is about features.
    var needsFeatures: Bool { probe != nil || wantsRetrieval }
}

/// What a network makes of one video.
public struct Prediction: Sendable {
    /// The file.
    public let video: String
    /// Every class with its probability, the most likely first; empty for a damaged file.
    public let probabilities: [(className: String, probability: Double)]
    /// Why the file could not be read; nil where it could.
    public let damage: String?

    /// The object of `predict --json`, with the `top` most likely classes.
    public func json(top: Int) -> JSON {
        .object([
            ("video", .string(video)),
            (
                "classes",
                .array(
                    probabilities.prefix(top).map {
                        .object([("class", .string($0.className)), ("probability", .real($0.probability))])
                    })
            ),
            ("damage", damage.map { .string($0) } ?? .null),
        ])
    }
}

/// A run that has pre-trained a backbone, asked for classes.
public struct NoClassifier: ReportedError, Equatable {
    /// The run's folder.
    public let run: String
    public var exitCode: ExitCode { .usage }
    public var description: String {
        "\(run): it has pre-trained a backbone, which tells no classes; ask for what its features are worth by evaluate --probe linear "
            + "or --retrieval, or train a classifier upon it: semisup train --init \(run)"
    }
}

/// A run without any checkpoint.
public struct NoCheckpoint: ReportedError, Equatable {
    /// The run's folder, and whether the best was asked for.
    public let run: String, isBest: Bool
    public var exitCode: ExitCode { .badData }
    public var description: String {
        isBest
            ? "\(run): no checkpoint is marked as the best; that takes evaluation.everyEpochs and a validation part"
            : "\(run): no checkpoint has been saved yet; go on with: semisup train --resume --out \(run)"
    }
}

/// Data with other classes than a run was trained on.
public struct OtherClasses: ReportedError, Equatable {
    /// The run, the data, and the classes of both.
    public let run: String, data: String, expected: [String], found: [String]
    public var exitCode: ExitCode { .badData }
    public var description: String {
        let missing = expected.filter { !found.contains($0) }, added = found.filter { !expected.contains($0) }
        func listed(_ names: [String]) -> String { names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", ..." : "") }
        let difference =
            missing.isEmpty && added.isEmpty
            ? "they are in another order"
            : [
                missing.isEmpty ? nil : "missing: \(listed(missing))",
                added.isEmpty ? nil : "unknown to the run: \(listed(added))",
            ]
            .compactMap(\.self).joined(separator: "; ")
        return "\(data): expected the \(expected.count) classes that \(run) was trained on, found \(found.count); \(difference)"
    }
}
