import Files

/// The options that exist: the groups of the kit and those of a method.
public struct ConfigurationSchema: Sendable {
    /// The groups in the order of the help.
    public let groups: [any ConfigurationGroup.Type]
    /// Every option in the order of the help.
    public let declarations: [OptionDeclaration]
    private let indices: [String: Int]

    /// Puts `groups` together. No two options may have one name.
    public init(_ groups: [any ConfigurationGroup.Type]) {
        self.groups = groups
        declarations = groups.flatMap { $0.declarations }
        indices = Dictionary(declarations.enumerated().map { ($1.name, $0) }) { first, _ in
            preconditionFailure("two options have one name")
        }
    }

    /// This schema and the options that a method declares.
    public func adding(_ groups: [any ConfigurationGroup.Type]) -> Self { Self(self.groups + groups) }

    /// The declaration of an option, or nil.
    public func declaration(of name: String) -> OptionDeclaration? { indices[name].map { declarations[$0] } }

    /// Those of `settings`, each `key=value`, whose key is an option.
    public func known(_ settings: [String]) -> [String] {
        settings.filter { declaration(of: String($0.prefix { $0 != "=" })) != nil }
    }

    /// The names that begin with `prefix.`; there may be none.
    private func hasSection(_ prefix: String) -> Bool { declarations.contains { $0.name.hasPrefix(prefix + ".") } }

    /// Checks every entry of every layer, and lets later layers win.
    ///
    /// Throws all mistakes together, those of values too that a later layer replaces.
    public func resolve(_ layers: [ConfigurationLayer]) throws(ConfigurationError) -> Configuration {
        var entries = declarations.map { Configuration.Entry(declaration: $0, value: $0.defaultValue, origin: .standard) }
        var findings: [ConfigurationFinding] = []
        for layer in layers {
            findings += layer.findings
            for entry in layer.entries {
                guard let index = indices[entry.name] else {
                    if !isLeftOut(entry) { findings.append(unknown(entry)) }
                    continue
                }
                do throws(OptionProblem) {
                    entries[index].value = try declarations[index].check(entry.input)
                    entries[index].origin = entry.origin
                } catch {
                    findings.append(finding(error, entry, declarations[index]))
                }
            }
        }
        let configuration = Configuration(entries: entries)
        if findings.isEmpty {
            findings = groups.flatMap { $0.conflicts(in: configuration) }.map { .conflict(reason: $0) }
        }
        guard findings.isEmpty else { throw ConfigurationError(findings: findings) }
        return configuration
    }

    /// An empty section of a file; a data set's recommendation for a method that has no such option.
    private func isLeftOut(_ entry: ConfigurationLayer.Entry) -> Bool {
        if case .dataSet = entry.origin { return entry.name.hasPrefix("method.") }
        return entry.input == .null && hasSection(entry.name)
    }

    private func unknown(_ entry: ConfigurationLayer.Entry) -> ConfigurationFinding {
        .unknownKey(
            key: entry.name, origin: entry.origin, nearest: NearestName.to(entry.name, among: declarations.map(\.name)))
    }

    private func finding(_ problem: OptionProblem, _ entry: ConfigurationLayer.Entry, _ option: OptionDeclaration)
        -> ConfigurationFinding
    {
        switch problem {
        case .wrongType:
            .wrongType(key: option.name, found: entry.input.words, expected: option.expectation, origin: entry.origin)
        case .outOfRange:
            .outOfRange(key: option.name, found: entry.input.words, allowed: option.allowed ?? "", origin: entry.origin)
        }
    }
}

extension ConfigurationGroup {
    static var declarations: [OptionDeclaration] { options.map(\.declaration) }
    static func conflicts(in configuration: Configuration) -> [String] { configuration[Self.self].conflicts }
}
