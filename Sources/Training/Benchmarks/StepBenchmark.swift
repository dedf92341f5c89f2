import Augment
import Datasets
import Networks
import Tensor

/// Whole steps of a method: `supervised` for `step`, `fixmatch` for `fixmatch`.
struct StepBenchmark {
    let bench: BenchmarkSetting
    let method: any Method.Type

    init(_ bench: BenchmarkSetting, method: any Method.Type) {
        self.bench = bench
        self.method = method
    }

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let setup = MethodSetup(
            networks: try bench.networks(), configuration: try methodConfiguration(), unlabeledCount: 1024,
            sampleIndexLimit: 1024,
            standardViews: try StandardViews(bench.configuration))
        let rehearsal = try StepRehearsal(
            try method.init(setup), bench.configuration, classes: bench.options.classes)
        var requests = 0
        let seconds = try bench.seconds {
            let before = Engine.backend.memoryStatistics.systemAllocations
            try rehearsal.step()
            requests = Engine.backend.memoryStatistics.systemAllocations - before
        }
        let profile = Engine.startProfiling()
        try profile.phase(Profile.step, rehearsal.step)
        Engine.stopProfiling()
        let isFixMatch = method is FixMatch.Type
        let units = isFixMatch ? 1 : Double(bench.batch.labeled)
        try report(
            BenchmarkResult(
                bench: bench.name, subject: isFixMatch ? fixMatchSubject : bench.subject(clips: bench.batch.labeled),
                unit: isFixMatch ? "iterations/s" : "clips/s", rates: seconds.map { units / $0 },
                limit: try bench.limit(multiplyAdds: multiplyAdds / units),
                details: [
                    ("shareOutsideProducts", profile.shareOutsideProducts), ("storageRequests", Double(requests)),
                    ("engineCalls", Double(profile.calls)),
                    ("storagePeakMiB", Double(Engine.backend.memoryStatistics.peakBytes) / 1_048_576),
                    ("stepSeconds", seconds.reduce(Double(profile.nanoseconds) * 1e-9, +)),
                ]))
    }

    /// The options of `supervised` are not part of the schema of `step`: their defaults are meant.
    private func methodConfiguration() throws -> Configuration {
        method is FixMatch.Type ? bench.configuration : try ConfigurationSchema([SupervisedOptions.self]).resolve([])
    }

    private var forward: WeakForward { bench.configuration[FixMatchOptions.self].forward }

    private var fixMatchSubject: String {
        "\(bench.subject(clips: bench.batch.labeled)) + \(bench.batch.unlabeled) unlabelled, \(forward.rawValue)"
    }

    /// Of one step: three passes (forward, two gradients) for clips with gradient, one without; the first layer has one gradient.
    private var multiplyAdds: Double {
        get throws {
            let pass = Double(try bench.multiplyAdds()), first = Double(try bench.convolutions()[0].multiplyAdds)
            let labeled = Double(bench.batch.labeled), unlabeled = Double(bench.batch.unlabeled)
            guard method is FixMatch.Type else { return labeled * (3 * pass - first) }
            let isJoint = forward == .joint
            return (labeled + (isJoint ? 2 : 1) * unlabeled) * (3 * pass - first) + (isJoint ? 0 : unlabeled * pass)
        }
    }
}

/// Forward passes in evaluation mode.
struct InferenceBenchmark {
    let bench: BenchmarkSetting

    init(_ bench: BenchmarkSetting) { self.bench = bench }

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let network = try bench.networks().classifier()
        let clips = bench.batch.labeled
        let shape = [clips, 3, bench.clip.length, bench.clip.size, bench.clip.size]
        let batch = RandomClips.tensor(shape, seed: 1).channelsLast
        let seconds = bench.seconds { GradientRecording.off { _ = network(batch, .evaluation) } }
        let multiplyAdds = Double(try bench.multiplyAdds())
        try report(
            BenchmarkResult(
                bench: bench.name, subject: bench.subject(clips: clips), unit: "clips/s",
                rates: seconds.map { Double(clips) / $0 }, limit: bench.limit(multiplyAdds: multiplyAdds)))
    }
}
