import Networks
import Tensor

/// A network or a head of a method, under the name by which checkpoints and the optimiser know it.
public struct NamedNetwork {
    /// The name; dots separate parts.
    public let name: String
    /// The network.
    public let module: any Module
    /// A factor of the learning rate.
    public let learningRateFactor: Double
    /// L2 decay of its kernels; nil: `optimizer.weightDecay`.
    public let weightDecay: Double?
    /// Whether the optimiser moves it.
    public let isTrained: Bool

    /// A network; see the properties.
    public init(
        _ name: String, _ module: any Module, learningRateFactor: Double = 1, weightDecay: Double? = nil, isTrained: Bool = true
    ) {
        self.name = name
        self.module = module
        self.learningRateFactor = learningRateFactor
        self.weightDecay = weightDecay
        self.isTrained = isTrained
    }
}

/// The networks of a method, and which of them is evaluated and handed on.
///
/// What a run hands on is what `--init`, `models export` and the digest of its weights take: the classifier that is evaluated, or of
/// methods that pre-train a backbone that alone. Such a run is scored at its end by a linear probe upon the backbone.
public struct NetworkSet {
    /// All networks and heads, in order. All are part of a checkpoint.
    public let members: [NamedNetwork]
    /// The name of the classifier that is evaluated, averaged and exported; nil where there is none.
    public let evaluatedName: String?
    /// The name of the network that is handed on: the one that is evaluated, or else one whose backbone alone has learned.
    public let transferredName: String?

    /// Networks of different names; `evaluated` is the name of a `VideoClassifier` among them.
    public init(_ members: [NamedNetwork], evaluated: String?) {
        self.init(members, evaluated: evaluated, transferred: evaluated)
    }

    /// Networks that pre-train the backbone of the `VideoClassifier` called `transferred`; its classifier takes no part.
    ///
    /// No running mean is kept of it.
    public init(_ members: [NamedNetwork], transferred: String) {
        self.init(members, evaluated: nil, transferred: transferred)
    }

    private init(_ members: [NamedNetwork], evaluated: String?, transferred: String?) {
        precondition(Set(members.map(\.name)).count == members.count, "two networks have one name")
        precondition(
            transferred.map { name in members.contains { $0.name == name && $0.module is VideoClassifier } } ?? true,
            "there is no classifier \(transferred ?? "")")
        self.members = members
        evaluatedName = evaluated
        transferredName = transferred
    }

    /// One classifier, called `classifier`.
    public init(_ network: VideoClassifier) { self.init([NamedNetwork("classifier", network)], evaluated: "classifier") }

    /// The classifier that is evaluated and exported.
    public var evaluated: VideoClassifier? { classifier(evaluatedName) }

    /// The network that is handed on; without `evaluated` its backbone alone.
    public var transferred: VideoClassifier? { classifier(transferredName) }

    private func classifier(_ name: String?) -> VideoClassifier? {
        members.first { $0.name == name }.flatMap { $0.module as? VideoClassifier }
    }

    /// Forgets the gradients of all networks.
    func clearGradients() {
        for member in members {
            for (_, parameter) in member.module.namedParameters { parameter.value.clearGradient() }
        }
    }

    /// Learned values of all networks.
    public var parameterCount: Int { members.reduce(0) { $0 + $1.module.parameterCount } }
}
