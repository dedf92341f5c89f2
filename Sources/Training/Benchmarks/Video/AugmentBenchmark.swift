import Augment
import Datasets
import Media
import Tensor

/// The views of FixMatch's unlabelled clips out of decoded frames, on one thread: weak, and strong made from it, both normalised and
/// put into their batch. Where there are files, each clip is decoded before, and the headline says what the views cost beside that.
struct AugmentBenchmark {
    let bench: BenchmarkSetting
    let files: [String]

    /// Clips of each round.
    private static let clipsAtOnce = 16
    /// The size of the pictures where there are no files.
    private static let size = PictureSize(height: 240, width: 320)

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let views = try StandardViews(bench.configuration), videos = try files.map(MeasuredVideo.init)
        var maker = FixMatchViews(views), frames = DecodedFrames()
        if videos.isEmpty { frames.pixels = Self.noise(frames: views.window.length) }
        var seconds: (decoding: [Double], views: [Double]) = ([], [])
        for round in 0..<bench.options.warmups + bench.options.repeats {
            let clips =
                videos.isEmpty ? [] : MeasuredClips(Self.clipsAtOnce, of: videos, bench.clip, round: round).clips
            var decoding = 0.0, making = 0.0
            for number in 0..<Self.clipsAtOnce {
                if !clips.isEmpty {
                    decoding += try Stopwatch.seconds(repeats: 1, warmups: 0) {
                        try clips[number].video.read(FrameRequest(pixels: clips[number].frames), into: &frames)
                    }[0]
                }
                making += Stopwatch.seconds(repeats: 1, warmups: 0) { maker.make(frames.pixels, round: round, number: number) }[0]
            }
            guard round >= bench.options.warmups else { continue }
            seconds.decoding.append(decoding)
            seconds.views.append(making)
        }
        let pictures = frames.pixels.size, clip = "\(views.window.length) frames"
        let decoding = result("\(clip), random start, to RGB, files: \(files.count)", seconds.decoding)
        let making = result(
            "\(clip) of \(pictures.width)x\(pictures.height) to weak and strong at \(bench.clip.size)", seconds.views)
        guard !videos.isEmpty else { return try report(making) }
        try report(decoding)
        try report(making.adding([("shareOfDecoding", decoding.value / making.value)]))
    }

    private func result(_ subject: String, _ seconds: [Double]) -> BenchmarkResult {
        BenchmarkResult(
            bench: bench.name, subject: subject, unit: "clips/s", rates: seconds.map { Double(Self.clipsAtOnce) / $0 })
    }

    private static func noise(frames: Int) -> PixelClip {
        var stream = RandomKey(seed: 0, purpose: .synthesis).stream
        let count = frames * size.height * size.width * 3
        return PixelClip(
            frames: frames, height: size.height, width: size.width,
            pixels: (0..<count).map { _ in UInt8(stream.integer(below: 256)) })
    }
}

/// Makes the views of a clip in buffers that are used again for the next.
private struct FixMatchViews {
    private let views: StandardViews
    private let batch: [StridedArray]
    private var weak = PixelClip(), strong = PixelClip(), scratch = AugmentScratch()
    private var values: [Float]

    init(_ views: StandardViews) {
        self.views = views
        let size = views.weak.output, shape = [1, 3, views.window.length, size.height, size.width]
        batch = (0..<2).map { _ in
            Tensor.uninitialized(shape, .float32, strides: StridedArray.channelsLastStrides(of: shape))
        }
        values = [Float](repeating: 0, count: shape.reduce(1, *))
    }

    mutating func make(_ pictures: PixelClip, round: Int, number: Int) {
        func draws(_ purpose: RandomPurpose) -> RandomStream {
            RandomKey(seed: 0, purpose: purpose, epoch: UInt64(round), sample: UInt64(number)).stream
        }
        var place = draws(.geometry), photometry = draws(.photometry)
        views.weak.draw(frame: pictures.size, using: &place).apply(to: pictures, into: &weak, scratch: &scratch)
        views.strong.draw(using: &photometry).apply(to: weak, into: &strong, scratch: &scratch)
        for (clip, array) in zip([weak, strong], batch) {
            ChannelNormalization.imageNet.normalize(clip, into: &values)
            array.write(values)
        }
    }
}
