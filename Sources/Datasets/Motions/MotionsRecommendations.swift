extension Motions {
    /// The training settings that suit these clips, chosen on held-out training clips, never on the test clips.
    ///
    /// A length in epochs gives way to `epochs=0` on the command line, one in steps would not.
    static let recommendedSettings: [(option: String, value: String)] = [
        ("epochs", "13"), ("backbone", "r3d10"), ("backbone.width", "0.25"),
        ("clip.length", "8"), ("clip.stride", "4"), ("clip.size", "56"),
        // At 1 % each of the ten labelled clips three times a step, in views of its own: with one view some draws of labels
        // give pseudo-labels that never recover.
        ("batch.labeled", "30"), ("batch.unlabeled", "24"),
        ("optimizer.learningRate", "0.05"), ("schedule.warmupSteps", "20"), ("ema.decay", "0.99"),
        // Publications that train for days drop half of the features, let the rate fall to 0 and hold labels back for a sixth of
        // the time; 546 steps are too few for that.
        ("backbone.dropout", "0"), ("schedule.kind", "cosine716"), ("schedule.warmupShare", "0"), ("optimizer.nesterov", "true"),
        ("optimizer.weightDecay", "0.0005"), ("method.warmupShare", "0"), ("method.statisticsBatches", "40"),
        // Windows of 56 of 64 pixels that are only shifted: other sizes and aspects cost early pseudo-labels much.
        ("augment.weak.smallestArea", "0.765625"), ("augment.weak.largestArea", "0.765625"), ("augment.weak.aspect", "1"),
        ("augment.strong.strength", "drawn"), ("augment.strong.cutout", "0.5"),
        ("method.labeledView", "strong"), ("method.confidenceThreshold", "0.8"),
        ("method.alignment", "uniform"), ("method.alignmentMomentum", "0.99"),
        // A quarter of this small network could not tell ten classes apart, and its labels mislead the other.
        ("method.auxiliaryWidth", "0.5"),
        // Temporal gradients of these clips are faint outlines, which teach features little and slowly.
        ("method.labeledWeight", "1"), ("method.unlabeledWeight", "1"), ("method.alignmentWeight", "0.2"),
        ("method.contrastWeight", "0.5"),
        // The pitch, the loudness and the hum of a clip say nothing about its motion; how they change does.
        ("method.soundMean", "clip"), ("method.components", "32"), ("method.soundWidth", "0.25"),
    ]

    /// Those that suit the questions about the clips, chosen on questions about held-out training clips.
    static let recommendedSettingsForQuestions: [(option: String, value: String)] = [
        ("epochs", "8"), ("batch.labeled", "16"), ("batch.unlabeled", "16"), ("optimizer.learningRate", "0.003"),
        ("method.contrastWeight", "0.1"),
        // Two questions about one clip are told apart by their answers; two of a kind by the clip alone.
        ("method.pretrainingNegatives", "kind"),
    ]
}
