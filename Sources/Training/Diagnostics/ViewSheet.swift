import Augment
import Datasets
import Files
import Media
import Tensor

/// A picture of the views that a method would get of some clips, made by the loader of training (`data show`).
///
/// Each clip takes three rows: its frames (the centre of the picture), the weak view, and the strong view made from that.
public struct ViewSheet: Sendable {
    /// The rows, three a clip.
    public let sheet: ContactSheet
    /// The videos shown, in order.
    public let videos: [String]
    /// Videos that could not be read and were replaced by others.
    public let damaged: [DamageLedger.Entry]

    private static let rows = ["frames", "weak", "strong"]

    /// Loads the first `clips` clips of a run with `configuration` on the training part of `dataSet`.
    ///
    /// Throws `AugmentError` for views that cannot be made and `TooMuchDamage` where nothing can be read.
    public init(_ configuration: Configuration, dataSet: DataSet, clips: Int) throws {
        try Engine.start(configuration[EngineOptions.self].engine)
        let views = try StandardViews(configuration)
        let clip = configuration[ClipOptions.self]
        let crops = try EvaluationCrops(shortSide: clip.size, output: PictureSize(side: clip.size), layout: .centre)
        let stream = StreamRequest(
            name: "clips", source: .labeled, batchSize: clips,
            views: [
                ViewRequest(name: "frames", source: .evaluation(views.window, crops, crop: 0)),
                ViewRequest(name: "weak", source: .weak(views.window, views.weak)),
                ViewRequest(name: "strong", source: .view("weak"), photometry: .drawn(views.strong)),
            ])
        let ledger = DamageLedger(), normalization = ChannelNormalization.imageNet
        let loader = ClipLoader(
            training: ViewPlan([stream]), labeled: dataSet.train, unlabeled: dataSet.train,
            seed: UInt64(configuration[RunOptions.self].seed), firstStep: 0, endStep: 1,
            workers: configuration[EngineOptions.self].workers, indices: VideoIndexStore(), ledger: ledger,
            normalization: normalization)
        defer { loader.stop() }
        let batch = try loader.next()?["clips"]
        let pictures = ViewSheet.rows.map { name in batch.map { ViewSheet.pictures($0[name], normalization) } ?? [] }
        sheet = ContactSheet(
            (0..<(batch?.count ?? 0)).flatMap { clip in pictures.map { $0[clip] } }, group: ViewSheet.rows.count)
        let paths = Dictionary(dataSet.train.samples.map { ($0.index, $0.path) }) { first, _ in first }
        videos = (batch?.sampleIndices ?? []).compactMap { paths[$0] }
        damaged = ledger.damaged
    }

    /// Writes the picture as PNG. Throws `FileError.exists` where there is something.
    public func write(to path: String) throws {
        try NewFile.requireFree(path)
        try AtomicFile.write(try sheet.png(), to: path)
    }

    /// The object of `data show --json`.
    public func json(path: String) -> JSON {
        .object([
            ("event", .string("sheet")), ("picture", .string(path)), ("width", .integer(sheet.width)),
            ("height", .integer(sheet.height)), ("rows", .array(ViewSheet.rows.map { .string($0) })),
            ("videos", .array(videos.map { .string($0) })),
        ])
    }

    /// The levels of normalised clips `[N, 3, T, H, W]`, a clip each.
    private static func pictures(_ clips: Tensor, _ normalization: ChannelNormalization) -> [PixelClip] {
        let shape = clips.shape
        let values = clips.permuted([0, 2, 3, 4, 1]).values(as: Float.self)
        let levels = values.enumerated().map { index, value in
            let channel = index % 3
            let level = value * normalization.standardDeviation[channel] + normalization.mean[channel]
            return UInt8(min(255, max(0, level.rounded())))
        }
        let count = levels.count / max(1, shape[0])
        return (0..<shape[0]).map { clip in
            PixelClip(
                frames: shape[2], height: shape[3], width: shape[4], pixels: Array(levels[clip * count..<(clip + 1) * count]))
        }
    }
}
