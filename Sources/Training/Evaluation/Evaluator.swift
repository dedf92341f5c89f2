import Augment
import Datasets
import Files
import Networks
import Ranks
import Tensor

/// Scores a network on a list by views spread over time and along the long side (protocol card, section 2).
public struct Evaluator: Sendable {
    private let views: [ViewRequest]
    private let classCount: Int
    private let access: VideoAccess
    /// The processes that score together, each some of the batches.
    private let communicator: any Communicator

    /// Clips that are forwarded together at most.
    private static let clipsAtOnce = 32

    /// The short side within which a crop of side `size` is taken: 256 for 224.
    static func shortSide(of size: Int) -> Int { (size * 8 + 3) / 7 }

    /// An evaluator of `clips` windows with `crops` crops (1: the centre, 3: along the long side).
    ///
    /// One crop has the side `size` within a short side of 8/7 of that (224 of 256); three crops have the whole short side.
    public init(
        window: (length: Int, stride: Int), size: Int, views: EvaluationViews, classCount: Int,
        access: VideoAccess, communicator: any Communicator = SingleProcess()
    ) throws(AugmentError) {
        let shortSide = Evaluator.shortSide(of: size)
        let crops = try EvaluationCrops(
            shortSide: shortSide, output: PictureSize(side: views.crops == 1 ? size : shortSide),
            layout: views.crops == 1 ? .centre : .three)
        self.views = (0..<views.clips).flatMap { clip in
            (0..<views.crops).map { crop in
                let window = TemporalWindow(
                    length: window.length, stride: window.stride, start: .uniform(index: clip, of: views.clips))
                return ViewRequest(name: "clip \(clip) crop \(crop)", source: .evaluation(window, crops, crop: crop))
            }
        }
        self.classCount = classCount
        self.access = access
        self.communicator = communicator
    }

    /// The scores of `network` on `list`; videos that cannot be read are left out and counted.
    ///
    /// Throws `ScoresNotFinite` where the network gives no number: that is neither a hit nor a miss.
    public func evaluate(
        _ network: VideoClassifier, on list: VideoList, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> ClassificationReport {
        try report(means(on: list, of: { network($0, .evaluation) }, progress), of: list)
    }

    /// The scores of `scorer` on `list`, each sample seen once; those that cannot be read are left out and counted.
    ///
    /// Throws `ScoresNotFinite` where it gives no number.
    public func evaluate(
        _ scorer: any SampleScorer, on list: VideoList, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> ClassificationReport {
        let judged = try each(on: list, scorer.views, progress) { batch in GradientRecording.off { scorer.judgements(of: batch) }
        }
        for (sample, judgement) in judged { try requireFinite(judgement.scores, of: sample) }
        let rows = judged.map { sample, judgement in
            ClassificationReport.Row(sample, scores: judgement.scores, foundSpan: judgement.span)
        }
        return ClassificationReport(rows: rows, classCount: classCount, damaged: list.count - rows.count)
    }

    /// The features of `list` by `backbone` in evaluation mode, pooled; videos that cannot be read are left out and counted.
    ///
    /// Throws `ScoresNotFinite` where the backbone gives no number, and `NothingReadable` where every video is damaged.
    public func features(
        of backbone: any Backbone, on list: VideoList, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> FeatureTable {
        let table = try table(
            means(on: list, of: { backbone.features($0, .evaluation).globalAveragePooled() }, progress), of: list)
        guard !table.rows.isEmpty || list.isEmpty else { throw NothingReadable(count: list.count, access.ledger) }
        return table
    }

    /// Scores and features in one pass over `list`.
    func evaluateWithFeatures(
        _ network: VideoClassifier, on list: VideoList, progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> (report: ClassificationReport, features: FeatureTable) {
        let both = try means(
            on: list,
            of: { clips in
                let features = network.features(clips, .evaluation)
                let logits = network.classify(features: features, .evaluation)
                return .concatenated([logits, features.globalAveragePooled().converted(to: logits.elementType)], axis: 1)
            }, progress)
        let report = report(both.map { ($0.sample, Array($0.values.prefix(classCount))) }, of: list)
        try report.requireScores(access.ledger)
        return (
            report,
            table(both.map { ($0.sample, Array($0.values.dropFirst(classCount))) }, of: list)
        )
    }

    /// What the views of a video come to in the mean.
    private typealias Means = [(sample: VideoSample, values: [Double])]

    private func report(_ means: Means, of list: VideoList) -> ClassificationReport {
        let rows = means.map { ClassificationReport.Row($0, scores: $1) }
        return ClassificationReport(rows: rows, classCount: classCount, damaged: list.count - rows.count)
    }

    private func table(_ means: Means, of list: VideoList) -> FeatureTable {
        let rows = means.map { sample, features in
            FeatureTable.Row(
                sampleIndex: sample.index, label: sample.label, features: features.map { Float($0) }, name: sample.name,
                group: sample.group)
        }
        return FeatureTable(rows: rows, damaged: list.count - rows.count)
    }

    /// The mean over the views of what `body` gives for clips, `[N, values]`, for each video that can be read, in list order.
    private func means(
        on list: VideoList, of body: (Tensor) -> Tensor, _ progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> Means {
        let means = try each(on: list, views, progress) { batch -> [[Double]] in
            let all = sums(of: body, batch).map { $0 / Double(views.count) }, width = all.count / batch.count
            return (0..<batch.count).map { Array(all[$0 * width..<($0 + 1) * width]) }
        }
        for (sample, values) in means { try requireFinite(values, of: sample) }
        return means.map { ($0, $1) }
    }

    private func requireFinite(_ values: [Double], of sample: VideoSample) throws(ScoresNotFinite) {
        guard values.allSatisfy(\.isFinite) else { throw ScoresNotFinite(video: sample.path) }
    }

    /// What `body` gives for each sample of batches seen by `views`, for all samples that can be read, in list order.
    private func each<Value: RankValue>(
        on list: VideoList, _ views: [ViewRequest], _ progress: (_ done: Int, _ total: Int) throws -> Void,
        _ body: (StreamBatch) -> [Value]
    ) throws -> [(sample: VideoSample, value: Value)] {
        let batchSize = max(1, Evaluator.clipsAtOnce / views.count)
        let loader = ClipLoader(
            evaluating: list, views: views, batchSize: batchSize,
            share: LoaderShare(number: communicator.rank, count: communicator.count), access: access)
        defer { loader.stop() }
        var found: [(index: Int, value: Value)] = []
        var seen = 0
        while let batch = try loader.next()?["videos"] {
            for (index, value) in zip(batch.sampleIndices, batch.count > 0 ? body(batch) : []) {
                found.append((index, value))
            }
            seen += batchSize * communicator.count
            try progress(min(seen, list.count), list.count)
        }
        return try communicator.gather(found, of: list, ledger: access.ledger)
    }

    private func sums(of body: (Tensor) -> Tensor, _ batch: StreamBatch) -> [Double] {
        views.reduce([Double]()) { sums, view in
            let values = GradientRecording.off { body(batch[view.name]) }.values(as: Double.self)
            return sums.isEmpty ? values : zip(sums, values).map(+)
        }
    }
}

/// Scores or features that are no numbers, which would be neither hits nor misses.
public struct ScoresNotFinite: ReportedError, Equatable {
    /// The first video of which that is so.
    public let video: String
    public var exitCode: ExitCode { .badData }
    public var description: String {
        "what the network makes of \(video) is not finite: its weights have grown beyond all bounds. "
            + "Train anew with a lower optimizer.learningRate or with optimizer.clipNorm"
    }
}

/// A list without one readable video.
public struct NothingReadable: ReportedError, Equatable {
    /// How many videos there are, and what is wrong with the first.
    public let count: Int, examples: [String]
    public var exitCode: ExitCode { .badData }

    /// An error about `count` videos; `ledger` knows what is wrong with them.
    init(count: Int, _ ledger: DamageLedger? = nil) {
        self.count = count
        examples = (ledger?.entries ?? []).prefix(3).map(\.reason)
    }

    public var description: String {
        count == 0
            ? "there are no videos to be scored"
            : "none of the \(count) videos to be scored could be read: \(examples.joined(separator: "; "))"
    }
}
