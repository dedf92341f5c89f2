import Datasets
import Files
import Media
import Tensor

/// Clips of random start out of files; every clip opens its file anew.
///
/// First the clips as a network gets them: through the loader of training, cropped, resized and normalised. Then their frames to RGB
/// alone, as other readers of video are measured: the headline. Each with `workers` threads, and where those are more than one, in
/// turn with one.
struct LoaderBenchmark {
    let bench: BenchmarkSetting
    let files: [String]

    init(_ bench: BenchmarkSetting, files: [String]) {
        self.bench = bench
        self.files = files
    }

    /// Clips that a worker reads of each round.
    private static let clipsAtOnce = 32

    private var workers: Int { bench.configuration[EngineOptions.self].workers }

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let videos = try files.map(MeasuredVideo.init)
        let source = try LoaderRounds(bench.configuration, files: files)
        try measure("to views of \(bench.clip.size)x\(bench.clip.size)", report) { workers, round in
            try source.rate(workers: workers, round: round)
        }
        let window = TemporalWindow(length: bench.clip.length, stride: bench.clip.stride, start: .random)
        try measure("to RGB", report) { workers, round in
            try rate(of: MeasuredClips(Self.clipsAtOnce, of: videos, window: window, round: round), workers: workers)
        }
    }

    /// Measures `rate` with the workers asked for, and with one in turn.
    private func measure(
        _ what: String, _ report: (BenchmarkResult) throws -> Void, rate: (_ workers: Int, _ round: Int) throws -> Double
    ) throws {
        let counts = workers > 1 ? [1, workers] : [1], warmups = bench.options.warmups
        let rates = try (0..<warmups + bench.options.repeats).map { round in try counts.map { try rate($0, round) } }
            .dropFirst(warmups)
        let results = counts.indices.map { place in
            BenchmarkResult(
                bench: bench.name,
                subject: "\(bench.clip.length) frames, stride \(bench.clip.stride), random start, \(what), "
                    + "files: \(files.count), workers: \(counts[place])",
                unit: "clips/s", rates: rates.map { $0[place] })
        }
        for result in results.dropLast() { try report(result) }
        if let result = results.last {
            try report(workers > 1 ? result.adding([("timesOneWorker", result.value / results[0].value)]) : result)
        }
    }

    /// The clips a second of `workers` threads that all read these clips, each beginning with another: so that none waits for the
    /// others at the end.
    private func rate(of measured: MeasuredClips, workers: Int) throws -> Double {
        let clips = measured.clips
        let seconds = try Stopwatch.seconds(repeats: 1, warmups: 0) {
            try ThreadTeam.run(workers) { number in
                var frames = DecodedFrames()
                for place in clips.indices {
                    let clip = clips[(place + number * clips.count / workers) % clips.count]
                    try clip.video.read(FrameRequest(pixels: clip.frames), into: &frames)
                }
            }
        }
        return Double(workers * clips.count) / seconds[0]
    }
}

/// Batches of the weak views of training, by a loader of its own each round.
private struct LoaderRounds {
    private static let batchSize = 16, batches = 2

    private let list: VideoList, plan: ViewPlan
    private let indices = VideoIndexStore(), ledger = DamageLedger()

    /// Indexes the files.
    init(_ configuration: Configuration, files: [String]) throws {
        let views = try StandardViews(configuration)
        let samples = files.enumerated().map { VideoSample(index: $0, path: $1, name: $1, label: 0) }
        list = VideoList(part: .train, samples: samples, classes: ClassList(["video"]))
        plan = ViewPlan([
            StreamRequest(
                name: "videos", source: .labeled, batchSize: Self.batchSize,
                views: [ViewRequest(name: "clip", source: .weak(views.window, views.weak))])
        ])
        let loader = loader(workers: 1, from: 0, steps: (files.count + Self.batchSize - 1) / Self.batchSize)
        while try loader.next() != nil { try check() }
    }

    /// Clips a second between the first batch and the last but one: all workers are busy then.
    func rate(workers: Int, round: Int) throws -> Double {
        let steps = Self.batches + 2
        let loader = loader(workers: workers, from: round * steps, steps: steps)
        defer { loader.stop() }
        _ = try loader.next()
        let seconds = try Stopwatch.seconds(repeats: Self.batches, warmups: 0) { _ = try loader.next() }
        try check()
        return Double(Self.batches * Self.batchSize) / seconds.reduce(0, +)
    }

    private func loader(workers: Int, from step: Int, steps: Int) -> ClipLoader {
        ClipLoader(
            training: plan, labeled: list, unlabeled: list, seed: 0, firstStep: step, endStep: step + steps, workers: workers,
            indices: indices, ledger: ledger)
    }

    private func check() throws {
        if let damaged = ledger.damaged.first { throw MediaError.damaged(path: damaged.path, reason: damaged.reason) }
    }
}
