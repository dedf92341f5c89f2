import Files
import Networks
import Tensor
import TestSupport
import Testing
import Training

/// Every option of `losses.json` step by step: weights, targets, loss, gradient and what the rules remember.
@Suite struct PseudoLabelTests {
    static let sequences = (try? PseudoLabelSequence.all()) ?? []

    @Test func theReferenceIsComplete() {
        #expect(Self.sequences.count == 22 && Self.sequences.allSatisfy { $0.steps.count == 8 })
    }

    @Test(arguments: sequences) func everyStepAgrees(sequence: PseudoLabelSequence) throws {
        var labeler = try sequence.labeler()
        let alignment = try sequence.alignment()
        for (index, expected) in sequence.steps.enumerated() {
            if index == 4 { labeler = try restored(labeler, sequence) }
            let batch = try PseudoLabelBatch(index)
            let producer = sequence.option == "meanTeacher" ? batch.teacher : batch.weak
            let trained = sequence.option == "pseudoLabel" ? batch.weak : batch.strong
            let labels = labeler(logits: producer, labeledLogits: batch.labelled, sampleIndices: batch.samples)
            try compare(labels, expected)
            let loss = sequence.option == "meanTeacher" ? pseudoLabelSquaredError : pseudoLabelCrossEntropy
            try compare(loss(trained, labels), trained, expected, "loss", "gradient")
            if let alignment {
                let aligned = alignment(
                    ClassProbabilities(logits: batch.weak), labeled: ClassProbabilities(logits: batch.labelled))
                if expected["aligned"] != nil { try compare(aligned.rows.flatMap(\.self), expected, "aligned") }
            }
            if let adaptive = labeler.weighting as? AdaptiveThreshold {
                let fresh = try PseudoLabelBatch(index).strong
                let fairness = adaptive.fairnessLoss(strongLogits: fresh, weights: labels.weights)
                try compare(fairness, fresh, expected, "fairness", "fairnessGradient")
            }
            try compareState(labeler, try expected.member("state"))
        }
    }

    /// A checkpoint in the middle changes nothing.
    private func restored(_ labeler: PseudoLabeler, _ sequence: PseudoLabelSequence) throws -> PseudoLabeler {
        let fresh = try sequence.labeler()
        try fresh.restore(labeler.state)
        return fresh
    }

    private func compare(_ found: [Double], _ expected: JSON, _ key: String) throws {
        #expect(relativeDifference(found, try expected.numbers(key)) < 1e-12, "\(key)")
    }

    private func compare(_ labels: PseudoLabels, _ expected: JSON) throws {
        if expected["weights"] == nil {
            #expect(labels.weights.allSatisfy { $0 == 1 })
        } else {
            try compare(labels.weights, expected, "weights")
        }
        if expected["targets"] == nil {
            try compare(labels.targets.rows.flatMap(\.self), expected, "softTargets")
        } else {
            #expect(try labels.labels == expected.integers("targets"))
            #expect(labels.targets.rows.allSatisfy { $0.reduce(0, +) == 1 && $0.max() == 1 })
        }
    }

    private func compare(_ loss: Tensor, _ logits: Tensor, _ expected: JSON, _ key: String, _ gradientKey: String) throws {
        try compare([loss.scalar], expected, key)
        loss.backward()
        try compare(
            logits.gradient?.values(as: Double.self) ?? [Double](repeating: 0, count: logits.count), expected, gradientKey)
        logits.clearGradient()
    }

    private func compareState(_ labeler: PseudoLabeler, _ expected: JSON) throws {
        var found: [String: [Double]] = [:]
        switch labeler.weighting {
        case let rule as CurriculumThreshold:
            found = ["selected": rule.selected.map(Double.init), "accuracy": rule.status, "thresholds": rule.thresholds]
        case let rule as AdaptiveThreshold:
            found = [
                "timeP": [rule.confidence], "pModel": rule.probability, "labelHistogram": rule.labelHistogram,
                "thresholds": rule.thresholds,
            ]
        case let rule as TruncatedGaussianWeighting: found = ["mean": [rule.mean], "variance": [rule.variance]]
        default: break
        }
        if let alignment = labeler.alignment {
            found["pModel"] = alignment.model
            found["pTarget"] = alignment.target
            found["stored"] = [Double(alignment.state["queue"]?.shape[0] ?? 0)]
        }
        #expect(Set(found.keys) == Set((expected.objectValue ?? []).map(\.key)))
        for (key, values) in found { try compare(values, expected, key) }
    }
}

/// Ties, nothing kept, annealing.
@Suite struct PseudoLabelEdgeTests {
    private let level = Tensor([0.0, 0, 0, 0], shape: [2, 2]).requiringGradient()

    @Test func aTieGoesToTheLowestClassAndEqualConfidenceIsKept() throws {
        let expected = try reference("engine/losses.json").member("edges").member("tie")
        let labels = PseudoLabeler(weighting: FixedThreshold(0.5))(logits: level, sampleIndices: [0, 1])
        #expect(labels.labels == [0, 0] && labels.weights == [1, 1])
        let loss = pseudoLabelCrossEntropy(logits: level, labels)
        #expect(try relativeDifference(loss.scalar, expected.number("loss")) < 1e-15)
        loss.backward()
        let gradient = try #require(level.gradient).values(as: Double.self)
        #expect(try relativeDifference(gradient, expected.numbers("gradient")) < 1e-15)
    }

    @Test func nothingKeptIsALossOfZeroWithAGradientOfZero() throws {
        let labels = PseudoLabeler(weighting: FixedThreshold(0.95))(logits: level, sampleIndices: [0, 1])
        #expect(labels.weights == [0, 0])
        let loss = pseudoLabelCrossEntropy(logits: level, labels) + pseudoLabelSquaredError(logits: level, labels)
        #expect(loss.scalar == 0 && loss.requiresGradient)
        loss.backward()
        #expect(level.gradient?.values(as: Double.self).allSatisfy { $0 == 0 } == true)
        let fairness = AdaptiveThreshold(classes: 2, momentum: 0.9).fairnessLoss(strongLogits: level, weights: labels.weights)
        #expect(fairness.scalar == 0)
        (fairness + level.sum() * 0).backward()
        #expect(level.gradient?.values(as: Double.self).allSatisfy { $0 == 0 } == true)
    }

    @Test func noGradientReachesTheNetworkThatLabels() {
        let weak = Tensor([1.0, 0, 0, 2], shape: [2, 2]).requiringGradient()
        let labels = PseudoLabeler(weighting: FixedThreshold(0), targets: .soft)(logits: weak, sampleIndices: [0, 1])
        pseudoLabelSquaredError(logits: level, labels).backward()
        #expect(weak.gradient == nil && level.gradient != nil)
    }

    @Test func annealingThresholdsAgree() throws {
        let file = try reference("engine/losses.json")
        for (schedule, thresholds) in try #require(file.member("workedExample").member("annealing").objectValue) {
            let annealing = try #require(SignalAnnealing(rawValue: schedule))
            let found = [0, 0.25, 0.5, 1].map { annealing.threshold(progress: $0, classes: 101) }
            #expect(relativeDifference(found, try thresholds.numbers()) < 1e-14)
        }
        #expect(SignalAnnealing.off.threshold(progress: 0, classes: 101) == 1)
        for entry in try file.list("annealing") {
            let annealing = try #require(SignalAnnealing(rawValue: entry.text("schedule")))
            for (index, step) in try entry.list("steps").enumerated() {
                let threshold = annealing.threshold(progress: Double(index + 1) / 8, classes: 5)
                #expect(relativeDifference(threshold, try step.number("threshold")) < 1e-14)
            }
        }
    }
}
