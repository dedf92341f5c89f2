import Datasets
import Networks
import Tensor

/// FixMatch (Sohn et al. 2020): the prediction on a weak view labels the strong view of the same clip, if it is confident.
///
/// L = mean CE(z_labeled, y) + lambda (1 / mu B) sum_b w_b CE(z_strong_b, target_b); the targets carry no gradient.
public final class FixMatch: Method {
    public static let manifest = MethodManifest(
        name: "fixmatch", summary: "Confident predictions on weak views label the strong views",
        paper: "Sohn et al., FixMatch, NeurIPS 2020, arXiv 2001.07685",
        departures: [
            "the signs of geometric operations are drawn for each clip", "weak clips are forwarded apart by default",
            "a clip may begin wherever its frames fit; the video code reserves length x stride frames and one more",
        ])
    public static let options: (any ConfigurationGroup.Type)? = FixMatchOptions.self

    public let networks: NetworkSet
    public let views: ViewPlan
    private let student: VideoClassifier
    private let teacher: ExponentialMovingAverage<VideoClassifier>?
    private let labeler: PseudoLabeler
    private let options: FixMatchOptions

    public init(_ setup: MethodSetup) throws {
        options = setup.configuration[FixMatchOptions.self]
        student = setup.networks.classifier()
        teacher =
            options.producer == .teacher
            ? ExponentialMovingAverage(of: student, twin: setup.networks.classifier(), decay: options.teacherDecay) : nil
        networks = NetworkSet(student)
        views = ViewPlan([
            setup.standardViews.labeledStream(options.labeledView),
            setup.standardViews.unlabeledStream(hasStrongView: options.consumer == .strong),
        ])
        labeler = options.labeler(setup)
    }

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let labeled = batch["labeled"], unlabeled = batch["unlabeled"]
        let logits = forward(labeled["clip"], unlabeled, step)

        let pseudoLabels = labeler(
            logits: logits.producer, labeledLogits: logits.labeled, sampleIndices: unlabeled.sampleIndices)
        step.monitor(pseudoLabels, of: unlabeled)

        let supervised = supervisedLoss(logits.labeled, labeled.labels, step)
        let weight = options.unlabeledWeight(at: step)
        guard weight > 0 else { return [LossTerm("supervised", supervised)] }
        let consistency = options.consistency == .crossEntropy ? pseudoLabelCrossEntropy : pseudoLabelSquaredError
        return [
            LossTerm("supervised", supervised),
            LossTerm("unlabeled", consistency(logits.consumer, pseudoLabels), weight: weight),
        ] + fairness(logits.consumer, pseudoLabels)
    }

    public func didStep(_ step: StepContext) throws { teacher?.update() }

    public var state: StateTree {
        var tree = StateTree()
        tree.add(labeler.state, under: "labeler")
        if let teacher { tree.add(teacher.state, under: "teacher") }
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        try labeler.restore(state.below("labeler"))
        try teacher?.restore(state.below("teacher"))
    }
}

// MARK: The parts of a step

extension FixMatch {
    /// Of the labelled clips, of the view that labels (without gradient), and of the view that is trained on the labels.
    private typealias Logits = (labeled: Tensor, producer: Tensor, consumer: Tensor)

    private func forward(_ labeled: Tensor, _ unlabeled: StreamBatch, _ step: StepContext) -> Logits {
        options.consumer == .weak
            ? forward(labeled, weak: unlabeled["weak"], step)
            : forward(labeled, weak: unlabeled["weak"], strong: unlabeled["strong"], step)
    }

    private func forward(_ labeled: Tensor, weak: Tensor, strong: Tensor, _ step: StepContext) -> Logits {
        let training = ForwardContext(normalization: .updating, dropout: step.key)
        let counts = [labeled.shape[0], weak.shape[0], strong.shape[0]]
        switch options.forward {
        case .joint where teacher == nil:
            let all = student(Tensor.concatenated([labeled, weak, strong]), training).split(counts)
            return (all[0], all[1].detached, all[2])
        case .joint, .separate:
            let producer = label(weak, by: teacher?.twin ?? student, step)
            let all = student(Tensor.concatenated([labeled, strong]), training).split([counts[0], counts[2]])
            return (all[0], producer, all[1])
        }
    }

    /// Plain pseudo-labels: one view, whose own logits label it.
    private func forward(_ labeled: Tensor, weak: Tensor, _ step: StepContext) -> Logits {
        let training = ForwardContext(normalization: .updating, dropout: step.key)
        let logits: (labeled: Tensor, weak: Tensor)
        switch options.forward {
        case .joint:
            let all = student(Tensor.concatenated([labeled, weak]), training).split([labeled.shape[0], weak.shape[0]])
            logits = (all[0], all[1])
        case .separate:
            logits = (student(labeled, training), student(weak, weakContext(step)))
        }
        return (logits.labeled, teacher.map { label(weak, by: $0.twin, step) } ?? logits.weak.detached, logits.weak)
    }

    private func label(_ weak: Tensor, by producer: VideoClassifier, _ step: StepContext) -> Tensor {
        GradientRecording.off { producer(weak, weakContext(step)) }
    }

    private func weakContext(_ step: StepContext) -> ForwardContext {
        ForwardContext(normalization: .batch, dropout: step.key.derived("weak"))
    }

    private func supervisedLoss(_ logits: Tensor, _ labels: [Int], _ step: StepContext) -> Tensor {
        let losses = crossEntropy(logits: logits, targets: labels)
        guard options.annealing != .off else { return losses.mean() }
        let limit = options.annealing.threshold(progress: step.progress, classes: logits.shape[1])
        let counted = ClassProbabilities(logits: logits).confidences.map { $0 <= limit ? 1.0 : 0 }
        return (losses * Tensor(counted).converted(to: losses.elementType)).mean()
    }

    private func fairness(_ strong: Tensor, _ labels: PseudoLabels) -> [LossTerm] {
        guard let adaptive = labeler.weighting as? AdaptiveThreshold, options.fairnessWeight > 0 else { return [] }
        let loss = adaptive.fairnessLoss(strongLogits: strong, weights: labels.weights)
        return [LossTerm("fairness", loss, weight: options.fairnessWeight)]
    }
}

extension FixMatchOptions {
    /// The labeller that these options describe.
    func labeler(_ setup: MethodSetup) -> PseudoLabeler {
        let classes = setup.classes
        let weighting: any ConfidenceWeighting =
            switch self.weighting {
            case .fixed: FixedThreshold(confidenceThreshold)
            case .flexMatch:
                CurriculumThreshold(
                    threshold: confidenceThreshold, samples: setup.unlabeledCount, indexLimit: setup.sampleIndexLimit,
                    classes: classes, mapping: thresholdMapping, warmUp: thresholdWarmup)
            case .freeMatch: AdaptiveThreshold(classes: classes, momentum: thresholdMomentum)
            case .softMatch: TruncatedGaussianWeighting(classes: classes, momentum: thresholdMomentum)
            }
        let model: DistributionAlignment.Model =
            alignmentQueue > 0 ? .queue(length: alignmentQueue) : .movingAverage(decay: alignmentMomentum)
        let alignment: DistributionAlignment? =
            switch self.alignment {
            case .none: nil
            case .uniform: DistributionAlignment(classes: classes, target: .uniform, model: model)
            case .labeled: DistributionAlignment(classes: classes, target: .labeled, model: model)
            }
        let targets: PseudoLabeler.Targets =
            switch target {
            case .hard: .hard
            case .sharpened: .sharpened(temperature: temperature)
            case .soft: .soft
            }
        return PseudoLabeler(
            alignment: alignment, weighting: weighting, targets: targets, targetsAreAligned: self.weighting != .softMatch)
    }

    /// lambda at a step: 0 before the warm-up has ended, then ramped where asked.
    func unlabeledWeight(at step: StepContext) -> Double {
        guard step.epoch >= warmupEpochs else { return 0 }
        let ramp = rampShare > 0 ? min(1, Double(step.step) / (rampShare * Double(step.totalSteps))) : 1
        return unlabeledWeight * ramp
    }
}

extension StepContext {
    /// The share of kept pseudo-labels, how many each class has, and, where true classes are known, the share of right ones.
    public func monitor(_ labels: PseudoLabels, of stream: StreamBatch, under prefix: String = "") {
        let kept = labels.weights.indices.filter { labels.weights[$0] > 0 }
        monitor(prefix + "keptRatio", labels.weights.reduce(0, +) / Double(max(1, labels.weights.count)))
        let known = kept.compactMap { place in
            diagnostics.label(ofSample: stream.sampleIndices[place]).map { $0 == labels.labels[place] }
        }
        tally(prefix + "keptByClass", kept.map { labels.labels[$0] })
        if !known.isEmpty { monitor(prefix + "maskPrecision", Double(known.filter(\.self).count) / Double(known.count)) }
    }
}
