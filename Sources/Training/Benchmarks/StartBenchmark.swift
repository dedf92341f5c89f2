import Files
import Foundation

/// How long a new process takes until its first step begins.
///
/// The process is this program again with `bench step repeats=1 warmups=0 limit=false`; what its steps took is taken off the time
/// from its start to its end.
struct StartBenchmark {
    let bench: BenchmarkSetting

    init(_ bench: BenchmarkSetting) { self.bench = bench }

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let arguments = ["bench", "step", "repeats=1", "warmups=0", "limit=false"] + settings
        let seconds = try (0..<(bench.options.warmups + bench.options.repeats)).map { _ in
            let begin = ContinuousClock.now
            let steps = try start(arguments)
            return begin.duration(to: .now).seconds - steps
        }.dropFirst(bench.options.warmups)
        try report(
            BenchmarkResult(
                bench: bench.name, subject: "\(bench.subject(clips: bench.batch.labeled)) until the first step", unit: "1/s",
                rates: seconds.map { 1 / $0 }))
    }

    /// Everything that was set, for the child.
    private var settings: [String] {
        let own = ["repeats", "warmups", "limit"]
        return bench.configuration.entries.filter { $0.origin != .standard && !own.contains($0.declaration.name) }
            .map { "\($0.declaration.name)=\($0.value.stringValue ?? $0.value.serialized())" }
    }

    /// Runs the process; returns the seconds that its steps took.
    private func start(_ arguments: [String]) throws -> Double {
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let result = try? JSON(parsing: Array(text))
        guard process.terminationStatus == 0, let seconds = result?["stepSeconds"]?.realValue else {
            throw FileError.malformed(
                path: "semisup \(arguments.joined(separator: " "))",
                reason: "ended with \(process.terminationStatus) and no result")
        }
        return seconds
    }
}
