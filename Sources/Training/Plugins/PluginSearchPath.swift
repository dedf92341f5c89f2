import Files
import Foundation

/// Where plugins are looked for: files that were named, `SEMISUP_PLUGINS`, the installation's folder, the user's folder.
public struct PluginSearchPath: Sendable {
    /// Files, and folders whose `.so` files count, in order.
    public let places: [String]
    /// Those of them that somebody named, which should be there.
    private let named: [String]

    /// These places alone.
    public init(_ places: [String]) { self.init(places, named: places) }

    private init(_ places: [String], named: [String]) {
        self.places = places
        self.named = named
    }

    /// The places of this process; `named` come first.
    public static func standard(
        named: [String] = [], environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> PluginSearchPath {
        let listed = (environment["SEMISUP_PLUGINS"] ?? "").split(separator: ":").map(String.init)
        let standing = [KitLocation.own.pluginsPath] + (UserFolder.data(environment).map { [$0 + "/plugins"] } ?? [])
        return PluginSearchPath(named + listed + standing, named: named + listed)
    }

    /// All files of the places, each once, in order. Nothing is loaded.
    public func files() throws(PluginError) -> [PluginFile] { try files(among: paths) }

    /// The named places where nothing is.
    public var missing: [String] { named.filter { !FileManager.default.fileExists(atPath: $0) } }

    /// The plugin that is called `name` or has a method of that name, in these places or where `plugin build NAME` has just
    /// written it; or nil.
    ///
    /// - Parameter file: A file that is looked at beside them.
    /// Throws `duplicate` where there are two, and `missing` where none is found and a named place is not there.
    public func plugin(_ name: String, beside file: String? = nil) throws(PluginError) -> PluginFile? {
        let all = try files(among: (file.map { [$0] } ?? []) + paths + builtHere(name))
        let found = all.filter { $0.record?.hasName(name) ?? false }
        guard found.count < 2 else { throw .duplicate(name: name, paths: found.map(\.path)) }
        if found.isEmpty, let place = missing.first { throw .missing(path: place) }
        return found.first
    }

    private func files(among paths: [String]) throws(PluginError) -> [PluginFile] {
        let kit = try KitIdentity.own()
        var seen: Set<String> = []
        return paths.filter { seen.insert(canonical($0)).inserted }.map { PluginFile($0, kit: kit) }
    }

    private func builtHere(_ name: String) -> [String] {
        let path = PluginFile.absolute("\(name)/\(name).so")
        return !places.isEmpty && FileManager.default.fileExists(atPath: path) ? [path] : []
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
