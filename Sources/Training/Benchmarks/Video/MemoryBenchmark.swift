import Datasets
import Foundation

/// The memory that a loader takes over many clips while its consumer is ten times too slow: the resident size after 500 clips beside
/// that after every further 500. A rate of 1 is memory that does not grow.
struct MemoryBenchmark {
    let bench: BenchmarkSetting
    let files: [String]

    private static let batchSize = 10, clipsBetween = 500

    /// All clips: those before the first level, and so many for each of the levels beside it.
    private var clips: Int {
        let isWritten = bench.configuration["repeats"]?.origin.isWritten == true
        return isWritten ? Self.clipsBetween * (1 + bench.options.repeats) : 10_000
    }

    /// Batches by which is found out how fast the loader is.
    private static let measuredBatches = 20

    /// What the process holds.
    private struct Level {
        let residentMiB: Double
        let descriptors: Int

        static func now() throws -> Level {
            Level(
                residentMiB: ProcessMemory.residentMiB,
                descriptors: try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count)
        }
    }

    func run(_ progress: (_ done: Int, _ total: Int) -> Void, _ report: (BenchmarkResult) throws -> Void) throws {
        // What is no video is told before the long wait.
        for file in files { _ = try MeasuredVideo(file) }
        let list = VideoList(measured: files), ledger = DamageLedger()
        let loader = ClipLoader(
            training: ViewPlan([try stream()]), labeled: list, unlabeled: list, seed: 0, firstStep: 0,
            endStep: clips / Self.batchSize, access: bench.configuration.access(VideoIndexStore(), ledger))
        defer { loader.stop() }
        let times = try Stopwatch.seconds(repeats: Self.measuredBatches, warmups: 0) { _ = try loader.next() }
        let pause = 10 * times.reduce(0, +) / Double(Self.measuredBatches)
        var levels: [Level] = [], seen = Self.measuredBatches * Self.batchSize
        while let batch = try loader.next() {
            // A step holds its batch to its end.
            withExtendedLifetime(batch) { Thread.sleep(forTimeInterval: pause) }
            seen += Self.batchSize
            progress(seen, clips)
            if seen % Self.clipsBetween == 0 { levels.append(try .now()) }
        }
        try ledger.requireWholeClips()
        try report(result(levels, pause: pause))
    }

    private func result(_ levels: [Level], pause: Double) -> BenchmarkResult {
        let first = levels[0], later = levels.dropFirst()
        return BenchmarkResult(
            bench: bench.name,
            subject: "\(clips) clips in batches of \(Self.batchSize), \(Int(1000 * pause)) ms between them",
            unit: "resident size after \(Self.clipsBetween) clips by that later",
            rates: later.map { first.residentMiB / $0.residentMiB },
            details: [
                ("residentMiB", first.residentMiB), ("residentMiBAtMost", later.map(\.residentMiB).max() ?? 0),
                ("descriptors", Double(first.descriptors)), ("descriptorsAtMost", Double(later.map(\.descriptors).max() ?? 0)),
            ])
    }

    /// The unlabelled stream of FixMatch.
    private func stream() throws -> StreamRequest {
        let views = try StandardViews(bench.configuration)
        return StandardViews(
            window: views.window, weak: views.weak, strong: views.strong, labeled: views.labeled, unlabeled: Self.batchSize
        ).unlabeledStream()
    }
}
