import Files

// Nested mappings and dotted names mean the same: `optimizer: {momentum: 0.9}` is `optimizer.momentum: 0.9`.

extension ConfigurationLayer {
    /// More values than any honest file has.
    private static let valueLimit = 1000

    /// Reads a YAML file. Throws `FileError` when it cannot be read; mistakes inside become findings of the layer.
    public static func file(_ path: String) throws(FileError) -> Self {
        let document = try YAMLNode.file(path, limit: valueLimit)
        var layer = document.root.map { Self(section: $0, of: path) } ?? Self()
        layer.findings = document.findings + layer.findings
        return layer
    }

    /// The options that `section` of the YAML file at `path` gives; mistakes become findings of the layer.
    public init(section: YAMLNode, of path: String) {
        self.init()
        switch section.value {
        case .mapping(let members): add(members, prefix: "", path: path)
        case .scalar(.null): break
        default: malformed(section.line, path, "expected options, `key: value` on each line")
        }
    }

    private mutating func add(_ members: [YAMLNode.Member], prefix: String, path: String) {
        for member in members {
            let dotted = prefix + member.name
            switch member.node.value {
            case .mapping(let section): add(section, prefix: dotted + ".", path: path)
            case .scalar(let input): append(dotted, input, member.line, path)
            case .sequence(let nodes):
                let texts = nodes.compactMap(\.text)
                if texts.count == nodes.count {
                    append(dotted, .list(texts), member.line, path)
                } else {
                    malformed(member.line, path, "\(dotted): expected single values in the list")
                }
            }
        }
    }

    private mutating func append(_ name: String, _ input: ConfigurationInput, _ line: Int, _ path: String) {
        let origin = ConfigurationOrigin.file(path: path, line: line)
        if entries.contains(where: { $0.name == name }) {
            findings.append(.malformed(origin: origin, reason: "\(name) is given twice in this file"))
        } else {
            entries.append(Entry(name: name, input: input, origin: origin))
        }
    }

    private mutating func malformed(_ line: Int, _ path: String, _ reason: String) {
        findings.append(.malformed(origin: .file(path: path, line: line), reason: reason))
    }
}

extension YAMLNode {
    /// The text of a single value; nil for null, lists and sections.
    fileprivate var text: String? {
        if case .scalar(let input) = value { String(input) } else { nil }
    }
}
