import Files
internal import Yams

// Nested mappings and dotted names mean the same: `optimizer: {momentum: 0.9}` is `optimizer.momentum: 0.9`.

extension ConfigurationLayer {
    /// More entries than any honest file has: aliases of aliases can describe billions in a few lines.
    private static let entryLimit = 1000

    /// Reads a YAML file. Throws `FileError` when it cannot be read; mistakes inside become findings of the layer.
    public static func file(_ path: String) throws(FileError) -> Self {
        let text = try FileReader.text(of: path)
        var layer = Self()
        do {
            if let root = try compose(yaml: text) { layer.add(root, path: path) }
        } catch let error as YamlError {
            layer.findings.append(finding(for: error, path: path))
        } catch {
            layer.findings.append(.malformed(origin: .file(path: path, line: 1), reason: "\(error)"))
        }
        return layer
    }

    private mutating func add(_ root: Node, path: String) {
        switch root {
        case .mapping(let mapping): add(mapping, prefix: "", path: path)
        case .scalar(let scalar) where isNull(scalar): break
        default: malformed(root, path, "expected options, `key: value` on each line")
        }
    }

    private mutating func add(_ mapping: Node.Mapping, prefix: String, path: String) {
        for (key, value) in mapping {
            guard entries.count + findings.count < Self.entryLimit else {
                let tooMany = ConfigurationFinding.malformed(
                    origin: .file(path: path, line: 1), reason: "describes more than \(Self.entryLimit) values")
                if findings.last != tooMany { findings.append(tooMany) }
                return
            }
            guard case .scalar(let name) = key else {
                malformed(key, path, "expected the name of an option before the colon")
                continue
            }
            let dotted = prefix + name.string
            switch value {
            case .mapping(let section): add(section, prefix: dotted + ".", path: path)
            case .scalar(let scalar): append(dotted, input(scalar), key, path)
            case .sequence(let sequence):
                let texts = sequence.compactMap(\.scalar?.string)
                if texts.count == sequence.count {
                    append(dotted, .list(texts), key, path)
                } else {
                    malformed(key, path, "\(dotted): expected single values in the list")
                }
            case .alias: malformed(value, path, "\(dotted): the alias stands for nothing")
            }
        }
    }

    private mutating func append(_ name: String, _ input: ConfigurationInput, _ key: Node, _ path: String) {
        let origin = ConfigurationOrigin.file(path: path, line: key.mark?.line ?? 1)
        if entries.contains(where: { $0.name == name }) {
            findings.append(.malformed(origin: origin, reason: "\(name) is given twice in this file"))
        } else {
            entries.append(Entry(name: name, input: input, origin: origin))
        }
    }

    private mutating func malformed(_ node: Node, _ path: String, _ reason: String) {
        findings.append(.malformed(origin: .file(path: path, line: node.mark?.line ?? 1), reason: reason))
    }

    private func input(_ scalar: Node.Scalar) -> ConfigurationInput {
        if isNull(scalar) { return .null }
        return scalar.style == .plain || scalar.style == .any ? .text(scalar.string) : .quoted(scalar.string)
    }

    private func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }

    private static func finding(for error: YamlError, path: String) -> ConfigurationFinding {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            .malformed(origin: .file(path: path, line: mark.line), reason: "malformed YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            .malformed(
                origin: .file(path: path, line: context.mark.line),
                reason: "given twice in one section: \(duplicates.joined(separator: ", "))")
        default: .malformed(origin: .file(path: path, line: 1), reason: "malformed YAML: \(error)")
        }
    }
}
