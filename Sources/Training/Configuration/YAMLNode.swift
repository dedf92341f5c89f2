import Files
internal import Yams

/// A value of a YAML file, or a section of it, with the line where it begins.
public struct YAMLNode: Sendable {
    /// What stands there.
    public enum Value: Sendable {
        case mapping([Member])
        case sequence([YAMLNode])
        case scalar(ConfigurationInput)
    }

    /// A name and what it stands for.
    public struct Member: Sendable {
        /// The name, and the line of the file in which it stands, from 1.
        public let name: String, line: Int
        /// What stands behind the colon.
        public let node: YAMLNode
    }

    /// What stands there.
    public let value: Value
    /// The line of the file, from 1.
    public let line: Int

    /// A file that was read: its content, nil for an empty one, and what is wrong with it.
    public typealias Document = (root: YAMLNode?, findings: [ConfigurationFinding])

    /// Reads the YAML file at `path`. Throws `FileError` when it cannot be read; mistakes inside become findings.
    ///
    /// - Parameter limit: More values than any honest file has: aliases of aliases can describe billions in a few lines.
    public static func file(_ path: String, limit: Int) throws(FileError) -> Document {
        let text = try FileReader.text(of: path)
        var reader = Reader(path: path, limit: limit)
        do {
            let root = try compose(yaml: text).flatMap { reader.node($0, line: 1) }
            return (root, reader.findings)
        } catch let error as YamlError {
            return (nil, [finding(for: error, path: path)])
        } catch {
            return (nil, [.malformed(origin: .file(path: path, line: 1), reason: "\(error)")])
        }
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

/// Turns the parser's nodes into ours, as many as are allowed.
private struct Reader {
    let path: String, limit: Int
    var findings: [ConfigurationFinding] = []
    private var count = 0

    init(path: String, limit: Int) {
        self.path = path
        self.limit = limit
    }

    /// nil where the node is none that a file of ours has, which becomes a finding.
    mutating func node(_ node: Node, line: Int) -> YAMLNode? {
        count += 1
        guard count <= limit else {
            if count == limit + 1 { malformed(1, "describes more than \(limit) values") }
            return nil
        }
        let line = node.mark?.line ?? line
        switch node {
        case .scalar(let scalar): return YAMLNode(value: .scalar(input(scalar)), line: line)
        case .sequence(let sequence):
            return YAMLNode(value: .sequence(sequence.compactMap { self.node($0, line: line) }), line: line)
        case .mapping(let mapping):
            var members: [YAMLNode.Member] = []
            for (key, value) in mapping {
                guard count <= limit else { return nil }
                let keyLine = key.mark?.line ?? line
                guard case .scalar(let name) = key else {
                    malformed(keyLine, "expected a name before the colon")
                    continue
                }
                guard let node = self.node(value, line: keyLine) else { continue }
                members.append(.init(name: name.string, line: keyLine, node: node))
            }
            return YAMLNode(value: .mapping(members), line: line)
        case .alias:
            malformed(line, "an alias stands for nothing")
            return nil
        }
    }

    private mutating func malformed(_ line: Int, _ reason: String) {
        findings.append(.malformed(origin: .file(path: path, line: line), reason: reason))
    }

    private func input(_ scalar: Node.Scalar) -> ConfigurationInput {
        let isPlain = scalar.style == .plain || scalar.style == .any
        if scalar.style == .plain, ["", "~", "null"].contains(scalar.string) { return .null }
        return isPlain ? .text(scalar.string) : .quoted(scalar.string)
    }
}
