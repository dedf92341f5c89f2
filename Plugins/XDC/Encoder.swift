import Networks
import Tensor
import Training

/// One of the two encoders, with a head for the clusters of each modality that it learns.
public final class Encoder {
    /// `video` or `sound`.
    public let name: String
    /// What turns clips, or log-mel pictures, into features.
    public let backbone: any Backbone
    /// The modalities whose clusters it learns, the other side's last.
    public let targets: [Modality]
    /// Features to clusters, one for each target; new in every round.
    public private(set) var heads: ClusterHeads
    private let clusters: Int

    init(_ name: String, _ backbone: any Backbone, targets: [Modality], clusters: Int, _ initializer: Initializer) {
        self.name = name
        self.backbone = backbone
        self.targets = targets
        self.clusters = clusters
        heads = ClusterHeads(targets, inputs: backbone.featureCount, clusters: clusters, initializer)
    }

    /// Pooled features `[N, D]`.
    func features(_ x: Tensor, _ context: ForwardContext) -> Tensor { backbone.features(x, context).globalAveragePooled() }

    /// Puts fresh heads in place of those of the round before: N(0, 0.01) and 0, unknown to the optimiser.
    func renewHeads(_ initializer: Initializer) {
        heads = ClusterHeads(targets, inputs: backbone.featureCount, clusters: clusters, initializer)
    }

    /// What each head makes of features `[N, D]`: `[N, k]`.
    func logits(_ features: Tensor) -> [Tensor] { heads.parts.map { $0(features) } }

    /// The cross-entropies of logits with the clusters of their clips (card, losses), one for each target.
    ///
    /// - Parameters:
    ///   - logits: Those of each head, `[N, k]`.
    ///   - clusters: The cluster of each row in each of the `targets`.
    ///   - weights: What each row counts in each of them; nil: all the same.
    public func losses(logits: [Tensor], clusters: [[Int]], weights: [[Double]]? = nil) -> [LossTerm] {
        targets.indices.map { place in
            let losses = crossEntropy(logits: logits[place], targets: clusters[place])
            let weighted = weights.map { losses * Tensor($0[place]).converted(to: losses.elementType) } ?? losses
            return LossTerm(targets.count == 1 ? name : "\(name).\(targets[place].rawValue)", weighted.mean())
        }
    }
}

/// The heads of an encoder, under the names of what they learn.
public final class ClusterHeads: Module {
    /// The linear layers, in the order of the targets.
    public let parts: [Linear]
    private let names: [String]

    init(_ targets: [Modality], inputs: Int, clusters: Int, _ initializer: Initializer) {
        names = targets.map(\.rawValue)
        parts = names.map { Linear(inputs: inputs, outputs: clusters, initializer.named($0)) }
    }

    public var children: [(name: String, module: any Module)] { zip(names, parts).map { ($0, $1) } }
}
