import Files
import Foundation
import Tensor

/// One measurement, as `semisup bench` prints it.
public struct BenchmarkResult: Sendable, Equatable {
    /// What was measured: `step`.
    public let bench: String
    /// On what: `r3d18 f32 4x8x112x112`.
    public let subject: String
    /// The unit of all rates: higher is better.
    public let unit: String
    /// The rate of each repeat.
    public let rates: [Double]
    /// What the machine allows at most, in the same unit, and where that comes from; nil where nothing is known.
    public let limit: (rate: Double, name: String)?
    /// Further numbers by name, and a text about them.
    public let details: [(name: String, value: Double)], note: (name: String, text: String)?
    /// The highest resident memory of the process so far, in MiB.
    public let peakMiB: Double
    /// The most that the processor supports, and the kernels that ran.
    public let cpu: KernelSet, kernelSet: KernelSet

    /// A result of this process; there is at least one rate.
    public init(
        bench: String, subject: String, unit: String, rates: [Double], limit: (rate: Double, name: String)? = nil,
        details: [(name: String, value: Double)] = [], note: (name: String, text: String)? = nil
    ) {
        precondition(!rates.isEmpty, "a measurement without repeats")
        self.bench = bench
        self.subject = subject
        self.unit = unit
        self.rates = rates.sorted()
        self.limit = limit
        self.details = details
        self.note = note
        peakMiB = ProcessMemory.peakMiB
        cpu = .best
        kernelSet = Engine.backend.description.kernelSet
    }

    /// The result with further numbers.
    func adding(_ more: [(name: String, value: Double)]) -> BenchmarkResult {
        BenchmarkResult(
            bench: bench, subject: subject, unit: unit, rates: rates, limit: limit, details: details + more, note: note)
    }

    /// The median rate.
    public var value: Double { (rates[(rates.count - 1) / 2] + rates[rates.count / 2]) / 2 }

    /// The object of one line.
    public var json: JSON {
        let members: [(key: String, value: JSON)] = [
            ("bench", .string(bench)), ("case", .string(subject)), ("value", .real(value)), ("unit", .string(unit)),
            ("minimum", .real(rates[0])), ("maximum", .real(rates[rates.count - 1])), ("repeats", .integer(rates.count)),
            ("limit", limit.map { .real($0.rate) } ?? .null), ("limitName", limit.map { .string($0.name) } ?? .null),
            ("peakMiB", .real(peakMiB)), ("cpu", .string(cpu.rawValue)), ("kernelSet", .string(kernelSet.rawValue)),
        ]
        let further = details.map { (key: $0.name, value: JSON.real($0.value)) }
        let notes = note.map { [(key: $0.name, value: JSON.string($0.text))] } ?? []
        return .object(members + further + notes)
    }

    public static func == (left: BenchmarkResult, right: BenchmarkResult) -> Bool { left.json == right.json }
}

/// Times repeats of the same work.
enum Stopwatch {
    /// The seconds of each of `repeats` runs of `body`, after `warmups` that do not count.
    static func seconds(repeats: Int, warmups: Int, _ body: () throws -> Void) rethrows -> [Double] {
        for _ in 0..<warmups { try body() }
        return try (0..<repeats).map { _ in
            let begin = ContinuousClock.now
            try body()
            return begin.duration(to: .now).seconds
        }
    }
}
