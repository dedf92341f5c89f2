import Training

/// What the host calls after it has checked this library's identity.
@_cdecl("semisup_plugin_CMPL")
public func semisupPlugin() { Plugin(version: "1.0.0", methods: [CMPL.self]).register() }
