import Files

/// Where a value was written.
public enum ConfigurationOrigin: Sendable, Equatable, CustomStringConvertible {
    /// The declaration.
    case standard
    /// The values of a method's publication.
    case method(String)
    /// The values that a data set recommends.
    case dataSet(String)
    /// A line of a YAML file, from 1.
    case file(path: String, line: Int)
    /// The configuration recorded by a run.
    case run(path: String)
    /// A flag or `key=value`.
    case commandLine

    /// Whether a person wrote the value for this run.
    public var isWritten: Bool {
        switch self {
        case .file, .commandLine: true
        case .standard, .method, .dataSet, .run: false
        }
    }

    public var description: String {
        switch self {
        case .standard: "default"
        case .method(let name): "method \(name)"
        case .dataSet(let name): "data set \(name)"
        case .file(let path, let line): "\(path):\(line)"
        case .run(let path): "run \(path)"
        case .commandLine: "command line"
        }
    }
}

/// One thing that is wrong with a configuration.
public enum ConfigurationFinding: Sendable, Equatable, CustomStringConvertible {
    case unknownKey(key: String, origin: ConfigurationOrigin, nearest: String?)
    case wrongType(key: String, found: String, expected: String, origin: ConfigurationOrigin)
    case outOfRange(key: String, found: String, allowed: String, origin: ConfigurationOrigin)
    case notAnAssignment(argument: String)
    case malformed(origin: ConfigurationOrigin, reason: String)
    case conflict(reason: String)

    public var description: String {
        switch self {
        case .unknownKey(let key, let origin, let nearest):
            "\(origin): there is no option \(key)" + (nearest.map { "; did you mean \($0)?" } ?? "")
        case .wrongType(let key, let found, let expected, let origin):
            "\(origin): \(key) is \(found); expected \(expected)"
        case .outOfRange(let key, let found, let allowed, let origin):
            "\(origin): \(key) is \(found); allowed: \(allowed)"
        case .notAnAssignment(let argument):
            "command line: found \"\(argument)\"; expected key=value, for example epochs=10"
        case .malformed(let origin, let reason):
            "\(origin): \(reason)"
        case .conflict(let reason):
            reason
        }
    }
}

/// A configuration that cannot be used, with everything that is wrong about it.
public struct ConfigurationError: ReportedError, Equatable {
    /// At least one finding, in the order of precedence of their origins.
    public let findings: [ConfigurationFinding]

    /// An error of these findings.
    public init(findings: [ConfigurationFinding]) { self.findings = findings }

    public var exitCode: ExitCode { .configuration }

    public var description: String {
        findings.count == 1
            ? findings[0].description
            : "the configuration has \(findings.count) mistakes:\n" + findings.map { "  \($0)" }.joined(separator: "\n")
    }
}
