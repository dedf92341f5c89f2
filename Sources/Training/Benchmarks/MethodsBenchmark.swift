import Files
import Tensor

/// Steps of several methods in turn, in one process: what they cost beside the first.
struct MethodsBenchmark {
    let bench: BenchmarkSetting

    init(_ bench: BenchmarkSetting) { self.bench = bench }

    /// A method with settings of its own: `fixmatch+method.forward=joint`.
    private struct Subject {
        let text: String
        let rehearsal: StepRehearsal
        let call: MethodCall
    }

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let subjects = try bench.configuration[MethodsBenchmarkOptions.self].methods.split(separator: ",").map {
            try subject(String($0))
        }
        guard let first = subjects.first else { return }
        for _ in 0..<bench.options.warmups { for subject in subjects { try subject.rehearsal.step() } }
        // Every repeat takes all in turn, so that what the machine does beside falls on all alike.
        let seconds = try (0..<bench.options.repeats).map { _ in
            try subjects.map { try Stopwatch.seconds(repeats: 1, warmups: 0, $0.rehearsal.step)[0] }
        }
        for (number, subject) in subjects.enumerated() {
            let own = seconds.map { $0[number] }
            let ratios = seconds.map { $0[number] / $0[0] }.sorted()
            try report(
                BenchmarkResult(
                    bench: bench.name,
                    subject: "\(subject.text) \(bench.subject(clips: bench.batch.labeled)) + \(bench.batch.unlabeled)",
                    unit: "iterations/s", rates: own.map { 1 / $0 },
                    details: [
                        ("cost", ratios[ratios.count / 2]), ("callShare", try callSeconds(subject) / own.sorted()[own.count / 2]),
                    ], note: ("costOf", first.text)))
        }
    }

    private func subject(_ text: String) throws -> Subject {
        let parts = text.split(separator: "+").map(String.init), methods = MethodCatalogue.standard
        let entry = try methods.entry(named: parts.first)
        let schema = ConfigurationSchema(Benchmark.methods.schema.groups).adding(entry.type.options)
        let open = schema.known(["method.warmupShare=0"])
        // What the publication says about anything but the method's own options would compare batch sizes and networks.
        let recorded = ConfigurationLayer.recorded(bench.configuration.json, path: "bench")
        var defaults = ConfigurationLayer.method(entry.type.manifest)
        defaults.entries.removeAll { !$0.name.hasPrefix("method.") }
        let configuration = try schema.resolve([defaults, recorded, .commandLine(open + parts.dropFirst())])
        let setup = MethodSetup(
            networks: try bench.networks(), configuration: configuration, unlabeledCount: 1024, sampleIndexLimit: 1024,
            standardViews: try StandardViews(configuration))
        let method = try entry.type.init(setup)
        let rehearsal = try StepRehearsal(method, configuration, classes: bench.options.classes)
        return Subject(text: text, rehearsal: rehearsal, call: MethodCall(plugin: entry.plugin?.record.name))
    }

    /// Seconds of a step's calls into a method beside its losses: through the protocol, and through the library where it has one.
    private func callSeconds(_ subject: Subject) throws -> Double {
        let count = 10_000, context = StepContext(step: 0, totalSteps: 1)
        let method = subject.rehearsal.method, batch = subject.rehearsal.batch
        let seconds = try Stopwatch.seconds(repeats: 1, warmups: 0) {
            for _ in 0..<count {
                _ = try subject.call("in its transform") { try method.transform(batch, .normalized, at: context) }
                _ = try subject.call("before an update") { try method.willUpdate(context) }
            }
        }
        return seconds[0] / Double(count)
    }
}

/// Which methods are compared.
public struct MethodsBenchmarkOptions: ConfigurationGroup {
    /// Names, each with settings of its own behind `+`, separated by commas.
    public var methods = "fixmatch,fixmatch+method.forward=joint,cmpl,temporal-gradient"

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("methods", \.methods, help: "Methods to compare: names with settings behind +, separated by commas.")
    ]
}
