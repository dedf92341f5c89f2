import Files
import Foundation

/// Where plugins are looked for: files that were named, `SEMISUP_PLUGINS`, the installation's folder, the user's folder.
public struct PluginSearchPath: Sendable {
    /// Files, and folders whose `.so` files count, in order.
    public let places: [String]

    /// These places alone.
    public init(_ places: [String]) { self.places = places }

    /// The places of this process; `named` come first.
    public static func standard(
        named: [String] = [], environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> PluginSearchPath {
        let listed = (environment["SEMISUP_PLUGINS"] ?? "").split(separator: ":").map(String.init)
        return PluginSearchPath(named + listed + [KitLocation.own.pluginsPath, userFolder(environment)])
    }

    /// The user's folder: `$XDG_DATA_HOME/semisup/plugins`.
    public static func userFolder(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        let home = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (home ?? (environment["HOME"] ?? "") + "/.local/share") + "/semisup/plugins"
    }

    /// All files of the places, each once, in order. Nothing is loaded.
    public func files() throws(PluginError) -> [PluginFile] {
        let kit = try KitIdentity.own()
        var seen: Set<String> = []
        return paths.filter { seen.insert(canonical($0)).inserted }.map { PluginFile($0, kit: kit) }
    }

    /// The file whose record names the method `name`, or nil. Throws `duplicate` where there are two.
    func file(withMethod name: String) throws(PluginError) -> PluginFile? {
        let found = try files().filter { $0.record?.methods.contains { $0.name == name } ?? false }
        guard found.count < 2 else { throw .duplicate(name: name, paths: found.map(\.path)) }
        return found.first
    }

    private var paths: [String] {
        places.flatMap { place -> [String] in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) else { return [] }
            guard isFolder.boolValue else { return [place] }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
            return names.filter { $0.hasSuffix(".so") }.sorted().map { "\(place)/\($0)" }
        }
    }

    private func canonical(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
}
