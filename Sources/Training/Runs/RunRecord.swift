import Datasets
import Files
import Foundation

/// The content of `run.json`: all that has to be known to repeat a run, and how it stands.
public struct RunRecord: Sendable, Equatable {
    /// How a run stands. `running` without a lock means that its process was killed.
    public enum State: String, Sendable { case running, stopped, failed, finished }

    /// How the run stands.
    public var state = State.running
    /// Every option under its dotted name (`Configuration.json`).
    public var configuration: JSON
    /// Seeds by purpose.
    public var seeds: [String: Int]
    /// SHA-256 by what was digested: data lists, initial weights, the configuration.
    public var digests: [String: String]
    /// Versions by library or program.
    public var versions: [String: String]
    /// The instruction sets of the kernels: results repeat bit for bit on the same set.
    public var kernelSet: String
    /// Threads that compute.
    public var threads: Int
    /// What activations were held in: `f32` or `bf16`.
    public var precision: String
    /// The names of the classes in index order.
    public var classes: [String] = []
    /// What its samples are.
    public var samples = SampleKind.clips
    /// The steps that the run is to take; nil where an earlier version wrote it.
    public var plannedSteps: Int?
    /// The name of the machine.
    public var host = RunRecord.hostName
    /// When the run was created, in UTC after ISO 8601.
    public var created = RunRecord.now
    /// The steps from which on something was another that changes results, and what.
    public var changes: [JSON] = []
    /// Whether a checkpoint has been completed: a run that has none any more has lost them.
    public var hasCheckpoints = false
    /// What was found of the clips that were read; nil while the run is at its first attempt.
    public var damage: JSON?
    /// What a finished run reported.
    public var result: JSON?

    /// A record of a run that begins now on this machine.
    public init(
        configuration: JSON, seeds: [String: Int], digests: [String: String] = [:], versions: [String: String] = [:],
        kernelSet: String, threads: Int, precision: String = "f32"
    ) {
        self.configuration = configuration
        self.seeds = seeds
        self.digests = digests
        self.versions = versions
        self.kernelSet = kernelSet
        self.threads = threads
        self.precision = precision
    }

    /// The name of this machine.
    public static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static var now: String { Date().formatted(.iso8601) }
}

// MARK: run.json

extension RunRecord {
    private static let format = 1

    /// The document.
    public var json: JSON {
        var members: [(key: String, value: JSON)] = [
            ("format", .integer(Self.format)), ("state", .string(state.rawValue)), ("created", .string(created)),
            ("host", .string(host)), ("kernelSet", .string(kernelSet)), ("threads", .integer(threads)),
            ("precision", .string(precision)), ("seeds", Self.object(seeds) { .integer($0) }),
            ("digests", Self.object(digests) { .string($0) }),
            ("versions", Self.object(versions) { .string($0) }), ("classes", .array(classes.map(JSON.string))),
            ("configuration", configuration),
        ]
        if samples != .clips { members.append(("samples", .string(samples.rawValue))) }
        if let plannedSteps { members.append(("plannedSteps", .integer(plannedSteps))) }
        if hasCheckpoints { members.append(("hasCheckpoints", .boolean(true))) }
        if !changes.isEmpty { members.append(("changes", .array(changes))) }
        if let damage { members.append(("damage", damage)) }
        if let result { members.append(("result", result)) }
        return .object(members)
    }

    /// Reads the record of the run in `folder`, which may be at work. Throws `file(.missing)` or `notARun` where there is none.
    public init(ofRun folder: String) throws(RunError) {
        guard access(folder, F_OK) == 0 else { throw .file(.missing(path: folder)) }
        guard access(folder + "/run.json", F_OK) == 0 else { throw .notARun(path: folder) }
        try self.init(contentsOf: folder + "/run.json")
    }

    /// Reads the `run.json` at `path`. Throws `malformedRecord` with the first field that is missing or wrong.
    public init(contentsOf path: String) throws(RunError) {
        try self.init(asRunError { () throws(FileError) in try JSON(contentsOf: path) }, path: path)
    }

    /// Takes apart the document `json`, which came from `path`.
    init(_ json: JSON, path: String) throws(RunError) {
        func field<Value>(_ name: String, _ expected: String, _ read: (JSON) -> Value?) throws(RunError) -> Value {
            guard let value = json[name].flatMap(read) else {
                throw .malformedRecord(path: path, field: name, expected: expected)
            }
            return value
        }
        _ = try field("format", "\(Self.format); another version of semisup wrote this run") {
            $0 == .integer(Self.format) ? true : nil
        }
        configuration = try field("configuration", "an object of options") { $0.objectValue == nil ? nil : $0 }
        seeds = try field("seeds", "an object of whole numbers") { Self.dictionary($0, \.integerValue) }
        digests = try field("digests", "an object of texts") { Self.dictionary($0, \.stringValue) }
        versions = try field("versions", "an object of texts") { Self.dictionary($0, \.stringValue) }
        kernelSet = try field("kernelSet", "a text", \.stringValue)
        threads = try field("threads", "a whole number", \.integerValue)
        precision = json["precision"]?.stringValue ?? "f32"
        classes = try field("classes", "a list of texts") { $0.arrayValue?.compactMap(\.stringValue) }
        host = try field("host", "a text", \.stringValue)
        created = try field("created", "a text", \.stringValue)
        state = try field("state", "running, stopped, failed or finished") { $0.stringValue.flatMap { State(rawValue: $0) } }
        samples = json["samples"]?.stringValue.flatMap { SampleKind(rawValue: $0) } ?? .clips
        plannedSteps = json["plannedSteps"]?.integerValue
        changes = json["changes"]?.arrayValue ?? []
        hasCheckpoints = json["hasCheckpoints"] == .boolean(true)
        damage = json["damage"]
        result = json["result"]
    }

    private static func object<Value>(_ values: [String: Value], _ json: (Value) -> JSON) -> JSON {
        .object(values.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) })
    }

    private static func dictionary<Value>(_ json: JSON, _ read: (JSON) -> Value?) -> [String: Value]? {
        guard let members = json.objectValue else { return nil }
        var values: [String: Value] = [:]
        for (key, member) in members {
            guard let value = read(member) else { return nil }
            values[key] = value
        }
        return values
    }
}

extension RunRecord {
    /// The value of an option as on the command line; nil for what the run does not have, and for places, which it tells from the root.
    public func text(of option: String) -> String? {
        Configuration.places.contains(option) ? nil : configuration[option].map(Configuration.text)
    }
}
