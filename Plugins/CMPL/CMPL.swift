import Datasets
import Networks
import Tensor
import Training

/// Cross-model pseudo-labelling (Xu et al. 2022): a wide and a narrow network label each other's strong views.
///
/// L = mean CE(F(x), y) + mean CE(A(x), y) + lambda (1 / |u|) sum_b [ mA_b CE(F(s_b), yA_b) + mF_b CE(A(s_b), yF_b) ]: each learns
/// from the other's labels, masked by the other's confidence. Only the primary F is evaluated and exported.
public final class CMPL: Method {
    public static let manifest = MethodManifest(
        name: "cmpl", summary: "A wide and a narrow network label each other's strong views",
        paper: "Xu et al., Cross-Model Pseudo-Labeling, CVPR 2022, arXiv 2112.09690",
        departures: [
            "threshold, weight, batch ratio and warm-up are choices: the publication's could not be read",
            "weak clips are forwarded apart by default, for both networks",
        ],
        defaults: [
            ("epochs", "200"), ("schedule.kind", "cosine"), ("optimizer.weightDecay", "0.0001"), ("backbone.dropout", "0.5"),
            ("method.confidenceThreshold", "0.8"), ("method.warmupShare", "0.166667"),
        ])
    public static let options: [any ConfigurationGroup.Type] = [PseudoLabelOptions.self, CMPLOptions.self]
    public static let canBePlanned = true

    public let views: ViewPlan
    /// The wide network, which is kept, and the narrow one.
    public let primary: VideoClassifier, auxiliary: VideoClassifier
    private let labelsByPrimary: PseudoLabeling, labelsByAuxiliary: PseudoLabeling
    private let options: CMPLOptions

    public init(_ setup: MethodSetup) throws {
        options = setup.configuration[CMPLOptions.self]
        primary = setup.networks.classifier(named: "primary")
        auxiliary = try options.auxiliary(setup.networks)
        views = ViewPlan([
            setup.standardViews.labeledStream(options.labeledView), setup.standardViews.unlabeledStream(),
        ])
        labelsByPrimary = PseudoLabeling(setup)
        labelsByAuxiliary = PseudoLabeling(setup)
    }

    public var networks: NetworkSet {
        NetworkSet([NamedNetwork("primary", primary), NamedNetwork("auxiliary", auxiliary)], evaluated: "primary")
    }

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let labeled = batch["labeled"], unlabeled = batch["unlabeled"]
        func logits(of network: VideoClassifier, _ name: String) -> ClipLogits {
            network.logits(
                labeled: labeled["clip"], weak: unlabeled["weak"], strong: unlabeled["strong"], options.forward,
                step.training(name))
        }
        // Both predict before either is updated.
        let f = logits(of: primary, "primary"), a = logits(of: auxiliary, "auxiliary")
        return lossTerms(primary: f, auxiliary: a, labels: labeled.labels, of: unlabeled, at: step)
    }

    /// The loss terms of both networks' logits.
    public func lossTerms(
        primary f: ClipLogits, auxiliary a: ClipLogits, labels: [Int], of unlabeled: StreamBatch, at step: StepContext
    ) -> [LossTerm] {
        let byPrimary = labelsByPrimary.labels(of: unlabeled, from: producer(f.weak, a.weak), labeled: f.labeled, at: step)
        let byAuxiliary = labelsByAuxiliary.labels(of: unlabeled, from: producer(a.weak, f.weak), labeled: a.labeled, at: step)
        step.monitor(byPrimary, of: unlabeled)
        step.monitor(byAuxiliary, of: unlabeled, under: "auxiliary.")
        step.monitor("agreement", agreement(byPrimary, byAuxiliary))

        // The mask comes with the labels: a network learns even where it is unsure itself.
        let isSwapped = options.exchange == .swapped
        let (toPrimary, toAuxiliary) = isSwapped ? (labelsByAuxiliary, labelsByPrimary) : (labelsByPrimary, labelsByAuxiliary)
        let (forPrimary, forAuxiliary) = isSwapped ? (byAuxiliary, byPrimary) : (byPrimary, byAuxiliary)
        return [
            LossTerm("primary.supervised", crossEntropy(logits: f.labeled, targets: labels).mean()),
            LossTerm("auxiliary.supervised", crossEntropy(logits: a.labeled, targets: labels).mean()),
        ] + toPrimary.lossTerms("primary.unlabeled", f.strong, forPrimary, at: step)
            + toAuxiliary.lossTerms("auxiliary.unlabeled", a.strong, forAuxiliary, at: step)
    }

    public var state: StateTree {
        var tree = StateTree()
        tree.add(labelsByPrimary.state, under: "primary")
        tree.add(labelsByAuxiliary.state, under: "auxiliary")
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        try labelsByPrimary.restore(state.below("primary"))
        try labelsByAuxiliary.restore(state.below("auxiliary"))
    }
}

extension CMPL {
    /// The logits that label: a network's own, or the mean of both.
    private func producer(_ own: Tensor, _ other: Tensor) -> Tensor {
        options.exchange == .mean ? (own + other) * 0.5 : own
    }

    /// The share of unlabelled clips that both networks take for the same class.
    private func agreement(_ one: PseudoLabels, _ other: PseudoLabels) -> Double {
        let equal = zip(one.labels, other.labels).count { $0 == $1 }
        return Double(equal) / Double(max(1, one.labels.count))
    }
}
