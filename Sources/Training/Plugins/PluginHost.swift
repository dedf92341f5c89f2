internal import CPlugin
import Files
import Synchronization

/// A plugin whose code is in this process.
public final class LoadedPlugin: Sendable {
    /// The file, and what it says of itself.
    public let path: String, record: PluginRecord
    /// What its entry point gave.
    public let plugin: Plugin

    init(path: String, record: PluginRecord, plugin: Plugin) {
        self.path = path
        self.record = record
        self.plugin = plugin
    }

    /// What a run records: the same text means the same code.
    public var identity: String { "\(record.name) \(record.version) sha256:\(record.library)" }
}

/// Loads plugins. A library that was opened stays open.
public enum PluginHost {
    private static let loaded = Mutex<[String: LoadedPlugin]>([:])

    /// The plugin in the file at `path`. Throws the first problem of the file before anything of it runs.
    public static func load(_ path: String) throws(PluginError) -> LoadedPlugin {
        if let known = loaded.withLock({ $0[PluginFile.absolute(path)] }) { return known }
        let file = PluginFile(path, kit: try .own())
        if let problem = file.problems.first { throw problem }
        guard let record = file.record else { throw .noRecord(path: file.path) }
        let plugin = try enter(file.path, entry: record.entry, name: record.name)
        let result = LoadedPlugin(path: file.path, record: record, plugin: plugin)
        loaded.withLock { $0[file.path] = result }
        CrashReport.begin(with: result)
        return result
    }

    /// Opens a library and calls its entry point. A crash on the way ends the process with the plugin's name.
    static func enter(_ path: String, entry: String, name: String) throws(PluginError) -> Plugin {
        // No crash is survived here: the process ends with the code of a refused plugin.
        CrashReport.begin(
            "error: plugin \(name): crashed while it was loaded (\(path)); semisup itself is unharmed, remove the plugin",
            exitCode: .unavailable)
        defer { CrashReport.end() }
        var problem: UnsafePointer<CChar>?
        guard let library = plugin_library_open(path, &problem) else {
            throw .notOpened(path: path, reason: problem.map { String(cString: $0) } ?? "unknown")
        }
        guard let address = plugin_library_symbol(library, entry) else { throw .noEntry(path: path, name: entry) }
        plugin_library_enter(address)
        guard let plugin = Plugin.takeRegistered() else {
            throw .failed(plugin: name, phase: "when it was loaded", reason: "its entry point registered no plugin")
        }
        return plugin
    }
}

extension CrashReport {
    /// What a crash says while `plugin` is in the process, and while `run` trains.
    static func begin(with plugin: LoadedPlugin?, run: String? = nil) {
        guard plugin != nil || run != nil else { return end() }
        let culprit = plugin.map { "plugin \($0.record.name): crashed (\($0.path))" } ?? "crashed"
        let rest = run.map { "; go on with: semisup train --resume --out \($0)" } ?? ""
        begin("error: \(culprit)\(rest)")
    }
}
