import Datasets
import Files
import Foundation

extension Configuration {
    /// A value as it is written on the command line.
    public static func text(_ value: JSON) -> String {
        switch value {
        case .null: "none"
        case .string(let text): text
        case .array(let elements): elements.map(text).joined(separator: ",")
        default: value.serialized()
        }
    }

    /// The configuration as a YAML file that `--config` reads back, with the origin of every value in a comment.
    public var yaml: String {
        let lines = entries.map { "\($0.declaration.name): \(Self.yaml($0.value))" }
        let width = lines.map(\.count).max() ?? 0
        return zip(lines, entries).map { line, entry in
            line + String(repeating: " ", count: width - line.count) + "  # \(entry.origin)\n"
        }.joined()
    }

    /// The options that somebody wrote for this run, as a YAML file that `--config` reads back from any folder.
    public var writtenYAML: String {
        entries.filter(\.origin.isWritten).map { entry in
            let name = entry.declaration.name
            return "\(name): \(Self.yaml(Self.fromRoot(entry.value, of: name)))\n"
        }.joined()
    }

    /// The configuration as one object: name to value and origin.
    public var jsonWithOrigins: JSON {
        .object(
            entries.map { entry in
                (entry.declaration.name, .object([("value", entry.value), ("origin", .string("\(entry.origin)"))]))
            })
    }

    /// JSON is YAML; a plain word needs no quotes.
    private static func yaml(_ value: JSON) -> String {
        guard case .string(let text) = value else { return value.serialized() }
        let isWord = text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
        }
        let isSafe =
            isWord && text.utf8.first.map { $0 >= UInt8(ascii: "a") } == true
            && !["null", "none", "true", "false"].contains(text)
        return isSafe ? text : value.serialized()
    }
}

extension Configuration {
    /// Options that say where something is that results depend on, and not its place.
    static let places = ["data", "features", "split", "init", "plugin"]

    /// The value of the option `name`; a path of something that is there begins at the root.
    static func fromRoot(_ value: JSON, of name: String) -> JSON {
        guard places.contains(name), let path = value.stringValue, !DataSetCatalogue.names.contains(path),
            FileManager.default.fileExists(atPath: path)
        else { return value }
        return .string(URL(fileURLWithPath: path).standardizedFileURL.path)
    }
}

extension ConfigurationSchema {
    /// The options as a table for `--help`: name and default, what is allowed, meaning.
    public var helpTable: String { Self.helpTable(declarations.map { ($0, $0.defaultValue) }) }

    /// The options of `method` as a table, with the defaults that it sets. Throws `PluginError.failed` for options that no schema
    /// can have, and `ConfigurationError` for defaults that are not allowed.
    public static func helpTable(of method: any Method.Type, plugin: String? = nil) throws -> String {
        let configuration = try training(of: method, plugin: plugin).resolve([.method(method.manifest)])
        let own = Set(method.options.flatMap { $0.declarations.map(\.name) })
        return helpTable(
            configuration.entries.filter { own.contains($0.declaration.name) }.map { ($0.declaration, $0.value) })
    }

    private static func helpTable(_ options: [(declaration: OptionDeclaration, value: JSON)]) -> String {
        let rows = options.map { option, value in
            let allowed = option.allowed ?? option.expectation
            return [
                "\(option.name)=\(Configuration.text(value))", allowed + (option.unit.map { " (\($0))" } ?? ""), option.help,
            ]
        }
        let widths = (0..<2).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            "  " + zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) + "  " }.joined() + row[2] + "\n"
        }.joined()
    }
}
