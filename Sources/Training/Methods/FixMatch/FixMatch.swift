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
    public static let options: [any ConfigurationGroup.Type] = [PseudoLabelOptions.self, FixMatchOptions.self]
    public static let canBePlanned = true

    public let views: ViewPlan
    /// The network that is trained and evaluated.
    public let student: VideoClassifier
    private let teacher: ExponentialMovingAverage<VideoClassifier>?
    private let pseudoLabeling: PseudoLabeling
    private let options: FixMatchOptions

    public init(_ setup: MethodSetup) throws {
        options = setup.configuration[FixMatchOptions.self]
        student = setup.networks.classifier()
        teacher =
            options.producer == .teacher
            ? ExponentialMovingAverage(of: student, twin: setup.networks.blankClassifier(), decay: options.teacherDecay) : nil
        views = ViewPlan([
            setup.standardViews.labeledStream(options.labeledView),
            setup.standardViews.unlabeledStream(hasStrongView: options.consumer == .strong),
        ])
        pseudoLabeling = PseudoLabeling(setup)
    }

    public var networks: NetworkSet { NetworkSet(student) }

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let labeled = batch["labeled"], unlabeled = batch["unlabeled"]
        let logits = forward(labeled["clip"], unlabeled, step)

        let pseudoLabels = pseudoLabeling.labels(of: unlabeled, from: logits.producer, labeled: logits.labeled, at: step)
        step.monitor(pseudoLabels, of: unlabeled)

        return [LossTerm("supervised", supervisedLoss(logits.labeled, labeled.labels, step))]
            + pseudoLabeling.lossTerms("unlabeled", logits.consumer, pseudoLabels, at: step)
    }

    public func didStep(_ step: StepContext) throws { teacher?.update() }

    public var state: StateTree {
        var tree = StateTree()
        tree.add(pseudoLabeling.state, under: "labeler")
        if let teacher { tree.add(teacher.state, under: "teacher") }
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        try pseudoLabeling.restore(state.below("labeler"))
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
        guard let teacher else {
            let logits = student.logits(labeled: labeled, weak: weak, strong: strong, options.forward, step.training)
            return (logits.labeled, logits.weak, logits.strong)
        }
        let producer = label(weak, by: teacher.twin, step)
        let counts = [labeled.shape[0], strong.shape[0]]
        let all = student(Tensor.concatenated([labeled, strong]), step.training).split(counts)
        return (all[0], producer, all[1])
    }

    /// Plain pseudo-labels: one view, whose own logits label it.
    private func forward(_ labeled: Tensor, weak: Tensor, _ step: StepContext) -> Logits {
        let logits: (labeled: Tensor, weak: Tensor)
        switch options.forward {
        case .joint:
            let counts = [labeled.shape[0], weak.shape[0]]
            let all = student(Tensor.concatenated([labeled, weak]), step.training).split(counts)
            logits = (all[0], all[1])
        case .separate:
            logits = (student(labeled, step.training), student(weak, step.training.labeling))
        }
        return (logits.labeled, teacher.map { label(weak, by: $0.twin, step) } ?? logits.weak.detached, logits.weak)
    }

    private func label(_ weak: Tensor, by producer: VideoClassifier, _ step: StepContext) -> Tensor {
        GradientRecording.off { producer(weak, step.training.labeling) }
    }

    private func supervisedLoss(_ logits: Tensor, _ labels: [Int], _ step: StepContext) -> Tensor {
        let losses = crossEntropy(logits: logits, targets: labels)
        guard options.annealing != .off else { return losses.mean() }
        let limit = options.annealing.threshold(progress: step.progress, classes: logits.shape[1])
        let counted = ClassProbabilities(logits: logits).confidences.map { $0 <= limit ? 1.0 : 0 }
        return (losses * Tensor(counted).converted(to: losses.elementType)).mean()
    }
}
