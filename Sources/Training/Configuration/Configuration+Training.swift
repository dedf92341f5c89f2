import Datasets
import Files

extension Configuration {
    /// The configuration of a new run: default < the method's publication < what the data set recommends < `file` < `flags`
    /// < `settings`.
    ///
    /// - Parameters:
    ///   - file: A YAML file, or nil.
    ///   - flags: Names and values that have flags of their own, such as `("labels", "1%")`.
    ///   - settings: Arguments of the form `key=value`.
    /// Throws `ConfigurationError`, `UnknownMethod`, `FileError`, and `DataSetError.labelRate` for labels that are no rate.
    public static func training(
        file: String? = nil, flags: [(String, String)] = [], settings: [String] = [], methods: MethodCatalogue = .builtIn
    ) throws -> Configuration {
        let written = try layers(file: file, flags: flags, settings: settings)
        let data = ConfigurationLayer.text(of: "data", in: written) ?? RunOptions().data
        let method = try methods.method(namedIn: written)
        let recommended = ConfigurationLayer.recommendations(for: data).map { [$0] } ?? []
        return try checked([.method(method.manifest)] + recommended + written, method)
    }

    /// The configuration with which the run in `folder` goes on: what it recorded < `file` < `flags` < `settings`.
    ///
    /// Throws what `training` throws, and `RunError` where the folder holds no run.
    public static func resuming(
        _ folder: String, file: String? = nil, flags: [(String, String)] = [], settings: [String] = [],
        methods: MethodCatalogue = .builtIn
    ) throws -> Configuration {
        let record = try RunRecord(ofRun: folder)
        let all = [.recorded(record.configuration, path: folder)] + (try layers(file: file, flags: flags, settings: settings))
        return try checked(all, methods.method(namedIn: all))
    }

    /// The configuration that the run in `folder` recorded, with `settings` over it. Throws as `resuming` does.
    public init(
        _ record: RunRecord, run folder: String, settings: [(String, String)] = [], methods: MethodCatalogue = .builtIn
    ) throws {
        let layers = [ConfigurationLayer.recorded(record.configuration, path: folder), .commandLine([], flags: settings)]
        self = try Configuration.checked(layers, methods.method(namedIn: layers))
    }

    private static func layers(
        file: String?, flags: [(String, String)], settings: [String]
    ) throws(FileError) -> [ConfigurationLayer] {
        (try file.map { path throws(FileError) in [try ConfigurationLayer.file(path)] } ?? [])
            + [.commandLine(settings, flags: flags)]
    }

    private static func checked(_ layers: [ConfigurationLayer], _ method: any Method.Type) throws -> Configuration {
        let configuration = try ConfigurationSchema.training(of: method).resolve(layers)
        _ = try LabelRate(configuration[RunOptions.self].labels)
        return configuration
    }
}

extension ConfigurationSchema {
    /// The options of a run of `method`.
    public static func training(of method: any Method.Type) -> ConfigurationSchema {
        ConfigurationSchema.training.adding(method.options)
    }
}

extension MethodCatalogue {
    fileprivate func method(namedIn layers: [ConfigurationLayer]) throws -> any Method.Type {
        try method(named: ConfigurationLayer.text(of: "method", in: layers) ?? RunOptions().method)
    }
}
