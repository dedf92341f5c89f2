import Datasets
import Files

extension Configuration {
    /// The configuration of a new run: default < what the data set recommends < `file` < `flags` < `settings`.
    ///
    /// - Parameters:
    ///   - file: A YAML file, or nil.
    ///   - flags: Names and values that have flags of their own, such as `("labels", "1%")`.
    ///   - settings: Arguments of the form `key=value`.
    /// Throws `ConfigurationError`, `UnknownMethod`, `FileError`, and `DataSetError.labelRate` for labels that are no rate.
    public static func training(
        file: String? = nil, flags: [(String, String)] = [], settings: [String] = []
    ) throws -> Configuration {
        let written = try layers(file: file, flags: flags, settings: settings)
        let data = ConfigurationLayer.text(of: "data", in: written) ?? RunOptions().data
        return try checked((ConfigurationLayer.recommendations(for: data).map { [$0] } ?? []) + written)
    }

    /// The configuration with which the run in `folder` goes on: what it recorded < `file` < `flags` < `settings`.
    ///
    /// Throws what `training` throws, and `RunError` where the folder holds no run.
    public static func resuming(
        _ folder: String, file: String? = nil, flags: [(String, String)] = [], settings: [String] = []
    ) throws -> Configuration {
        let record = try RunRecord(ofRun: folder)
        return try checked(
            [.recorded(record.configuration, path: folder)] + layers(file: file, flags: flags, settings: settings))
    }

    /// The configuration that the run in `folder` recorded, with `settings` over it. Throws as `resuming` does.
    public init(_ record: RunRecord, run folder: String, settings: [(String, String)] = []) throws {
        self = try Configuration.checked([
            .recorded(record.configuration, path: folder), .commandLine([], flags: settings),
        ])
    }

    private static func layers(
        file: String?, flags: [(String, String)], settings: [String]
    ) throws(FileError) -> [ConfigurationLayer] {
        (try file.map { path throws(FileError) in [try ConfigurationLayer.file(path)] } ?? [])
            + [.commandLine(settings, flags: flags)]
    }

    private static func checked(_ layers: [ConfigurationLayer]) throws -> Configuration {
        let method = ConfigurationLayer.text(of: "method", in: layers) ?? RunOptions().method
        let configuration = try ConfigurationSchema.training(of: MethodCatalogue.method(named: method)).resolve(layers)
        _ = try LabelRate(configuration[RunOptions.self].labels)
        return configuration
    }
}

extension ConfigurationSchema {
    /// The options of a run of `method`.
    public static func training(of method: any Method.Type) -> ConfigurationSchema {
        method.options.map { ConfigurationSchema.training.adding($0) } ?? .training
    }
}
