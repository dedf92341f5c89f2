import Augment
import Datasets
import Files
import Foundation
import Tensor

/// Clips of random start out of files; every clip opens its file anew.
///
/// The clips go through the loader as in training, up to the normalised tensor; their window is the centre of the frame.
struct LoaderBenchmark {
    let bench: BenchmarkSetting
    let files: [String]

    init(_ bench: BenchmarkSetting, files: [String]) {
        self.bench = bench
        self.files = files
    }

    /// Clips of one repeat.
    private static let clipsAtOnce = 16

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        for file in files where access(file, F_OK) != 0 { throw FileError.missing(path: file) }
        let samples = files.enumerated().map { VideoSample(index: $0, path: $1, name: $1, label: 0) }
        let list = VideoList(part: .train, samples: samples, classes: ClassList(["video"]))
        let ledger = DamageLedger()
        let repeats = bench.options.repeats, warmups = max(1, bench.options.warmups)
        let loader = ClipLoader(
            training: ViewPlan([try stream()]), labeled: list, unlabeled: list, seed: 0, firstStep: 0,
            endStep: repeats + warmups, access: bench.configuration.access(VideoIndexStore(), ledger))
        defer { loader.stop() }
        let seconds = try Stopwatch.seconds(repeats: repeats, warmups: warmups) { _ = try loader.next() }
        if let damaged = ledger.damaged.first {
            throw FileError.malformed(path: damaged.path, reason: damaged.reason)
        }
        try report(
            BenchmarkResult(
                bench: bench.name,
                subject: "\(bench.clip.length) frames, stride \(bench.clip.stride), \(files.count) files, "
                    + "\(bench.configuration[EngineOptions.self].workers) workers",
                unit: "clips/s", rates: seconds.map { Double(LoaderBenchmark.clipsAtOnce) / $0 }))
    }

    private func stream() throws -> StreamRequest {
        let clip = bench.clip
        let window = TemporalWindow(length: clip.length, stride: clip.stride, start: .random)
        let crops = try EvaluationCrops(shortSide: clip.size, output: PictureSize(side: clip.size), layout: .centre)
        return StreamRequest(
            name: "videos", source: .labeled, batchSize: LoaderBenchmark.clipsAtOnce,
            views: [ViewRequest(name: "clip", source: .evaluation(window, crops, crop: 0))])
    }
}
