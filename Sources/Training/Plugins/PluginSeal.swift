import Files
import Foundation

/// Writes the record behind a library that was just linked: the last step of building a plugin.
public enum PluginSeal {
    /// Loads the library at `path`, which is trusted since it was just built here, asks it who it is, and writes it with its
    /// record to `output`. Returns the record.
    ///
    /// Throws `PluginError` for a library that is no plugin, and `FileError` where the result cannot be written.
    @discardableResult
    public static func seal(_ path: String, to output: String) throws -> PluginRecord {
        let path = PluginFile.absolute(path)
        let content = try PluginContent(path)
        guard let entry = content.entry else {
            throw PluginError.noEntry(path: path, name: PluginFile.entryPrefix + "<module>")
        }
        let module = String(entry.dropFirst(PluginFile.entryPrefix.count))
        if let problem = content.problems(entry: entry, module: module).first { throw problem }
        let plugin = try PluginHost.enter(path, entry: entry, name: module)
        guard let first = plugin.methods.first else {
            throw PluginError.failed(plugin: module, phase: "when asked for its methods", reason: "it has none")
        }
        let record = PluginRecord(
            name: first.manifest.name, version: plugin.version, summary: plugin.summary ?? first.manifest.summary, module: module,
            entry: entry, methods: try plugin.methods.map { try .init($0, plugin: module) }, kit: try .own(),
            minimumKit: plugin.minimumKit, library: SHA256.hexadecimal(of: content.libraryBytes))
        try AtomicFile.write(record.sealed(content.libraryBytes), to: output)
        return record
    }
}
