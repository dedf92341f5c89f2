import Augment
import Datasets
import Files
import Ranks

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
        try training(written: layers(file: file, flags: flags, settings: settings), methods: methods)
    }

    /// The configuration of a new run for which `written` was written, later layers over earlier ones. Throws as `training` does.
    public static func training(written: [ConfigurationLayer], methods: MethodCatalogue = .builtIn) throws -> Configuration {
        let data = ConfigurationLayer.text(of: "data", in: written) ?? RunOptions().data
        let method = try methods.entry(namedIn: written)
        let recommended = ConfigurationLayer.recommendations(for: data, of: method.type.manifest.samples).map { [$0] } ?? []
        return try checked([.method(method.type.manifest)] + recommended + written, method)
    }

    /// The configuration with which the run in `folder` goes on: what it recorded < `file` < `flags` < `settings`.
    ///
    /// Throws what `training` throws, and `RunError` where the folder holds no run.
    public static func resuming(
        _ folder: String, file: String? = nil, flags: [(String, String)] = [], settings: [String] = [],
        methods: MethodCatalogue = .builtIn
    ) throws -> Configuration {
        let record = try RunRecord(ofRun: folder)
        let written = try layers(file: file, flags: flags, settings: settings)
        let recordedMethod = record.configuration["method"]?.stringValue
        if let method = ConfigurationLayer.text(of: "method", in: written), let recordedMethod, method != recordedMethod {
            throw ResumeMismatch(
                run: folder, differences: ["it is a run of \(recordedMethod), not of \(method)"], mayBeAllowed: false)
        }
        // Another machine's `auto` would come to something else.
        let computed = ConfigurationLayer.recorded(
            .object([("kernels", .string(record.kernelSet)), ("precision", .string(record.precision))]), path: folder)
        let all =
            [.recorded(record.configuration, path: folder), computed] + written
        return try checked(all, methods.entry(namedIn: all))
    }

    /// The configuration that the run in `folder` recorded, with the options of the method of `plan`. Throws as `resuming` does.
    init(_ record: RunRecord, run folder: String, of plan: TrainingPlan) throws {
        let layers = [ConfigurationLayer.recorded(record.configuration, path: folder)]
        self = try Configuration.checked(layers, MethodEntry(type: plan.method, plugin: plan.plugin))
    }

    /// What the run in `folder` recorded beside its method's own options, with `settings` over it: all that its network needs,
    /// without its plugin. Throws `ConfigurationError`.
    public init(_ record: RunRecord, run folder: String, settings: [(String, String)] = []) throws(ConfigurationError) {
        var recorded = ConfigurationLayer.recorded(record.configuration, path: folder)
        recorded.entries.removeAll { $0.name.hasPrefix("method.") }
        let computed = ConfigurationLayer.recorded(.object([("precision", .string(record.precision))]), path: folder)
        self = try ConfigurationSchema.training.resolve([recorded, computed, .commandLine([], flags: settings)])
    }

    /// What the run in `folder` recorded, with the options of its `method` and with `settings` over it: all that scores as it does.
    init(_ record: RunRecord, run folder: String, of method: MethodEntry, settings: [String]) throws {
        let computed = ConfigurationLayer.recorded(.object([("precision", .string(record.precision))]), path: folder)
        self = try Configuration.checked(
            [.recorded(record.configuration, path: folder), computed, .commandLine(settings)], method)
    }

    private static func layers(
        file: String?, flags: [(String, String)], settings: [String]
    ) throws(FileError) -> [ConfigurationLayer] {
        (try file.map { path throws(FileError) in [try ConfigurationLayer.file(path)] } ?? [])
            + [.commandLine(settings, flags: flags)]
    }

    private static func checked(_ layers: [ConfigurationLayer], _ method: MethodEntry) throws -> Configuration {
        let schema = try ConfigurationSchema.training(of: method.type, plugin: method.plugin?.record.name)
        // A plugin that was chosen by its file alone says which method is meant.
        let name = ConfigurationLayer.commandLine([], flags: [("method", method.type.manifest.name)])
        let isNamed = ConfigurationLayer.text(of: "method", in: layers) != nil
        let configuration = try schema.resolve(isNamed || method.plugin == nil ? layers : layers + [name])
        _ = try LabelRate(configuration[RunOptions.self].labels)
        return configuration
    }
}

extension ConfigurationSchema {
    /// The options of a run of `method`, which comes from the plugin called `plugin`.
    ///
    /// Throws `PluginError.failed` for options that are not `method.`'s, or are declared twice.
    public static func training(of method: any Method.Type, plugin: String?) throws(PluginError) -> ConfigurationSchema {
        let names = method.options.flatMap { $0.declarations.map(\.name) }
        let twice = names.enumerated().first { names[..<$0.offset].contains($0.element) }?.element
        let foreign = names.first { !$0.hasPrefix("method.") }
        if let mistake = twice.map({ "it declares the option \($0) twice" })
            ?? foreign.map({ "it declares the option \($0), expected a name that begins with method." })
        {
            throw .failed(plugin: plugin ?? method.manifest.name, phase: "when asked for its options", reason: mistake)
        }
        return training(of: method)
    }

    /// The options of a run of a method of the kit.
    public static func training(of method: any Method.Type) -> ConfigurationSchema {
        ConfigurationSchema.training.adding(method.options)
    }
}

extension MethodCatalogue {
    fileprivate func entry(namedIn layers: [ConfigurationLayer]) throws -> MethodEntry {
        try entry(
            named: ConfigurationLayer.text(of: "method", in: layers), plugin: ConfigurationLayer.text(of: "plugin", in: layers))
    }
}

extension Configuration {
    /// Which clips of `dataSet` are labelled: those of the split where there is one, else a draw.
    ///
    /// - Parameter labels: Draws at this rate, whatever the configuration says.
    public func lists(of dataSet: DataSet, labels rate: LabelRate? = nil) throws -> TrainingLists {
        let run = self[RunOptions.self], labels = self[LabelOptions.self]
        if rate == nil, let split = run.split {
            let list = try SplitCatalogue.standard().splitList(nameOrPath: split)
            return try TrainingLists(dataSet, list: list, pool: labels.pool)
        }
        let draw = LabelDraw(
            rate: try rate ?? LabelRate(run.labels), seed: UInt64(run.seed), unit: labels.unit, balance: labels.quota)
        return try TrainingLists(dataSet, draw: draw, pool: labels.pool)
    }

    /// The evaluator of networks of `classCount` classes.
    func evaluator(
        classCount: Int, _ access: VideoAccess, _ communicator: any Communicator = SingleProcess()
    ) throws(AugmentError) -> Evaluator {
        let clip = self[ClipOptions.self]
        return try Evaluator(
            window: (clip.length, clip.stride), size: clip.size, views: self[EvaluationOptions.self].views,
            classCount: classCount, access: access, communicator: communicator)
    }

    /// How videos are read.
    public func access(
        _ indices: VideoIndexStore = VideoIndexStore(), _ ledger: DamageLedger = DamageLedger()
    ) -> VideoAccess {
        VideoAccess(
            indices: indices, ledger: ledger, timing: self[ClipOptions.self].timing, workers: self[EngineOptions.self].workers,
            clipSeconds: self[EngineOptions.self].clipSeconds)
    }
}
