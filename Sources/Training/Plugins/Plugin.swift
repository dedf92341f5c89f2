/// What a plugin gives to the host: the value behind its one C entry point, `semisup_plugin_` and the name of the module.
///
/// ```swift
/// @_cdecl("semisup_plugin_MyMethod")
/// public func semisupPlugin() -> UnsafeMutableRawPointer { Plugin(version: "1.0.0", methods: [MyMethod.self]).entry }
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

    /// What the entry point returns. The host takes it over.
    public var entry: UnsafeMutableRawPointer { Unmanaged.passRetained(self).toOpaque() }
}
