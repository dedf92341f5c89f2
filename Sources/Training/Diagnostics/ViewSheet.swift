import Augment
import Datasets
import Files
import Media
import Tensor

/// A picture of the views that a method gets of some clips, made by the loader of training (`data show`).
///
/// Each clip takes a row a view of the stream that has most of them, and first its frames: the centre of the pictures. On request
/// come rows of what the compressed file holds beside pictures: motion vectors in colour, residuals, blocks, sound. Above each row stands
/// what it shows, above each clip its name.
public struct ViewSheet: Sendable {
    /// The rows.
    public let sheet: ContactSheet
    /// What the rows of each clip show, in order, in the words that stand above them.
    public let captions: [[String]]
    /// The views that the rows of a clip show, in order.
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
        showsCompressed: Bool = false, indices: VideoIndexStore = VideoIndexStore()
    ) throws {
        try Engine.start(configuration[EngineOptions.self].engine)
        let method = try TrainingPlan(configuration: configuration, dataSet: dataSet, methods: methods).makeMethod()
        let streams = method.views(in: method.stages.first).streams
        let most = streams.reduce(streams[0]) { $1.views.count > $0.views.count ? $1 : $0 }
        let stream = try ViewSheet.stream(
            most, clips: clips, side: configuration[ClipOptions.self].size, showsCompressed: showsCompressed)
        let ledger = DamageLedger(), normalization = ChannelNormalization.imageNet
        let loader = ClipLoader(
            training: ViewPlan([stream]), labeled: dataSet.train, unlabeled: dataSet.train,
            seed: UInt64(configuration[RunOptions.self].seed), firstStep: 0, endStep: 1,
            access: configuration.access(indices, ledger), normalization: normalization)
        defer { loader.stop() }
        let batch = try loader.next()?.normalized(normalization)[stream.name]
        // The frames were put behind the method's views.
        let views = [stream.views[most.views.count]] + most.views + stream.views.dropFirst(most.views.count + 1)
        let pictures = views.map { view in batch.map { ViewPictures.rows(of: $0, view) } ?? [] }
        let clips = (0..<(batch?.count ?? 0)).map { clip in pictures.flatMap { $0[clip] } }
        rows = views.map(\.name)
        captions = clips.map { $0.map(\.caption) }
        let samples = Dictionary(dataSet.train.samples.map { ($0.index, $0) }) { first, _ in first }
        let shown = (batch?.sampleIndices ?? []).compactMap { samples[$0] }
        videos = shown.map(\.path)
        sheet = ContactSheet(
            clips.enumerated().map { number, rows in
                ContactSheet.Section(
                    title: "\(number + 1): \(shown.indices.contains(number) ? shown[number].name : "")",
                    rows: rows.map { (caption: $0.caption, clip: $0.clip) })
            })
        damaged = ledger.entries
    }

    /// `stream` with `clips` clips, the frames of its first view beside it, and what else is wanted. They come last, so that they
    /// change no draw.
    private static func stream(
        _ stream: StreamRequest, clips: Int, side: Int, showsCompressed: Bool
    ) throws(AugmentError) -> StreamRequest {
        let crops = try EvaluationCrops(shortSide: side, output: PictureSize(side: side), layout: .centre)
        let frames = ViewRequest(
            name: "frames", source: .clip(.same(as: stream.views[0].name), .evaluation(crops, crop: 0)))
        return StreamRequest(
            name: stream.name, source: .labeled, batchSize: clips, sampler: stream.sampler,
            views: stream.views + [frames] + (showsCompressed ? compressed : []))
    }

    /// Rows that are aligned with the frames.
    private static var compressed: [ViewRequest] {
        let kinds: [(String, ViewRequest.Kind)] = [
            ("vectors", .motionVectors(.init())), ("accumulated", .motionVectors(.init(form: .accumulated))),
            ("residual", .residual(.oneStep)), ("blocks", .blocks(cellSide: 1)), ("sound", .logMel(.init(absence: .silent))),
        ]
        return kinds.map { ViewRequest(name: $0, kind: $1, source: .aligned(with: "frames"), absence: .invalid) }
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
            ("captions", .array(captions.map { .array($0.map { .string($0) }) })),
        ])
    }
}
