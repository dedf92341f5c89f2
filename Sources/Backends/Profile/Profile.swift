import Files
import Synchronization

/// What each call of the backend cost, and the phases of the steps around them.
public final class Profile: Sendable {
    /// One call, or one phase.
    public struct Event: Sendable {
        /// What was done: `convolution`, or the name of a phase.
        public let name: String
        /// The layer whose parameters took part, such as `layer1.0.conv1.0`; empty where none did.
        public let layer: String
        /// When, in nanoseconds since the profile began, and for how long.
        public let start: Int, duration: Int
        /// Additions and multiplications by the plain definition of a product, and the bytes of all arrays of the call.
        public let operations: Int, bytes: Int
        /// Whether this is a phase, with calls inside.
        public let isPhase: Bool
    }

    private struct State {
        var events: [Event] = []
        var layers: [ObjectIdentifier: String] = [:]
    }

    private let state = Mutex(State())
    private let begin = ContinuousClock.now
    private let backend: any Backend
    private let allocationsBefore: Int

    init(of backend: any Backend) {
        self.backend = backend
        allocationsBefore = backend.memoryStatistics.systemAllocations
    }

    /// Requests to the system for tensor storage since the profile began.
    public var allocations: Int { backend.memoryStatistics.systemAllocations - allocationsBefore }

    /// All events in the order in which they ended.
    public var events: [Event] { state.withLock(\.events) }

    /// Says which layer a parameter belongs to.
    public func name(_ parameter: StridedArray, layer: String) {
        state.withLock { $0.layers[ObjectIdentifier(parameter.buffer)] = layer }
    }

    func layer(of array: StridedArray) -> String? { state.withLock { $0.layers[ObjectIdentifier(array.buffer)] } }

    /// Measures `body` as a phase: `forward`, `backward`, `update`.
    public func phase<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        let start = now
        defer { add(Event(name: name, layer: "", start: start, duration: now - start, operations: 0, bytes: 0, isPhase: true)) }
        return try body()
    }

    /// Nanoseconds since the profile began.
    var now: Int {
        let (seconds, attoseconds) = begin.duration(to: .now).components
        return Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
    }

    func add(_ event: Event) { state.withLock { $0.events.append(event) } }
}

// MARK: What it comes to

extension Profile {
    /// All calls of one operation on one layer.
    public struct Row: Sendable {
        /// The operation and the layer.
        public let operation: String, layer: String
        /// Calls, and what they cost together.
        public var calls = 0, nanoseconds = 0, operations = 0, bytes = 0
    }

    /// The calls by operation and layer, the costliest first.
    public var rows: [Row] { grouped { ($0.name, $0.layer) } }

    /// The calls by operation, the costliest first.
    public var operationRows: [Row] { grouped { ($0.name, "") } }

    /// The time in all steps, phases that lie in no other phase.
    public var nanoseconds: Int { events.filter { $0.isPhase && $0.name == Profile.step }.reduce(0) { $0 + $1.duration } }

    /// The steps that were profiled.
    public var steps: Int { events.count { $0.isPhase && $0.name == Profile.step } }

    /// The name of the phase that is a whole step.
    public static let step = "step"

    /// The share of the steps spent outside convolutions and matrix products.
    public var shareOutsideProducts: Double {
        let products = events.filter { !$0.isPhase && $0.operations > 0 }.reduce(0) { $0 + $1.duration }
        return nanoseconds > 0 ? 1 - Double(products) / Double(nanoseconds) : 0
    }

    /// The calls of the engine.
    public var calls: Int { events.count { !$0.isPhase } }

    private func grouped(_ key: (Event) -> (String, String)) -> [Row] {
        var rows: [String: Row] = [:]
        for event in events where !event.isPhase {
            let (operation, layer) = key(event)
            var row = rows["\(operation) \(layer)"] ?? Row(operation: operation, layer: layer)
            row.calls += 1
            row.nanoseconds += event.duration
            row.operations += event.operations
            row.bytes += event.bytes
            rows["\(operation) \(layer)"] = row
        }
        return rows.values.sorted { ($1.nanoseconds, $0.operation, $0.layer) < ($0.nanoseconds, $1.operation, $1.layer) }
    }

    /// The events in the Trace Event Format, which the viewers of Chrome and Perfetto open.
    public var trace: JSON {
        let list = events.sorted { $0.start < $1.start }.map { event -> JSON in
            var arguments: [(key: String, value: JSON)] = []
            if !event.layer.isEmpty { arguments.append(("layer", .string(event.layer))) }
            if event.operations > 0 {
                arguments.append(("GFLOP/s", .real(Double(event.operations) / Double(max(1, event.duration)))))
            }
            if event.bytes > 0 { arguments.append(("bytes", .integer(event.bytes))) }
            return .object([
                ("name", .string(event.name)), ("cat", .string(event.isPhase ? "phase" : "operation")), ("ph", .string("X")),
                ("ts", .real(Double(event.start) / 1000)), ("dur", .real(Double(event.duration) / 1000)),
                ("pid", .integer(1)), ("tid", .integer(1)), ("args", .object(arguments)),
            ])
        }
        return .object([("displayTimeUnit", .string("ms")), ("traceEvents", .array(list))])
    }
}
