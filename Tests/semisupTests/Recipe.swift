import Files
import Foundation
import Testing

/// A recipe that comes with a method: a sweep file for one row of a published table.
struct Recipe: CustomTestStringConvertible {
    /// The method of its folder, and its name without extension: `ucf101-10%`.
    let method: String, name: String
    /// The file.
    let path: String

    var testDescription: String { "\(method) \(name)" }
    var dataSet: String { String(name.prefix { $0 != "-" }) }
    var rate: String { String(name.drop { $0 != "-" }.dropFirst()) }
    /// The names of `splits/published-results` that stand in it.
    var results: [String] {
        get throws { try FileReader.text(of: path).matches(of: /result: ([^\s}]+)/).map { String($0.output.1) } }
    }

    /// What all its cells share, as a file that `--config` takes.
    var base: String {
        get throws {
            let lines = try FileReader.text(of: path).split(separator: "\n").drop { $0 != "base:" }.dropFirst()
            return lines.prefix { $0.hasPrefix(" ") }.map { $0.dropFirst(2) + "\n" }.joined()
        }
    }

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
                return Recipe(method: method, name: name, path: "\(folder)/\(file)")
            }
        }
    }
}
