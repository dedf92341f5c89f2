import Training

/// What semisup calls after it has checked the plugin's record. The name ends in that of the module.
@_cdecl("semisup_plugin_MyMethod")
public func semisupPlugin() { Plugin(version: "0.1.0", methods: [MyMethod.self]).register() }
