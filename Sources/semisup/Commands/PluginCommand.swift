import ArgumentParser
import Files
import Foundation
import Training

/// `semisup plugin`
struct PluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Methods as plugins: find, check, write, build and test them.",
        subcommands: [
            PluginListCommand.self, PluginInfoCommand.self, PluginNewCommand.self, PluginBuildCommand.self,
            PluginCheckCommand.self, PluginTestCommand.self,
            PluginSealCommand.self,
        ])
}

/// `semisup plugin list`
struct PluginListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the plugins that are found, without loading them.",
        discussion: """
            Example: semisup plugin list

            Searched are the files and folders of SEMISUP_PLUGINS (separated by colons), the installation's folder and the user's
            folder, in this order.
            """)

    @Flag(help: "Print one JSON object a plugin.")
    var json = false

    func run() throws {
        let search = PluginSearchPath.standard(), files = try search.files()
        for place in search.missing {
            Terminal.standard.message("SEMISUP_PLUGINS: \(place): there is nothing", label: "warning", colour: .yellow)
        }
        if json {
            for file in files { try Terminal.standard.print(file.json) }
            return
        }
        let rows = files.map { file in
            [
                file.record?.name ?? "?", file.record?.version ?? "?", file.problems.isEmpty ? "fits" : "does not fit", file.path,
                file.record?.summary ?? "",
            ]
        }
        let none = "no plugins; searched: \(search.places.joined(separator: ", "))"
        try Terminal.standard.print(
            rows.isEmpty ? none : Text.table([["plugin", "version", "state", "file", "what it is"]] + rows))
    }
}

/// `semisup plugin info`
struct PluginInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Shows what a plugin says of itself and its options, without loading it.",
        discussion: "Example: semisup plugin info cmpl")

    @Argument(help: "The name of a plugin, or its file.")
    var plugin: String
    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let file = try PluginFile.found(plugin)
        guard let record = file.record else { throw file.problems.first ?? PluginError.noRecord(path: file.path) }
        if json { return try Terminal.standard.print(file.json) }
        let rows = [
            ["plugin", "\(record.name) \(record.version)"], ["what it is", record.summary], ["file", file.path],
            ["built against", "semisup \(record.kit.version), interface \(record.kit.interface), \(record.kit.configuration)"],
            ["built by", record.kit.compiler], ["state", file.problems.first?.description ?? "fits this semisup"],
        ]
        let methods = record.methods.map { "\nMETHOD \($0.name): \($0.summary)\n(\($0.paper))\n\($0.help)" }
        try Terminal.standard.print(Text.table(rows) + "\n" + methods.joined())
    }
}

/// `semisup plugin new`
struct PluginNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Writes a folder with a method that builds and trains as it is, to be made into another.",
        discussion: "Example: semisup plugin new my-method && semisup plugin build my-method")

    @Argument(help: "The name of the method, such as my-method.")
    var name: String
    @Option(help: ArgumentHelp("The folder to write (default: ./NAME).", valueName: "folder"))
    var out: String?

    func run() throws {
        let folder = out ?? name
        if let known = try PluginSearchPath.standard().files().first(where: { $0.record?.name == name }) {
            throw PluginError.duplicate(name: name, paths: [known.path, "the new one"])
        }
        try PluginTemplate().write(method: name, to: folder)
        try Terminal.standard.print("\(folder): next: semisup plugin build \(folder)")
    }
}

/// `semisup plugin build`
struct PluginBuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Builds a plugin and prints the path of its one library.",
        discussion: "Example: semisup plugin build my-method")

    @Argument(help: ArgumentHelp("The folder of the plugin's package.", valueName: "folder"))
    var folder: String

    func run() throws { try Terminal.standard.print(try PluginBuilder(folder).build()) }
}

/// `semisup plugin check`
struct PluginCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Says who a plugin is and everything that speaks against loading it; nothing of it runs.",
        discussion: "Example: semisup plugin check my-method/my-method.so")

    @Argument(help: ArgumentHelp("A plugin's file.", valueName: "file"))
    var path: String
    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let file = PluginFile(path, kit: try .own())
        if json {
            try Terminal.standard.print(file.json)
        } else if let record = file.record {
            try Terminal.standard.print("\(record.name) \(record.version): \(record.summary)")
        }
        for problem in file.problems.dropLast() { Terminal.standard.message(problem.description, label: "error", colour: .red) }
        if let last = file.problems.last { throw last }
        if !json { try Terminal.standard.print("\(file.path): fits this semisup") }
    }
}

/// `semisup plugin test`
struct PluginTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Tries on a plugin's methods what every method must do, on small videos.",
        discussion: "Example: semisup plugin test my-method/my-method.so method.confidenceThreshold=0.3")

    @Argument(help: ArgumentHelp("A plugin's file, its name, or the name of a method of the kit.", valueName: "file"))
    var plugin: String
    @Option(help: "One method of the plugin (default: all).")
    var method: String?
    @Argument(help: ArgumentHelp("Settings that all checks use.", valueName: "key=value"))
    var settings: [String] = []

    func run() throws {
        let isOwn = MethodCatalogue.builtIn.methods.contains { $0.manifest.name == plugin }
        let file = isOwn ? nil : try PluginFile.found(plugin)
        if let problem = file?.problems.first { throw problem }
        let folder = FileManager.default.temporaryDirectory.path + "/semisup-plugin-test-\(getpid())"
        try Folder.create(at: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var failed = 0
        for method in method.map({ [$0] }) ?? file?.record?.methods.map(\.name) ?? [plugin] {
            let suite = try Conformance(method: method, plugin: file?.path, settings: settings, folder: folder)
            try Terminal.standard.print("\(method)")
            try suite.run { check in
                if check.problem != nil { failed += 1 }
                try Terminal.standard.print("  \(check.problem == nil ? "ok    " : "FAILED") \(check.name)")
                if let problem = check.problem { try Terminal.standard.print("         \(problem)") }
            }
        }
        if failed > 0 { throw ConformanceFailed(count: failed, plugin: plugin) }
    }
}

/// A plugin that does not do what every method must do.
struct ConformanceFailed: ReportedError, Equatable {
    let count: Int, plugin: String
    var exitCode: Files.ExitCode { .unavailable }
    var description: String { "\(plugin): \(count) \(count == 1 ? "check" : "checks") failed" }
}

/// `semisup plugin seal`: what the launcher and `plugin build` do after linking.
struct PluginSealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal", abstract: "Writes the plugin record behind a library that was just built.",
        discussion: "Example: semisup plugin seal .build/release/libMyMethod.so my-method.so", shouldDisplay: false)

    @Argument(help: ArgumentHelp("The library.", valueName: "library"))
    var library: String
    @Argument(help: ArgumentHelp("The plugin to write.", valueName: "file"))
    var output: String

    func run() throws { try PluginSeal.seal(library, to: output) }
}

extension PluginFile {
    /// The file at a path, or the plugin called `name` in the search path. Throws `UnknownPlugin`.
    static func found(_ name: String) throws -> PluginFile {
        if name.contains("/") || name.hasSuffix(".so") { return PluginFile(name, kit: try .own()) }
        let search = PluginSearchPath.standard()
        if let file = try search.plugin(name) { return file }
        let names = try search.files().compactMap { $0.record?.name }
        throw UnknownPlugin(name: name, known: names, nearest: NearestName.likely(name, among: names))
    }

    /// One object: the record, and the problems.
    var json: JSON {
        let record = self.record
        func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
        return .object([
            ("plugin", text(record?.name)), ("version", text(record?.version)), ("summary", text(record?.summary)),
            ("file", .string(path)), ("methods", .array(record?.methods.map { .string($0.name) } ?? [])),
            ("interface", record.map { .integer($0.kit.interface) } ?? .null), ("compiler", text(record?.kit.compiler)),
            ("fits", .boolean(problems.isEmpty)), ("problems", .array(problems.map { .string($0.description) })),
        ])
    }
}

/// A plugin that is not there.
struct UnknownPlugin: ReportedError, Equatable {
    let name: String, known: [String], nearest: String?
    var exitCode: Files.ExitCode { .unavailable }
    var description: String {
        "there is no plugin \(name); found: \(known.isEmpty ? "none" : known.joined(separator: ", "))"
            + (nearest.map { "; did you mean \($0)?" } ?? "")
    }
}
