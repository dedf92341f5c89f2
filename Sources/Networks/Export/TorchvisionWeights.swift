extension VideoClassifier {
    /// Parameters and running statistics as f32, with the names and shapes that torchvision's `load_state_dict` takes.
    ///
    /// Its counters `num_batches_tracked` are among them and are 0: only a momentum of `None` would use them.
    public var torchvisionWeights: [StoredTensor] {
        storedWeights
            + namedStatistics.map {
                StoredTensor(
                    name: "\($0.name).\(WeightNames.counter)", type: .int64, shape: [], bytes: Array(repeating: 0, count: 8))
            }
    }
}
