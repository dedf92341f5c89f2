import Networks
import Tensor

/// What follows the parameters that an optimiser moves.
public protocol ParameterFollower: AnyObject {
    /// The average that follows `parameter`; nil where none does.
    func average(of parameter: Parameter) -> Tensor.Average?
    /// Moves what follows anything but the parameters of these identities.
    func update(besides moved: Set<ObjectIdentifier>)
}

/// A twin of a network that follows it: twin = decay twin + (1 - decay) network, running statistics included. What is frozen is equal
/// from the beginning.
public final class ExponentialMovingAverage<Network: Module>: Stateful, ParameterFollower {
    /// The averaged network. No gradient reaches it.
    public let twin: Network
    private let network: Network
    private let decay: Double
    /// The twin's parameter of each of the network's.
    private let twins: [ObjectIdentifier: Parameter]

    /// Makes `twin`, a network of the same architecture, follow `network` from its present state on.
    public init(of network: Network, twin: Network, decay: Double) {
        self.network = network
        self.twin = twin
        self.decay = decay
        twins = Dictionary(
            zip(network.namedParameters, twin.namedParameters).map { (ObjectIdentifier($0.parameter), $1.parameter) }
        ) { first, _ in first }
        twin.copyState(from: network)
    }

    /// Moves the twin after a step.
    public func update() { update(besides: []) }

    public func average(of parameter: Parameter) -> Tensor.Average? {
        twins[ObjectIdentifier(parameter)].map { Tensor.Average($0.value, decay: decay) }
    }

    public func update(besides moved: Set<ObjectIdentifier>) {
        for (average, live) in zip(twin.namedParameters, network.namedParameters)
        where !live.parameter.isFrozen && !moved.contains(ObjectIdentifier(live.parameter)) {
            average.parameter.value.moveTowards(live.parameter.value, decay: decay)
        }
        for (average, live) in zip(twin.namedStatistics, network.namedStatistics) where !live.statistics.isFrozen {
            average.statistics.values = ChannelStatistics(
                mean: movingAverage(average.statistics.values.mean, live.statistics.values.mean, decay: decay),
                variance: movingAverage(average.statistics.values.variance, live.statistics.values.variance, decay: decay))
        }
    }

    public var state: StateTree { twin.networkState }
    public func restore(_ state: StateTree) throws(StateError) { try twin.restoreNetwork(state) }
}
