import Datasets
import Networks
import Tensor

/// Where a run is, and what a step has to say.
public final class StepContext {
    /// The step, from 0, and the number of all steps.
    public let step: Int, totalSteps: Int
    /// The epoch, from 0: a pass over the unlabelled list.
    public let epoch: Int
    /// The name of the stage.
    public let stage: String
    /// The key of the step's random draws, such as dropout's; each part of a batch has its own.
    public private(set) var key: RandomKey
    /// What the method wants to see in the metrics, by name.
    public private(set) var monitors: [(name: String, value: Double)] = []
    /// Counts by class for the metrics, by name; classes without any are not listed.
    public private(set) var tallies: [(name: String, counts: [(label: Int, count: Int)])] = []
    /// True classes of unlabelled samples, where known. Methods cannot read them: they feed metrics and never a loss.
    private let diagnostics: DiagnosticLabels
    /// Whether it is that of a part of the step's batch.
    private(set) var isPart = false
    /// What normalisations know of the other parts of the batch.
    private var sums: (any BatchSums)?
    /// What the part moves of the method's state, in the order in which the method said so.
    var moves: [StateMove] = []

    /// A context; see the properties.
    public init(
        step: Int, totalSteps: Int, epoch: Int = 0, stage: String = "main", seed: UInt64 = 0,
        diagnostics: DiagnosticLabels = DiagnosticLabels()
    ) {
        self.step = step
        self.totalSteps = totalSteps
        self.epoch = epoch
        self.stage = stage
        key = RandomKey(seed: seed, purpose: .dropout, epoch: UInt64(step))
        self.diagnostics = diagnostics
    }

    /// The context of the part `number` of the step's batch (`batch.microbatches`).
    ///
    /// - Parameter sums: Of all parts, by whose statistics networks normalise; nil: by those of the part.
    func part(_ number: Int, over sums: (any BatchSums)? = nil) -> StepContext {
        let part = StepContext(step: step, totalSteps: totalSteps, epoch: epoch, stage: stage, diagnostics: diagnostics)
        part.key = key.derived("part").derived(UInt64(number))
        part.isPart = true
        part.sums = sums
        return part
    }

    /// The share of the steps that are done, in [0, 1).
    public var progress: Double { Double(step) / Double(max(1, totalSteps)) }

    /// A forward pass of training: batch statistics, which move the running ones, and dropout.
    public var training: ForwardContext { forward(key) }

    /// The same for the network called `name`, whose dropout draws its own.
    public func training(_ name: String) -> ForwardContext {
        forward(key.derived(name))
    }

    private func forward(_ key: RandomKey) -> ForwardContext {
        var context = ForwardContext(normalization: .updating, dropout: key)
        context.sums = sums
        return context
    }

    /// Puts `value` into the metrics of this step under `name`.
    public func monitor(_ name: String, _ value: Double) { monitors.append((name, value)) }

    /// Puts how often each class is among `labels` into the metrics of this step under `name`.
    public func tally(_ name: String, _ labels: [Int]) {
        let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
        tallies.append((name, counts.sorted { $0.key < $1.key }.map { (label: $0.key, count: $0.value) }))
    }

    /// The share of kept pseudo-labels, how many each class has, and, where true classes are known, the share of right ones.
    public func monitor(_ labels: PseudoLabels, of stream: StreamBatch, under prefix: String = "") {
        let kept = labels.weights.indices.filter { labels.weights[$0] > 0 }
        monitor(prefix + "keptRatio", labels.weights.reduce(0, +) / Double(max(1, labels.weights.count)))
        let known = kept.compactMap { place in
            diagnostics.label(ofSample: stream.sampleIndices[place]).map { $0 == labels.labels[place] }
        }
        tally(prefix + "keptByClass", kept.map { labels.labels[$0] })
        if !known.isEmpty { monitor(prefix + "maskPrecision", Double(known.filter(\.self).count) / Double(known.count)) }
    }
}
