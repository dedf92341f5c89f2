import Networks
import Tensor

/// A twin of a network that follows it: twin = decay twin + (1 - decay) network, running statistics included.
public final class ExponentialMovingAverage<Network: Module>: Stateful {
    /// The averaged network. No gradient reaches it.
    public let twin: Network
    private let network: Network
    private let decay: Double

    /// Makes `twin`, a network of the same architecture, follow `network` from its present state on.
    public init(of network: Network, twin: Network, decay: Double) {
        self.network = network
        self.twin = twin
        self.decay = decay
        twin.copyState(from: network)
    }

    /// Moves the twin after a step.
    public func update() {
        for (average, live) in zip(twin.namedParameters, network.namedParameters) {
            average.parameter.value.moveTowards(live.parameter.value, decay: decay)
        }
        for (average, live) in zip(twin.namedStatistics, network.namedStatistics) {
            average.statistics.values = ChannelStatistics(
                mean: movingAverage(average.statistics.values.mean, live.statistics.values.mean, decay: decay),
                variance: movingAverage(average.statistics.values.variance, live.statistics.values.variance, decay: decay))
        }
    }

    public var state: StateTree { twin.networkState }
    public func restore(_ state: StateTree) throws(StateError) { try twin.restoreNetwork(state) }
}
