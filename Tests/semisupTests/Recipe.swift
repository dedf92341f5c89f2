import Files
import Foundation
import Testing

/// A recipe that comes with a method: a sweep file for one row of a published table.
struct Recipe: CustomTestStringConvertible {
    /// A number to stand beside the cells whose options are these.
    struct Published {
        let options: [String: String], result: String
    }

    /// The method of its folder, and its name without extension: `ucf101-10%`.
    let method: String, name: String
    /// The options, as a file that `--config` takes.
    let base: String
    let repeats: Int
    let published: [Published]

    var testDescription: String { "\(method) \(name)" }
    var dataSet: String { String(name.prefix { $0 != "-" }) }
    var rate: String { String(name.drop { $0 != "-" }.dropFirst()) }

    /// The folders of recipes by method.
    static let folders = [
        "fixmatch": CommandLineTool.repository + "/Sources/Training/Methods/FixMatch/Recipes",
        "cmpl": CommandLineTool.repository + "/Plugins/CMPL/Recipes",
        "temporal-gradient": CommandLineTool.repository + "/Plugins/TemporalGradient/Recipes",
    ]

    /// All recipes of the repository.
    static func all() throws -> [Recipe] {
        try folders.sorted { $0.key < $1.key }.flatMap { method, folder in
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { file in
                let name = try #require(file.hasSuffix(".yaml") ? String(file.dropLast(5)) : nil, "\(folder)/\(file)")
                return try Recipe(method: method, name: name, text: FileReader.text(of: "\(folder)/\(file)"))
            }
        }
    }

    private init(method: String, name: String, text: String) throws {
        self.method = method
        self.name = name
        var sections: [String: String] = [:], section = ""
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix(" ") {
                sections[section, default: ""] += line.dropFirst(2) + "\n"
            } else {
                let parts = line.split(separator: ":", maxSplits: 1)
                section = String(parts[0])
                sections[section] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
            }
        }
        #expect(Set(sections.keys).isSubset(of: ["base", "repeats", "published"]))
        base = try #require(sections["base"])
        repeats = try sections["repeats"].map { try #require(Int($0)) } ?? 1
        published = try (sections["published"] ?? "").split(separator: "\n").map { line in
            let item = try #require(line.wholeMatch(of: /- \{(.*)\}/)).output.1
            var options: [String: String] = [:]
            for pair in item.components(separatedBy: ", ") {
                let parts = pair.components(separatedBy: ": ")
                try #require(parts.count == 2)
                options[parts[0]] = parts[1]
            }
            let result = options.removeValue(forKey: "result")
            return Published(options: options, result: try #require(result))
        }
    }
}
