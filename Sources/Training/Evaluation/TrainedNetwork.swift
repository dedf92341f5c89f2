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
        try network.restoreNetwork(StateTree.evaluatedWeights(of: checkpoint))
    }

    /// The scores on `list`, whose classes are those of the run. Damaged videos are left out and noted in `ledger`.
    public func scores(
        on list: VideoList, indices: VideoIndexStore = VideoIndexStore(), ledger: DamageLedger = DamageLedger(),
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> ClassificationReport {
        let clip = configuration[ClipOptions.self]
        let evaluator = try Evaluator(
            window: (clip.length, clip.stride), size: clip.size, views: configuration[EvaluationOptions.self].views,
            classCount: classes.count, access: configuration.access(indices, ledger))
        return try evaluator.evaluate(network, on: list, progress: progress)
    }

    /// Evaluates on the test part of `dataSet`. Throws `OtherClasses` where its classes are not those of the run.
    public func evaluate(
        on dataSet: DataSet, indices: VideoIndexStore = VideoIndexStore(),
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> TrainingOutcome {
        guard dataSet.classes.names == classes.names else {
            throw OtherClasses(run: run, data: dataSet.root, expected: classes.names, found: dataSet.classes.names)
        }
        let begin = ContinuousClock.now, ledger = DamageLedger()
        let report = try scores(on: dataSet.test, indices: indices, ledger: ledger, progress: progress)
        try report.requireScores(ledger)
        return TrainingOutcome(
            test: report, bestValidationAccuracy: nil, scores: [], steps: step, seconds: begin.duration(to: .now).seconds,
            run: run,
            weightsDigest: network.weightsDigest, waitShare: 0, damage: ledger.record)
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
