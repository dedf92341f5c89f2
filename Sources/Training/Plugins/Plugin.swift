/// What a plugin gives to the host: the value behind its one C entry point, `semisup_plugin_` and the name of the module.
///
/// ```swift
/// @_cdecl("semisup_plugin_MyMethod")
/// public func semisupPlugin() -> UnsafeMutableRawPointer { Plugin(version: "1.0.0", methods: [MyMethod.self]).entry }
/// ```
public final class Plugin: Sendable {
    /// The author's version.
    public let version: String
    /// The methods.
    public let methods: [any Method.Type]

    /// A plugin; see the properties.
    public init(version: String, methods: [any Method.Type]) {
        self.version = version
        self.methods = methods
    }

    /// What the entry point returns. The host takes it over.
    public var entry: UnsafeMutableRawPointer { Unmanaged.passRetained(self).toOpaque() }
}
