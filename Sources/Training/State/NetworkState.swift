import Files
import Networks
import Tensor

extension Module {
    /// Parameters and running statistics under the names of PyTorch's state dictionaries; the parameters' memory is shared.
    public var networkState: StateTree { parameterState.merging(statisticsState) }

    /// What the updates of steps move.
    var parameterState: StateTree {
        StateTree(Dictionary(namedParameters.map { ($0.name, $0.parameter.value.detached) }) { first, _ in first })
    }

    /// What a forward pass moves: the running statistics, a copy.
    var statisticsState: StateTree {
        var tree = StateTree()
        for (name, statistics) in namedStatistics {
            tree.set(name.isEmpty ? "running_mean" : "\(name).running_mean", statistics.values.mean)
            tree.set(name.isEmpty ? "running_var" : "\(name).running_var", statistics.values.variance)
        }
        return tree
    }

    /// Takes parameters and running statistics. Throws `StateError` and changes nothing where one is missing or misshaped.
    public func restoreNetwork(_ state: StateTree) throws(StateError) {
        var actions: [() -> Void] = []
        for (name, parameter) in namedParameters {
            let value = try state.tensor(name, shape: parameter.value.shape)
            actions.append { parameter.value.overwrite(with: value) }
        }
        try restoreStatistics(state)
        for action in actions { action() }
    }

    /// Takes running statistics. Throws `StateError` and changes nothing where one is missing or misshaped.
    func restoreStatistics(_ state: StateTree) throws(StateError) {
        var actions: [() -> Void] = []
        for (name, statistics) in namedStatistics {
            let count = statistics.values.mean.count, prefix = name.isEmpty ? "" : "\(name)."
            let mean = try state.values(prefix + "running_mean", count: count)
            let variance = try state.values(prefix + "running_var", count: count)
            actions.append { statistics.values = ChannelStatistics(mean: mean, variance: variance) }
        }
        for action in actions { action() }
    }

    /// SHA-256 of parameters and running statistics, in the order of their names.
    public var weightsDigest: String {
        var digest = SHA256()
        for (name, tensor) in networkState.tensors.sorted(by: { $0.key < $1.key }) {
            digest.update(name)
            digest.update(StoredTensor(name: name, tensor).bytes)
        }
        return digest.finish()
    }
}
