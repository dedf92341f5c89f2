import Training

/// Four shapes of methods that are to come, and one that misbehaves as it is told.
@_cdecl("semisup_plugin_Sketches")
public func semisupPlugin() {
    Plugin(
        version: "0.0.1",
        methods: [QueueSketch.self, StagedSketch.self, SamplerSketch.self, PretrainingSketch.self, Misbehaving.self]
    ).register()
}
