import Tensor

/// A backbone with a classifier: global average pooling, dropout, a linear layer `fc`.
public final class VideoClassifier: Module {
    /// What turns clips into features.
    public let backbone: any Backbone
    /// Features to logits.
    public let head: Linear
    /// The share of features dropped in training.
    public let dropoutRate: Double
    /// Whether the backbone stays as it is, in evaluation mode, so that the classifier alone learns.
    public private(set) var isBackboneFrozen = false

    /// A classifier of `classes` classes.
    public init(backbone: any Backbone, classes: Int, dropoutRate: Double, _ initializer: Initializer) {
        self.backbone = backbone
        self.dropoutRate = dropoutRate
        head = Linear(inputs: backbone.featureCount, outputs: classes, initializer.named("fc"))
    }

    public var children: [(name: String, module: any Module)] { backbone.children + [("fc", head)] }
    public var ownParameters: [(name: String, parameter: Parameter)] { backbone.ownParameters }
    public var ownStatistics: [(name: String, statistics: RunningStatistics)] { backbone.ownStatistics }

    /// From now on the backbone's parameters and running statistics stay as they are.
    public func freezeBackbone() {
        isBackboneFrozen = true
        for (_, parameter) in backbone.namedParameters { parameter.isFrozen = true }
        for (_, statistics) in backbone.namedStatistics { statistics.isFrozen = true }
    }

    /// Logits `[N, classes]` of a clip batch `[N, C, T, H, W]`.
    public func callAsFunction(_ clips: Tensor, _ context: ForwardContext) -> Tensor {
        classify(features: features(clips, context), context)
    }

    /// The features of the backbone's last stage, not pooled, `[N, C, T, H, W]`; `visit` sees each stage's output on the way.
    ///
    /// Those of a frozen backbone are constants, by running statistics and without dropout whatever `context` says.
    public func features(
        _ clips: Tensor, _ context: ForwardContext, visit: (String, Tensor) -> Void = { _, _ in }
    ) -> Tensor {
        guard isBackboneFrozen else { return backbone.features(clips, after: nil, through: nil, context, visit: visit) }
        return GradientRecording.off { backbone.features(clips, after: nil, through: nil, .evaluation, visit: visit) }
    }

    /// Writes the same into a graph, for evaluation: nothing is dropped.
    public func callAsFunction(_ clips: GraphValue) -> GraphValue { head(backbone.features(clips).globalAveragePooled()) }

    /// Logits `[N, classes]` of the backbone's last stage `[N, C, T, H, W]`.
    public func classify(features: Tensor, _ context: ForwardContext) -> Tensor {
        let pooled = features.globalAveragePooled()
        guard dropoutRate > 0, let key = context.dropout else { return head(pooled) }
        return head(pooled.droppedOut(rate: dropoutRate, key: key))
    }
}
