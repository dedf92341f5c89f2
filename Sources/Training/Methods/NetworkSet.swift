import Networks
import Tensor

/// The named networks of a method, and which of them is evaluated and exported.
public struct NetworkSet {
    /// The networks that are trained, in order.
    public let trained: [(name: String, network: VideoClassifier)]
    /// The name of the network that is evaluated and exported.
    public let primary: String

    /// A set of networks; `primary` is the name of one of them.
    public init(_ trained: [(name: String, network: VideoClassifier)], primary: String) {
        precondition(trained.contains { $0.name == primary }, "there is no network \(primary)")
        self.trained = trained
        self.primary = primary
    }

    /// One network, called `classifier`.
    public init(_ network: VideoClassifier) { self.init([("classifier", network)], primary: "classifier") }

    /// The network that is evaluated and exported.
    public var primaryNetwork: VideoClassifier { trained.first { $0.name == primary }?.network ?? trained[0].network }

    /// All parameters under `network.parameter` names.
    public var namedParameters: [(name: String, parameter: Parameter)] {
        trained.flatMap { entry in entry.network.namedParameters.map { ("\(entry.name).\($0.name)", $0.parameter) } }
    }
}

/// Everything that a method builds its networks from.
public struct NetworkFactory: Sendable {
    /// The catalogue entry and its options.
    public let entry: BackboneEntry, options: Networks.BackboneOptions
    /// The number of classes, and the share of features dropped before the classifier.
    public let classes: Int, dropoutRate: Double
    private let seed: UInt64, elementType: ElementType

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

    /// A classifier whose weights are drawn for `name`: two names give two draws.
    public func classifier(named name: String = "classifier") -> VideoClassifier {
        let initializer = Initializer(seed: seed, elementType: elementType).named(name)
        return VideoClassifier(
            backbone: entry.make(options, initializer), classes: classes, dropoutRate: dropoutRate, initializer)
    }
}
