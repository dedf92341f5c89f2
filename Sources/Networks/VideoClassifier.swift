import Tensor

/// A backbone with a classifier: global average pooling, dropout, a linear layer `fc`.
public final class VideoClassifier: Module {
    /// What turns clips into features.
    public let backbone: any Backbone
    /// Features to logits.
    public let head: Linear
    /// The share of features dropped in training.
    public let dropoutRate: Double

    /// A classifier of `classes` classes.
    public init(backbone: any Backbone, classes: Int, dropoutRate: Double, _ initializer: Initializer) {
        self.backbone = backbone
        self.dropoutRate = dropoutRate
        head = Linear(inputs: backbone.featureCount, outputs: classes, initializer.named("fc"))
    }

    public var children: [(name: String, module: any Module)] { backbone.children + [("fc", head)] }
    public var ownParameters: [(name: String, parameter: Parameter)] { backbone.ownParameters }
    public var ownStatistics: [(name: String, statistics: RunningStatistics)] { backbone.ownStatistics }

    /// Logits `[N, classes]` of a clip batch `[N, C, T, H, W]`.
    public func callAsFunction(_ clips: Tensor, _ context: ForwardContext) -> Tensor {
        classify(features: backbone.features(clips, context), context)
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
