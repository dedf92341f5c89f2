import Networks
import Tensor

/// Everything that a method builds its networks from.
public struct NetworkFactory: Sendable {
    /// The catalogue entry and its options, which `backbone` of the configuration names.
    public let entry: BackboneEntry, options: Networks.BackboneOptions
    /// The number of classes, and the share of features dropped before the classifier.
    public let classes: Int, dropoutRate: Double
    private let seed: UInt64, elementType: ElementType
    /// What every network of the shape of `classifier` begins with; nil: drawn weights.
    var initialWeights: InitialWeights?
    /// Whether those networks keep the backbone that they begin with.
    var freezesBackbone = false

    /// A factory of networks drawn by `seed`.
    public init(
        entry: BackboneEntry, options: Networks.BackboneOptions = .init(), classes: Int, dropoutRate: Double = 0, seed: UInt64,
        elementType: ElementType = .float32
    ) {
        self.entry = entry
        self.options = options
        self.classes = classes
        self.dropoutRate = dropoutRate
        self.seed = seed
        self.elementType = elementType
    }

    /// Draws the weights of the network or head called `name`: two names give two draws.
    public func initializer(named name: String) -> Initializer { Initializer(seed: seed, elementType: elementType).named(name) }

    /// A classifier upon the chosen backbone whose weights are all 0: to be looked at, or loaded next.
    public func blankClassifier() -> VideoClassifier {
        let blank = Initializer.blank(elementType: elementType)
        let network = VideoClassifier(backbone: entry.make(options, blank), classes: classes, dropoutRate: dropoutRate, blank)
        if freezesBackbone { network.freezeBackbone() }
        return network
    }

    /// A classifier upon the chosen backbone, called `name`, with the run's initial weights where it has some.
    public func classifier(named name: String = "classifier") -> VideoClassifier { classifier(named: name, entry, options) }

    /// A classifier upon another backbone; where that has the shape of the chosen one, with the run's initial weights, and frozen
    /// where those are.
    public func classifier(named name: String, _ entry: BackboneEntry, _ options: Networks.BackboneOptions) -> VideoClassifier {
        let initializer = initializer(named: name)
        let network = VideoClassifier(
            backbone: entry.make(options, initializer), classes: classes, dropoutRate: dropoutRate, initializer)
        guard initialWeights != nil || freezesBackbone, isOfChosenShape(network, entry, options) else { return network }
        initialWeights?.load(into: network)
        if freezesBackbone { network.freezeBackbone() }
        return network
    }

    private func isOfChosenShape(
        _ network: VideoClassifier, _ entry: BackboneEntry, _ options: Networks.BackboneOptions
    ) -> Bool {
        entry.name == self.entry.name
            && (options == self.options || network.weightShapes == blankClassifier().weightShapes)
    }
}
