import Datasets
import Files
import Media
import Synchronization
import Tensor

/// Clips of random start out of files; every clip opens its file anew.
///
/// First the clips as a network gets them: through the loader of training, cropped, resized and normalised. Then their frames to RGB
/// alone, as other readers of video are measured: the headline. Each with `workers` threads, and where those are more than one, in
/// turn with one.
struct LoaderBenchmark {
    let bench: BenchmarkSetting
    let files: [String]

    /// Clips that a worker reads of each round.
    private static let clipsAtOnce = 128

    private var workers: Int { bench.configuration[EngineOptions.self].workers }

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let videos = try files.map(MeasuredVideo.init)
        let source = try LoaderRounds(bench.configuration, files: files)
        try measure("to views of \(bench.clip.size)x\(bench.clip.size)", report) { workers, round in
            Measured(rate: try source.rate(workers: workers, round: round))
        }
        try measure("to RGB", report) { workers, round in
            try read(MeasuredClips(Self.clipsAtOnce, of: videos, bench.clip, round: round), workers: workers)
        }
    }

    /// What a round showed.
    private struct Measured {
        /// Clips a second.
        let rate: Double
        /// Frames that were decoded for a clip on average, where that is known.
        var decodedFrames: Double?
    }

    /// Measures rounds with the workers asked for, and with one in turn.
    private func measure(
        _ what: String, _ report: (BenchmarkResult) throws -> Void, round: (_ workers: Int, _ number: Int) throws -> Measured
    ) throws {
        let counts = workers > 1 ? [1, workers] : [1], warmups = bench.options.warmups
        let rounds = try (0..<warmups + bench.options.repeats).map { number in try counts.map { try round($0, number) } }
            .dropFirst(warmups)
        let results = counts.indices.map { place in
            let decoded = rounds.compactMap { $0[place].decodedFrames }
            return BenchmarkResult(
                bench: bench.name,
                subject: "\(bench.clip.length) frames, stride \(bench.clip.stride), random start, \(what), "
                    + "files: \(files.count), workers: \(counts[place])",
                unit: "clips/s", rates: rounds.map { $0[place].rate },
                details: decoded.isEmpty ? [] : [("decodedFramesOfClip", decoded.reduce(0, +) / Double(decoded.count))])
        }
        for result in results.dropLast() { try report(result) }
        if let result = results.last {
            try report(workers > 1 ? result.adding([("timesOneWorker", result.value / results[0].value)]) : result)
        }
    }

    /// `workers` threads all read these clips, each beginning with another: so that none waits for the others at the end.
    private func read(_ measured: MeasuredClips, workers: Int) throws -> Measured {
        let clips = measured.clips, decoded = Atomic(0)
        let seconds = try Stopwatch.seconds(repeats: 1, warmups: 0) {
            try ThreadTeam.run(workers) { number in
                var frames = DecodedFrames()
                for place in clips.indices {
                    let clip = clips[(place + number * clips.count / workers) % clips.count]
                    let count = try clip.video.read(FrameRequest(pixels: clip.frames), into: &frames)
                    decoded.add(count, ordering: .relaxed)
                }
            }
        }
        let count = Double(workers * clips.count)
        return Measured(rate: count / seconds[0], decodedFrames: Double(decoded.load(ordering: .relaxed)) / count)
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
        list = VideoList(measured: files)
        plan = ViewPlan([
            StreamRequest(
                name: "videos", source: .labeled, batchSize: Self.batchSize,
                views: [ViewRequest(name: "clip", source: .weak(views.window, views.weak))])
        ])
        let loader = loader(workers: 1, from: 0, steps: (files.count + Self.batchSize - 1) / Self.batchSize)
        while try loader.next() != nil { try ledger.requireWholeClips() }
    }

    /// Clips a second between the first batch and the last but one: all workers are busy then.
    func rate(workers: Int, round: Int) throws -> Double {
        let steps = Self.batches + 2
        let loader = loader(workers: workers, from: round * steps, steps: steps)
        defer { loader.stop() }
        _ = try loader.next()
        let seconds = try Stopwatch.seconds(repeats: Self.batches, warmups: 0) { _ = try loader.next() }
        try ledger.requireWholeClips()
        return Double(Self.batches * Self.batchSize) / seconds.reduce(0, +)
    }

    private func loader(workers: Int, from step: Int, steps: Int) -> ClipLoader {
        ClipLoader(
            training: plan, labeled: list, unlabeled: list, seed: 0, firstStep: step, endStep: step + steps,
            access: VideoAccess(indices: indices, ledger: ledger, workers: workers))
    }
}
