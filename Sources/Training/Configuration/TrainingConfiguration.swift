import Files

extension ConfigurationSchema {
    /// The options of every training run; a method's own are put in by `adding`.
    public static let training = ConfigurationSchema([
        RunOptions.self, LabelOptions.self, BackboneOptions.self, ClipOptions.self, BatchOptions.self, OptimizerOptions.self,
        ScheduleOptions.self, AverageOptions.self, WeakAugmentOptions.self, StrongAugmentOptions.self, EvaluationOptions.self,
        CheckpointOptions.self, EngineOptions.self,
    ])
}

extension ConfigurationLayer {
    /// What the built-in data set called `name` recommends; nil for a data set without recommendations.
    ///
    /// A length in epochs gives way to `epochs=0` on the command line, one in steps would not.
    public static func recommendations(for name: String) -> Self? {
        guard name == "motions" else { return nil }
        return .dataSet(
            name,
            recommends: [
                ("epochs", .text("10")), ("backbone", .text("r3d10")), ("backbone.width", .text("0.25")),
                ("clip.length", .text("8")), ("clip.stride", .text("4")), ("clip.size", .text("56")),
                ("batch.labeled", .text("10")), ("batch.unlabeled", .text("24")),
                ("optimizer.learningRate", .text("0.05")), ("schedule.warmupSteps", .text("20")), ("ema.decay", .text("0.99")),
                ("augment.weak.smallestArea", .text("0.75")), ("augment.weak.aspect", .text("1.1")),
                ("augment.strong.operations", .text("1")), ("augment.strong.magnitude", .text("5")),
                ("augment.strong.cutout", .text("0.5")),
                ("method.labeledView", .text("strong")), ("method.confidenceThreshold", .text("0.8")),
                ("method.alignment", .text("uniform")), ("method.alignmentMomentum", .text("0.99")),
            ])
    }
}
