import Augment
import Datasets
import Files
import Networks
import Tensor

/// Scores a network on a list by views spread over time and along the long side (protocol card, section 2).
public struct Evaluator: Sendable {
    private let views: [ViewRequest]
    private let classCount: Int
    private let access: VideoAccess

    /// Clips that are forwarded together at most.
    private static let clipsAtOnce = 32

    /// The short side within which a crop of side `size` is taken: 256 for 224.
    static func shortSide(of size: Int) -> Int { (size * 8 + 3) / 7 }

    /// An evaluator of `clips` windows with `crops` crops (1: the centre, 3: along the long side).
    ///
    /// One crop has the side `size` within a short side of 8/7 of that (224 of 256); three crops have the whole short side.
    public init(
        window: (length: Int, stride: Int), size: Int, views: EvaluationViews, classCount: Int,
        access: VideoAccess
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
    }

    /// The scores of `network` on `list`; videos that cannot be read are left out and counted.
    ///
    /// Throws `ScoresNotFinite` where the network gives no number: that is neither a hit nor a miss.
    public func evaluate(
        _ network: VideoClassifier, on list: VideoList, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> ClassificationReport {
        let batchSize = max(1, Evaluator.clipsAtOnce / views.count)
        let loader = ClipLoader(
            evaluating: list, views: views, batchSize: batchSize, access: access)
        defer { loader.stop() }
        let samples = Dictionary(list.samples.map { ($0.index, $0) }) { first, _ in first }
        var rows: [ClassificationReport.Row] = []
        var seen = 0
        while let batch = try loader.next()?["videos"] {
            for (index, scores) in zip(batch.sampleIndices, scores(network, batch)) {
                guard let sample = samples[index] else { continue }
                guard scores.allSatisfy(\.isFinite) else { throw ScoresNotFinite(video: sample.path) }
                rows.append(
                    .init(sampleIndex: index, label: sample.label ?? 0, scores: scores, name: sample.name, group: sample.group))
            }
            seen += batchSize
            try progress(min(seen, list.count), list.count)
        }
        return ClassificationReport(rows: rows, classCount: classCount, damaged: list.count - rows.count)
    }

    /// The mean of the logits over the views of each video of `batch`.
    private func scores(_ network: VideoClassifier, _ batch: StreamBatch) -> [[Double]] {
        guard batch.count > 0 else { return [] }
        let sum = views.reduce([Double](repeating: 0, count: batch.count * classCount)) { sum, view in
            let logits = GradientRecording.off { network(batch[view.name], .evaluation) }
            return zip(sum, logits.values(as: Double.self)).map(+)
        }
        return batch.sampleIndices.indices.map { place in
            sum[place * classCount..<(place + 1) * classCount].map { $0 / Double(views.count) }
        }
    }
}

/// Scores that are no numbers, which would be neither hits nor misses.
public struct ScoresNotFinite: ReportedError, Equatable {
    /// The first video that was scored so.
    public let video: String
    public var exitCode: ExitCode { .badData }
    public var description: String {
        "the network's scores of \(video) are not finite: its weights have grown beyond all bounds. "
            + "Train anew with a lower optimizer.learningRate or with optimizer.clipNorm"
    }
}

/// A list without one readable video.
public struct NothingReadable: ReportedError, Equatable {
    /// How many videos there are, and what is wrong with the first.
    public let count: Int, examples: [String]
    public var exitCode: ExitCode { .badData }
    public var description: String {
        "none of the \(count) videos to be scored could be read: \(examples.joined(separator: "; "))"
    }
}
