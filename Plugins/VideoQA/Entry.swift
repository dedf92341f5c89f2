import Training

/// What the host calls after it has checked this library's identity.
@_cdecl("semisup_plugin_VideoQA")
public func semisupPlugin() { Plugin(version: "1.0.0", methods: [VideoQA.self]).register() }
