import Files

/// The values that one source gives, before they are checked; later layers win over earlier ones.
public struct ConfigurationLayer: Sendable {
    /// What was written for one option.
    public struct Entry: Sendable, Equatable {
        /// The dotted name as it was written.
        public let name: String
        /// What was written.
        public let input: ConfigurationInput
        /// Where it was written.
        public let origin: ConfigurationOrigin
    }

    /// In the order in which they were written; of two entries with one name the later wins.
    public internal(set) var entries: [Entry] = []
    /// What could not be read at all; reported together with everything else by `ConfigurationSchema.resolve`.
    public internal(set) var findings: [ConfigurationFinding] = []

    init() {}

    /// A layer of values that somebody wrote.
    public init(_ values: [(name: String, input: ConfigurationInput, origin: ConfigurationOrigin)]) {
        entries = values.map { Entry(name: $0.name, input: $0.input, origin: $0.origin) }
    }

    /// Arguments of the form `key=value`, and flags as pairs before them (`--method fixmatch` is `("method", "fixmatch")`).
    public static func commandLine(_ arguments: [String], flags: [(String, String)] = []) -> Self {
        var layer = Self()
        layer.entries = flags.map { Entry(name: $0.0, input: .text($0.1), origin: .commandLine) }
        for argument in arguments {
            guard let separator = argument.firstIndex(of: "="), separator > argument.startIndex else {
                layer.findings.append(.notAnAssignment(argument: argument))
                continue
            }
            let value = String(argument[argument.index(after: separator)...])
            layer.entries.append(Entry(name: String(argument[..<separator]), input: .text(value), origin: .commandLine))
        }
        return layer
    }

    /// The values that a built-in data set recommends. Those for `method.*` apply where the chosen method has them.
    public static func dataSet(_ name: String, recommends values: [(String, ConfigurationInput)]) -> Self {
        var layer = Self()
        layer.entries = values.map { Entry(name: $0.0, input: $0.1, origin: .dataSet(name)) }
        return layer
    }

    /// The values of the publication of `method`.
    public static func method(_ method: MethodManifest) -> Self {
        var layer = Self()
        layer.entries = method.defaults.map { Entry(name: $0.option, input: .text($0.value), origin: .method(method.name)) }
        return layer
    }

    /// The configuration that the `run.json` of the run at `path` holds.
    public static func recorded(_ configuration: JSON, path: String) -> Self {
        var layer = Self()
        let origin = ConfigurationOrigin.run(path: path)
        guard let members = configuration.objectValue else {
            layer.findings.append(.malformed(origin: origin, reason: "expected an object of options in run.json"))
            return layer
        }
        for (name, value) in members {
            if let input = ConfigurationInput(value) {
                layer.entries.append(Entry(name: name, input: input, origin: origin))
            } else {
                layer.findings.append(
                    .malformed(origin: origin, reason: "\(name): expected one value, found \(value.serialized())"))
            }
        }
        return layer
    }

    /// The last text given for `name`: what decides about further options before all are known (`method`, `data`).
    public static func text(of name: String, in layers: [Self]) -> String? {
        layers.lazy.reversed().compactMap { layer in
            layer.entries.last { $0.name == name }.flatMap { String($0.input) }
        }.first
    }
}
