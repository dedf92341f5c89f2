import Synchronization

/// What a plugin gives to the host, by its one C entry point, `semisup_plugin_` and the name of the module.
///
/// ```swift
/// @_cdecl("semisup_plugin_MyMethod")
/// public func semisupPlugin() { Plugin(version: "1.0.0", methods: [MyMethod.self]).register() }
/// ```
public final class Plugin: Sendable {
    /// The author's version.
    public let version: String
    /// One line about it; nil: that of the first method.
    public let summary: String?
    /// The oldest version of the kit that it works with.
    public let minimumKit: String
    /// The methods; the plugin is called as the first is.
    public let methods: [any Method.Type]

    /// A plugin; see the properties.
    public init(version: String, summary: String? = nil, minimumKit: String = "0.1.0", methods: [any Method.Type]) {
        self.version = version
        self.summary = summary
        self.minimumKit = minimumKit
        self.methods = methods
    }

    private static let registered = Mutex<Plugin?>(nil)

    /// Gives the plugin to the host that has just called the entry point.
    public func register() { Plugin.registered.withLock { $0 = self } }

    /// What was registered since the last call.
    static func takeRegistered() -> Plugin? {
        registered.withLock { plugin in
            defer { plugin = nil }
            return plugin
        }
    }
}
