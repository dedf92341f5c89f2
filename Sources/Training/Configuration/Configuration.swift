import Files

/// A complete configuration: every option of a schema with an allowed value and where that came from.
public struct Configuration: Sendable {
    /// One option.
    public struct Entry: Sendable {
        /// What is known about the option.
        public let declaration: OptionDeclaration
        /// Its value.
        public internal(set) var value: JSON
        /// Where the value was written.
        public internal(set) var origin: ConfigurationOrigin
    }

    /// In the order of the schema.
    public let entries: [Entry]
    private let indices: [String: Int]

    init(entries: [Entry]) {
        self.entries = entries
        indices = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.declaration.name, $0) })
    }

    /// The option called `name`, or nil.
    public subscript(name: String) -> Entry? { indices[name].map { entries[$0] } }

    /// The values of a group that was part of the schema.
    public subscript<Group: ConfigurationGroup>(_ group: Group.Type) -> Group {
        var values = Group()
        for option in Group.options {
            guard let entry = self[option.declaration.name], let input = ConfigurationInput(entry.value) else {
                preconditionFailure("\(option.declaration.name) was not part of the schema")
            }
            do throws(OptionProblem) {
                try option.assign(&values, input)
            } catch {
                preconditionFailure("\(option.declaration.name): \(entry.value) does not read back")
            }
        }
        return values
    }

    /// All values under their dotted names, for `run.json`; `ConfigurationLayer.recorded` reads it.
    public var json: JSON { .object(entries.map { ($0.declaration.name, $0.value) }) }

    /// A digest of every value that changes results: two configurations with one digest describe the same run.
    public var digest: String {
        let results = entries.filter(\.declaration.changesResults).sorted { $0.declaration.name < $1.declaration.name }
        return SHA256.hexadecimal(of: JSON.object(results.map { ($0.declaration.name, $0.value) }).serialized())
    }
}

/// An option that two configurations disagree about.
public struct ConfigurationDifference: Sendable, Equatable, CustomStringConvertible {
    /// The dotted name.
    public let name: String
    /// The value in the one; nil where it has no such option.
    public let old: JSON?
    /// The value in the other; nil where it has no such option.
    public let new: JSON?
    /// Whether results depend on the option.
    public let changesResults: Bool

    public var description: String {
        "\(name): \(old.map(Configuration.text) ?? "no such option"), now \(new.map(Configuration.text) ?? "no such option")"
    }
}

extension Configuration {
    /// What differs when `old` is replaced by this configuration, in the order of the options.
    public func differences(from old: Configuration) -> [ConfigurationDifference] {
        func difference(_ declaration: OptionDeclaration) -> ConfigurationDifference? {
            let before = old[declaration.name]?.value
            let after = self[declaration.name]?.value
            guard before != after else { return nil }
            return ConfigurationDifference(
                name: declaration.name, old: before, new: after, changesResults: declaration.changesResults)
        }
        let gone = old.entries.filter { self[$0.declaration.name] == nil }
        return (entries + gone).compactMap { difference($0.declaration) }
    }
}
