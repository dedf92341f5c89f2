import Files
import Foundation

/// How long a new process takes until it has trained one step.
///
/// The process is this program again with `bench step repeats=1 warmups=0 limit=false`; it is timed from its start to its result.
struct StartBenchmark {
    let bench: BenchmarkSetting

    init(_ bench: BenchmarkSetting) { self.bench = bench }

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let arguments = ["bench", "step", "repeats=1", "warmups=0", "limit=false"] + settings
        let seconds = try bench.seconds { try start(arguments) }
        try report(
            BenchmarkResult(
                bench: bench.name, subject: "\(bench.subject(clips: bench.batch.labeled)) first step", unit: "1/s",
                rates: seconds.map { 1 / $0 }))
    }

    /// Everything that was set, for the child.
    private var settings: [String] {
        let own = ["repeats", "warmups", "limit"]
        return bench.configuration.entries.filter { $0.origin != .standard && !own.contains($0.declaration.name) }
            .map { "\($0.declaration.name)=\($0.value.stringValue ?? $0.value.serialized())" }
    }

    private func start(_ arguments: [String]) throws {
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0, !text.isEmpty else {
            throw FileError.malformed(
                path: "semisup \(arguments.joined(separator: " "))",
                reason: "ended with \(process.terminationStatus) and no result")
        }
    }
}
