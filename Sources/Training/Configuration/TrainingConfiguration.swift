import Datasets
import Files

extension ConfigurationSchema {
    /// The options of every training run; a method's own are put in by `adding`.
    public static let training = ConfigurationSchema([
        RunOptions.self, LabelOptions.self, BackboneOptions.self, InitializationOptions.self, ClipOptions.self, BatchOptions.self,
        RankOptions.self,
        OptimizerOptions.self,
        ScheduleOptions.self, AverageOptions.self, WeakAugmentOptions.self, StrongAugmentOptions.self, EvaluationOptions.self,
        DamageOptions.self, NonFiniteOptions.self, CheckpointOptions.self, EngineOptions.self,
    ])
}

extension ConfigurationLayer {
    /// What the built-in data set called `name` recommends where its samples are of `kind`; nil for a data set without recommendations.
    public static func recommendations(for name: String, of kind: SampleKind = .clips) -> Self? {
        let settings = DataSetCatalogue.recommendedSettings(for: name, of: kind)
        return settings.isEmpty ? nil : .dataSet(name, recommends: settings.map { ($0.option, .text($0.value)) })
    }
}
