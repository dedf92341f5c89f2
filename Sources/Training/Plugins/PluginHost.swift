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
        CrashMessage.watch(result)
        return result
    }

    /// Opens a library and calls its entry point. A crash on the way ends the process with the plugin's name.
    static func enter(_ path: String, entry: String, name: String) throws(PluginError) -> Plugin {
        CrashMessage.set(
            "error: plugin \(name): crashed while it was loaded (\(path)); semisup itself is unharmed, remove the plugin")
        defer { CrashMessage.clear() }
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

/// The last word of a process that a plugin brings down.
enum CrashMessage {
    /// While the plugin is loaded, which no crash of survives: the process ends with the code of a refused plugin.
    static func set(_ text: String) { plugin_crash_message(text, ExitCode.unavailable.rawValue) }
    /// From now on, and while it trains `run`: the message comes before the backtrace.
    static func watch(_ plugin: LoadedPlugin, run: String? = nil) {
        let rest = run.map { "; the last checkpoint is kept, go on with: semisup train --resume --out \($0)" } ?? ""
        plugin_crash_message("error: plugin \(plugin.record.name): crashed (\(plugin.path))\(rest)", 0)
    }
    static func clear() { plugin_crash_message(nil, 0) }
}
