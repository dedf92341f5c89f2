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

/// The networks of a method, and which of them is evaluated and exported.
public struct NetworkSet {
    /// All networks and heads, in order. All are part of a checkpoint.
    public let members: [NamedNetwork]
    /// The name of the classifier that is evaluated, averaged and exported; nil where only the method's evaluators score.
    public let evaluatedName: String?

    /// Networks of different names; `evaluated` is the name of a `VideoClassifier` among them.
    public init(_ members: [NamedNetwork], evaluated: String?) {
        precondition(Set(members.map(\.name)).count == members.count, "two networks have one name")
        precondition(
            evaluated.map { name in members.contains { $0.name == name && $0.module is VideoClassifier } } ?? true,
            "there is no classifier \(evaluated ?? "")")
        self.members = members
        evaluatedName = evaluated
    }

    /// One classifier, called `classifier`.
    public init(_ network: VideoClassifier) { self.init([NamedNetwork("classifier", network)], evaluated: "classifier") }

    /// The classifier that is evaluated and exported.
    public var evaluated: VideoClassifier? {
        members.first { $0.name == evaluatedName }.flatMap { $0.module as? VideoClassifier }
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
