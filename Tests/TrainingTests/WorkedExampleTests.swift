import Networks
import Tensor
import TestSupport
import Testing
import Training

/// The worked example of the FixMatch card, by the numbers that the card prints.
@Suite struct WorkedExampleTests {
    private let weak = Tensor([4.0, 0, 0, 1, 0.5, 0, 0, 3, -1, 0, 0.2, 2.2], shape: [4, 3])
    private let strong = Tensor([1.0, 0, 0, 0.5, 0.5, 0, 0, 1, 1, 0, 0, 1], shape: [4, 3])
    private let samples = [0, 1, 2, 3]

    /// The card prints six decimals.
    private func agree(_ found: [Double], _ printed: [Double]) -> Bool {
        found.count == printed.count && zip(found, printed).allSatisfy { abs($0 - $1) < 1e-6 }
    }

    @Test func confidencesLabelsAndCrossEntropies() {
        let probabilities = ClassProbabilities(logits: weak)
        #expect(agree(probabilities.confidences, [0.964663, 0.506480, 0.936240, 0.802479]))
        #expect(probabilities.labels == [0, 0, 1, 2])
        let losses = crossEntropy(logits: strong, targets: [0, 0, 1, 2]).values(as: Double.self)
        #expect(agree(losses, [0.551445, 0.958020, 0.861995, 0.551445]))
    }

    @Test(arguments: [(0.95, 0.137861), (0.9, 0.353360), (0.8, 0.491221), (0.3, 0.730726)])
    func theLossIsDividedByAllSamples(threshold: Double, printed: Double) {
        let labels = PseudoLabeler(weighting: FixedThreshold(threshold))(logits: weak, sampleIndices: samples)
        #expect(agree([pseudoLabelCrossEntropy(logits: strong, labels).scalar], [printed]))
    }

    @Test(arguments: [(true, [0.6, 0.4, 0], [0.407143, 0.2375, 0]), (false, [1, 0.666667, 0], [0.95, 0.475, 0])])
    func flexMatchThresholds(warmUp: Bool, status: [Double], thresholds: [Double]) throws {
        let rule = CurriculumThreshold(threshold: 0.95, samples: 10, classes: 3, warmUp: warmUp)
        let selected = [0, 0, 0, 1, 1]
        let certain = ClassProbabilities(rows: selected.map { label in (0..<3).map { $0 == label ? 1 : 0 } })
        _ = rule.weights(certain, sampleIndices: [0, 1, 2, 3, 4])
        #expect(agree(rule.status, status) && agree(rule.thresholds, thresholds))
        #expect(rule.selected == selected + [-1, -1, -1, -1, -1])
    }

    @Test func freeMatchThresholds() {
        let rule = AdaptiveThreshold(classes: 3, momentum: 0.9)
        #expect(rule.weights(ClassProbabilities(logits: weak), sampleIndices: samples) == [1, 1, 1, 1])
        #expect(agree([rule.confidence], [0.380247]) && agree(rule.probability, [0.340167, 0.334243, 0.325590]))
        #expect(agree(rule.labelHistogram, [0.35, 0.325, 0.325]) && agree(rule.thresholds, [0.380247, 0.373624, 0.363953]))
    }

    @Test func softMatchWeights() throws {
        let aligned = DistributionAlignment(classes: 3)(ClassProbabilities(logits: weak), labeled: nil)
        let printed = [
            0.952170, 0.020457, 0.027373, 0.436894, 0.310834, 0.252273, 0.039781, 0.937249, 0.022970, 0.060247, 0.086316,
            0.853437,
        ]
        #expect(agree(aligned.rows.flatMap(\.self), printed))
        let rule = TruncatedGaussianWeighting(classes: 3, momentum: 0.9)
        #expect(agree(rule.weights(aligned, sampleIndices: samples), [1, 1, 1, 1]))
        #expect(agree([rule.mean, rule.variance], [0.379494, 0.905886]))
        let given = TruncatedGaussianWeighting(classes: 3, momentum: 1)
        try given.restore(StateTree(["statistics": Tensor([0.9, 0.01])]))
        let weights = given.weights(aligned, sampleIndices: samples)
        #expect(agree(weights, [1, 0, 1, 0.648153]))
        let losses = crossEntropy(logits: strong, targets: [0, 0, 1, 2])
        #expect(agree([(Tensor(weights) * losses).mean().scalar], [0.442715]))
    }

    @Test func sharpenedTargets() {
        let labels = PseudoLabeler(weighting: FixedThreshold(0), targets: .sharpened(temperature: 0.4))(
            logits: weak, sampleIndices: samples)
        #expect(agree(labels.targets.rows[1], [0.730679, 0.209343, 0.059978]))
        let losses = crossEntropy(logits: strong, targets: labels.targets.tensor(.float64)).values(as: Double.self)
        #expect(agree([losses[1]], [0.988009]))
    }

    @Test(arguments: [
        (SignalAnnealing.linear, [0.009901, 0.257426, 0.504950, 1]), (.exponential, [0.016572, 0.033186, 0.091173, 1]),
        (.logarithmic, [0.009901, 0.716332, 0.918728, 0.993329]),
    ]) func annealing(annealing: SignalAnnealing, printed: [Double]) {
        #expect(agree([0, 0.25, 0.5, 1].map { annealing.threshold(progress: $0, classes: 101) }, printed))
    }

    @Test func meanTeacher() {
        let targets = ClassProbabilities(logits: weak).tensor(.float64)
        let errors = meanSquaredError(probabilities: strong.softmax(), targets: targets).values(as: Double.self)
        #expect(agree(errors, [0.075484, 0.007694, 0.146702, 0.025685]))
        let labels = PseudoLabeler(weighting: FixedThreshold(0), targets: .soft)(logits: weak, sampleIndices: samples)
        #expect(agree([pseudoLabelSquaredError(logits: strong, labels).scalar], [0.063891]))
    }
}
