import Files
import Foundation

/// A method, and the plugin that it comes from.
public struct MethodEntry: Sendable {
    /// The method.
    public let type: any Method.Type
    /// Its plugin; nil for methods of the kit.
    public let plugin: LoadedPlugin?
}

/// The methods that can be asked for by name: those of the kit, and those of plugins, which are loaded when they are wanted.
public struct MethodCatalogue: Sendable {
    /// The methods of the kit alone.
    public static let builtIn = MethodCatalogue([FixMatch.self, Supervised.self])

    /// The methods of the kit and of the plugins in the places of this process.
    public static var standard: MethodCatalogue { MethodCatalogue(builtIn.methods, plugins: .standard()) }

    /// The methods of the kit.
    public let methods: [any Method.Type]
    /// Where plugins are looked for.
    public let plugins: PluginSearchPath

    /// A catalogue of these methods.
    public init(_ methods: [any Method.Type], plugins: PluginSearchPath = PluginSearchPath([])) {
        self.methods = methods
        self.plugins = plugins
    }

    /// The method called `name`, where one is given; else that of `plugin`; else the default of the configuration.
    ///
    /// - Parameter plugin: A file that is looked at beside all other places. A name of the kit in it is an error.
    /// Throws `UnknownMethod` and `PluginError`, where two plugins have the name too.
    public func entry(named name: String?, plugin: String? = nil) throws -> MethodEntry {
        let chosen = try plugin.map { try PluginHost.load($0) }
        let name = name ?? chosen?.record.name ?? RunOptions().method
        let own = methods.first { $0.manifest.name == name }
        if let chosen, let type = chosen.type(named: name) {
            guard own == nil else { throw PluginError.duplicate(name: name, paths: ["semisup itself", chosen.path]) }
            _ = try plugins.plugin(name, beside: chosen.path)
            return MethodEntry(type: type, plugin: chosen)
        }
        if let own { return MethodEntry(type: own, plugin: nil) }
        guard let file = try plugins.plugin(name) else { throw try unknown(name) }
        let loaded = try PluginHost.load(file.path)
        guard let type = loaded.type(named: name) else { throw try unknown(name) }
        return MethodEntry(type: type, plugin: loaded)
    }

    /// What is known of all methods, of plugins from their records alone; files that do not fit are left out.
    public var summaries: [PluginRecord.MethodSummary] {
        let own = methods.compactMap { try? PluginRecord.MethodSummary($0) }
        let files = (try? plugins.files()) ?? []
        return own + files.filter(\.problems.isEmpty).flatMap { $0.record?.methods ?? [] }
    }

    private func unknown(_ name: String) throws -> UnknownMethod {
        let files = try plugins.files()
        let names = methods.map { $0.manifest.name } + files.flatMap { $0.record?.methods.map(\.name) ?? [] }
        let unread = files.filter { $0.record == nil }.compactMap { $0.problems.first?.description }
        return UnknownMethod(name: name, known: names, nearest: NearestName.likely(name, among: names), unread: unread)
    }
}

extension LoadedPlugin {
    /// The method called `name`, or nil.
    func type(named name: String) -> (any Method.Type)? { plugin.methods.first { $0.manifest.name == name } }
}

/// A method that is not there.
public struct UnknownMethod: ReportedError, Equatable {
    /// What was asked for, what there is, and what was perhaps meant.
    public let name: String, known: [String], nearest: String?
    /// Why files where plugins belong could not be read as such.
    public let unread: [String]
    public var exitCode: ExitCode { .unavailable }
    public var description: String {
        "method=\(name): there is no such method, known are \(known.joined(separator: ", "))"
            + (nearest.map { "; did you mean \($0)?" } ?? "") + unread.map { "\n  not read: \($0)" }.joined()
    }
}
