import Augment
import Datasets
import Files
import Media
import Tensor

/// A picture of the views that a method gets of some clips, made by the loader of training (`data show`).
///
/// Each clip takes a row a view of the stream that has most of them, and first its frames: the centre of the pictures.
public struct ViewSheet: Sendable {
    /// The rows.
    public let sheet: ContactSheet
    /// What the rows of a clip show, in order.
    public let rows: [String]
    /// The videos shown, in order.
    public let videos: [String]
    /// Videos that could not be read and were replaced by others.
    public let damaged: [DamageLedger.Entry]

    /// Loads `clips` clips as the first step of a run with `configuration` would, out of the whole training part of `dataSet`.
    ///
    /// Throws what making a plan and its method throws, and `TooMuchDamage` where nothing can be read.
    public init(
        _ configuration: Configuration, dataSet: DataSet, methods: MethodCatalogue = .builtIn, clips: Int,
        indices: VideoIndexStore = VideoIndexStore()
    ) throws {
        try Engine.start(configuration[EngineOptions.self].engine)
        let method = try TrainingPlan(configuration: configuration, dataSet: dataSet, methods: methods).makeMethod()
        let streams = method.views(in: method.stages.first).streams
        let most = streams.reduce(streams[0]) { $1.views.count > $0.views.count ? $1 : $0 }
        let stream = try ViewSheet.stream(most, clips: clips, side: configuration[ClipOptions.self].size)
        let ledger = DamageLedger(), normalization = ChannelNormalization.imageNet
        let loader = ClipLoader(
            training: ViewPlan([stream]), labeled: dataSet.train, unlabeled: dataSet.train,
            seed: UInt64(configuration[RunOptions.self].seed), firstStep: 0, endStep: 1,
            workers: configuration[EngineOptions.self].workers, indices: indices, ledger: ledger,
            normalization: normalization)
        defer { loader.stop() }
        let batch = try loader.next()?.normalized(normalization)[stream.name]
        let names = [ViewSheet.frames] + most.views.map(\.name)
        let pictures = names.map { name in batch.map { ViewSheet.pictures($0[name], normalization) } ?? [] }
        sheet = ContactSheet((0..<(batch?.count ?? 0)).flatMap { clip in pictures.map { $0[clip] } }, group: names.count)
        rows = names
        let paths = Dictionary(dataSet.train.samples.map { ($0.index, $0.path) }) { first, _ in first }
        videos = (batch?.sampleIndices ?? []).compactMap { paths[$0] }
        damaged = ledger.damaged
    }

    private static let frames = "frames"

    /// `stream` with `clips` clips and the frames of its first view beside it. They come last, so that they change no draw.
    private static func stream(_ stream: StreamRequest, clips: Int, side: Int) throws(AugmentError) -> StreamRequest {
        let crops = try EvaluationCrops(shortSide: side, output: PictureSize(side: side), layout: .centre)
        let frames = ViewRequest(
            name: frames, source: .clip(.same(as: stream.views[0].name), .evaluation(crops, crop: 0)))
        return StreamRequest(
            name: stream.name, source: .labeled, batchSize: clips, sampler: stream.sampler, views: stream.views + [frames])
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
            ("height", .integer(sheet.height)), ("rows", .array(rows.map { .string($0) })),
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
