import Files
import Training

/// Reads the sections of a sweep file; what is wrong becomes findings.
struct SweepFileReader {
    let path: String
    var findings: [ConfigurationFinding]

    /// The members of the whole file by name, of those that are known.
    mutating func sections(_ root: YAMLNode?, known: [String]) -> [String: YAMLNode.Member] {
        guard let root, case .mapping(let members) = root.value else {
            if findings.isEmpty {
                malformed(root?.line ?? 1, "expected a sweep, with base: and grid: (semisup sweep run --help shows one)")
            }
            return [:]
        }
        for member in members where !known.contains(member.name) {
            let isOption = ConfigurationSchema.training.declaration(of: member.name) != nil
            let nearest = NearestName.likely(member.name, among: known).map { "; did you mean \($0)?" } ?? ""
            malformed(
                member.line,
                "there is no section \(member.name) in a sweep file"
                    + (isOption ? "; the option belongs under base: or grid:" : nearest)
                    + " (known: \(known.joined(separator: ", ")))")
        }
        return Dictionary(members.map { ($0.name, $0) }) { first, _ in first }
    }

    /// `grid:` an option and its values on each line; sections and dotted names mean the same.
    mutating func grid(_ member: YAMLNode.Member) -> [SweepFile.Axis] {
        guard case .mapping(let members) = member.node.value else {
            if case .scalar(.null) = member.node.value { return [] }
            malformed(member.line, "grid: expected options with lists of values, `labels: [1%, 10%]` on each line")
            return []
        }
        return axes(members, prefix: "")
    }

    private mutating func axes(_ members: [YAMLNode.Member], prefix: String) -> [SweepFile.Axis] {
        var axes: [SweepFile.Axis] = []
        for member in members {
            let name = prefix + member.name
            if case .mapping(let section) = member.node.value {
                axes += self.axes(section, prefix: name + ".")
                continue
            }
            let values = values(member.node)
            if case .sequence(let nodes) = member.node.value, let wrong = nodes.first(where: \.isMapping) {
                malformed(wrong.line, "\(name): a section stands among the values; expected values alone")
            }
            if values.isEmpty { malformed(member.line, "\(name): the list is empty; expected at least one value") }
            if let twice = values.indices.first(where: { values[..<$0].contains(values[$0]) }) {
                malformed(member.line, "\(name): \(values[twice].words) is in the list twice")
            }
            axes.append(.init(name: name, values: values, origin: origin(member.line)))
        }
        for (place, axis) in axes.enumerated() where axes[..<place].contains(where: { $0.name == axis.name }) {
            findings.append(.malformed(origin: axis.origin, reason: "\(axis.name) is in the grid twice"))
        }
        return axes
    }

    /// The values of a list, whose elements may be lists; a single value is a list of one.
    private func values(_ node: YAMLNode) -> [ConfigurationInput] {
        switch node.value {
        case .scalar(let input): [input]
        case .mapping: []
        case .sequence(let nodes):
            nodes.compactMap { node in
                switch node.value {
                case .scalar(let input): input
                case .sequence(let inner):
                    .list(inner.compactMap { if case .scalar(let input) = $0.value { input.words } else { nil } })
                case .mapping: nil
                }
            }
        }
    }

    mutating func exclusions(_ member: YAMLNode.Member, of axes: [SweepFile.Axis]) -> [SweepFile.Selection] {
        elements(member).map { element in
            let selection = selection(element.members, element.line)
            for (name, wanted) in selection.values {
                guard let axis = axes.first(where: { $0.name == name }) else {
                    malformed(
                        element.line, "exclude: \(name) is not in the grid; expected \(axes.map(\.name).joined(separator: ", "))")
                    continue
                }
                for value in wanted where !axis.values.contains(value) {
                    malformed(
                        element.line,
                        "exclude: \(name) is never \(value.words); expected \(axis.values.map(\.words).joined(separator: ", "))")
                }
            }
            return selection
        }
    }

    mutating func repeats(_ member: YAMLNode.Member) -> Int? {
        guard case .scalar(let input) = member.node.value, let count = Int(input), 1...1000 ~= count else {
            malformed(member.line, "repeats: expected the number of seeds of each cell, 1 to 1000")
            return nil
        }
        return count
    }

    mutating func references(_ member: YAMLNode.Member) -> [SweepFile.Reference] {
        let own = ["result", "percent", "deviation", "source"]
        return elements(member).compactMap { element in
            var facts: [String: String] = [:]
            for fact in element.members where own.contains(fact.name) {
                if case .scalar(let input) = fact.node.value { facts[fact.name] = input.text ?? "" }
            }
            let selection = selection(element.members.filter { !own.contains($0.name) }, element.line)
            guard let source = source(facts) else {
                malformed(
                    element.line,
                    "published: expected result: with a name of splits/published-results, or percent: (0 to 100) with source: "
                        + "and perhaps deviation:")
                return nil
            }
            return .init(selection: selection, source: source)
        }
    }

    private func source(_ facts: [String: String]) -> SweepFile.Reference.Source? {
        if let name = facts["result"] { return facts.count == 1 && !name.isEmpty ? .result(name) : nil }
        guard let percent = facts["percent"].flatMap(Double.init), 0...100 ~= percent, let source = facts["source"],
            !source.isEmpty
        else { return nil }
        let deviation = facts["deviation"].map(Double.init)
        if case .some(.none) = deviation { return nil }
        return .number(PublishedNumber(percent: percent, deviation: deviation ?? nil, source: source))
    }

    /// The sections of a list of sections.
    private mutating func elements(_ member: YAMLNode.Member) -> [(members: [YAMLNode.Member], line: Int)] {
        if case .scalar(.null) = member.node.value { return [] }
        guard case .sequence(let nodes) = member.node.value else {
            malformed(member.line, "\(member.name): expected a list, `- {labels: 1%}` on each line")
            return []
        }
        return nodes.compactMap { node in
            guard case .mapping(let members) = node.value, !members.isEmpty else {
                malformed(node.line, "\(member.name): expected options with values, such as {labels: 1%}")
                return nil
            }
            return (members, node.line)
        }
    }

    private func selection(_ members: [YAMLNode.Member], _ line: Int) -> SweepFile.Selection {
        func flattened(_ members: [YAMLNode.Member], _ prefix: String) -> [(name: String, anyOf: [ConfigurationInput])] {
            members.flatMap { member -> [(name: String, anyOf: [ConfigurationInput])] in
                guard case .mapping(let section) = member.node.value else {
                    return [(prefix + member.name, values(member.node))]
                }
                return flattened(section, prefix + member.name + ".")
            }
        }
        return .init(values: flattened(members, ""), origin: origin(line))
    }

    private func origin(_ line: Int) -> ConfigurationOrigin { .file(path: path, line: line) }

    private mutating func malformed(_ line: Int, _ reason: String) {
        findings.append(.malformed(origin: origin(line), reason: reason))
    }
}

extension YAMLNode {
    fileprivate var isMapping: Bool {
        if case .mapping = value { true } else { false }
    }
}

extension ConfigurationInput {
    /// The text of a single value; nil for null and lists.
    var text: String? { String(self) }
}
