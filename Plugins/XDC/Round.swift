import Tensor
import Training

/// How features are clustered.
public struct ClusteringSettings {
    let components: Int?
    /// What clusters the rows.
    public let kMeans: KMeans

    /// Settings: so many principal components, 0 for the features as they are, or nil for as many as the samples are enough for.
    public init(components: Int?, kMeans: KMeans) {
        self.components = components
        self.kMeans = kMeans
    }

    /// What k-means sees of features `[N, D]`: whitened principal components, rows of length 1 (card, k-means).
    ///
    /// N samples in N - 1 whitened directions are all equally far apart, which leaves k-means nothing to go by: where nobody says how many
    /// components are taken, eight samples or more make one.
    public func rows(of features: Tensor) throws -> Tensor {
        let dimensions = components ?? min(Self.mostComponents, max(1, features.shape[0] / Self.samplesOfComponent))
        let whitened =
            dimensions > 0 ? try PrincipalComponents(of: features, dimensions: dimensions).applied(to: features) : features
        return whitened.l2Normalized()
    }

    /// DeepCluster's number (card, k-means), and ours.
    private static let mostComponents = 256, samplesOfComponent = 8

    /// The clusters of `features` `[N, D]` of `modality`. Throws `XDCError.cannotBeClustered` where they have nothing to tell clips apart by.
    public func clustering(of features: Tensor, _ modality: Modality, _ key: RandomKey) throws -> Clustering {
        do {
            let found = try kMeans.clustering(of: rows(of: features), key: key)
            // Empty clusters take a row of their own while there are rows that differ.
            guard kMeans.clusters == 1 || found.sizes.allSatisfy({ $0 < features.shape[0] }) else {
                throw ClusteringError.constantFeatures(rows: features.shape[0])
            }
            return found
        } catch let error as ClusteringError {
            throw XDCError.cannotBeClustered(modality, error)
        }
    }
}

/// What a round has found: the cluster of each clip by each modality, and in which order the clips of an epoch come.
public struct Round {
    /// Rounds so far.
    public private(set) var number = 0
    /// The clusters of clips by their stable indices.
    public private(set) var tables: [Modality: LabelTable] = [:]
    /// The clips of an epoch by the stream that shows them.
    public private(set) var orders: [String: [Int]] = [:]
    /// What a clip counts by its cluster, where losses are balanced.
    private var clusterWeights: [Modality: [Int: Double]] = [:]

    init() {}

    /// The round after this one, on new features; its measures go into the metrics.
    func next(
        _ features: ClipFeatures, _ modalities: [Modality], _ settings: ClusteringSettings, _ epoch: EpochContext
    ) throws -> Round {
        var round = Round()
        round.number = number + 1
        epoch.monitor("round", Double(round.number))
        epoch.monitor("clipsWithSound", Double(features.samples.count))
        for modality in modalities {
            let found = try settings.clustering(of: features.tensor(modality), modality, epoch.key.derived(modality.rawValue))
            round.tables[modality] = LabelTable(samples: features.samples, labels: found.assignments)
            monitor(found, round.tables[modality], modality, epoch)
        }
        if let video = round.tables[.video], let sound = round.tables[.sound] {
            epoch.monitor("clusters.agreementOfSides", Self.agreement(video, sound))
        }
        round.weighClusters()
        return round
    }

    private func monitor(_ found: Clustering, _ table: LabelTable?, _ modality: Modality, _ epoch: EpochContext) {
        let samples = table?.samples ?? []
        let name = "clusters.\(modality.rawValue)"
        epoch.monitor("\(name).objective", found.objective)
        epoch.monitor("\(name).components", Double(found.centroids.shape[1]))
        epoch.monitor("\(name).sizes", found.sizes.sorted(by: >))
        epoch.monitor("\(name).largestShare", Double(found.sizes.max() ?? 0) / Double(max(1, samples.count)))
        epoch.monitorClasses("\(name).agreementWithClasses", of: found.assignments, samples: samples)
        if let before = tables[modality], let table {
            epoch.monitor("\(name).agreementWithPrevious", Self.agreement(before, table))
        }
    }

    /// The normalised mutual information of two clusterings, of the clips that both have.
    private static func agreement(_ one: LabelTable, _ other: LabelTable) -> Double {
        let common = one.samples.filter { other[$0] != nil }
        return NormalizedMutualInformation(common.compactMap { one[$0] }, common.compactMap { other[$0] }).value
    }

    // MARK: Balance

    /// Sets the order in which `stream` shows `count` clips: uniform over the clusters of `modality`.
    mutating func setBalancedOrder(of stream: String, count: Int, by modality: Modality, _ key: RandomKey) {
        guard let table = tables[modality] else { return }
        let samples = table.samples, balance = ClusterBalance(samples.compactMap { table[$0] })
        orders[stream] = balance.order(length: count, key: key).map { samples[$0] }
    }

    /// Sets a random order of all clips, which begins again where an epoch is longer.
    mutating func setShuffledOrder(of stream: String, _ key: RandomKey) {
        guard let samples = tables.values.first?.samples else { return }
        var random = key.stream
        orders[stream] = random.permutation(of: samples.count).map { samples[$0] }
    }

    /// What a clip of `cluster` counts in a loss: 1 in the mean over all clips, the same in sum for each cluster.
    func weight(ofCluster cluster: Int, in modality: Modality) -> Double { clusterWeights[modality]?[cluster] ?? 1 }

    private mutating func weighClusters() {
        clusterWeights = tables.mapValues { table in
            let clusters = table.samples.compactMap { table[$0] }
            let weights = ClusterBalance(clusters).weights.map { $0 * Double(clusters.count) }
            return Dictionary(zip(clusters, weights)) { first, _ in first }
        }
    }

    // MARK: State

    var state: StateTree {
        var tree = StateTree()
        tree.set("round", number)
        for (modality, table) in tables { tree.add(table.state, under: "clusters.\(modality.rawValue)") }
        for (stream, order) in orders { tree["order.\(stream)"] = Tensor(order.map(Int64.init)) }
        return tree
    }

    /// The round that `state` holds.
    init(_ state: StateTree, _ modalities: [Modality]) throws(StateError) {
        number = try state.integer("round")
        for modality in modalities where number > 0 {
            tables[modality] = try LabelTable(state.below("clusters.\(modality.rawValue)"))
        }
        for (stream, order) in state.below("order").tensors { orders[stream] = order.values(as: Int64.self).map(Int.init) }
        weighClusters()
    }
}
