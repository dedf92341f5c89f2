import Augment
import Datasets
import Files
import Networks
import Tensor

/// What a method is called and what it is.
public struct MethodManifest: Sendable {
    /// The name on the command line.
    public let name: String
    /// One line about it.
    public let summary: String
    /// Where it was published.
    public let paper: String
    /// What differs from the publication, one line each.
    public let departures: [String]

    /// A manifest; see the properties.
    public init(name: String, summary: String, paper: String, departures: [String] = []) {
        self.name = name
        self.summary = summary
        self.paper = paper
        self.departures = departures
    }
}

/// What a method is made from.
public struct MethodSetup: Sendable {
    /// Builds networks from the chosen backbone.
    public let networks: NetworkFactory
    /// The whole configuration; a method reads its own group.
    public let configuration: Configuration
    /// The number of classes.
    public let classes: Int
    /// Samples of the unlabelled list, and a number that the stable indices of all training samples are below.
    public let unlabeledCount: Int, sampleIndexLimit: Int
    /// The views that the configuration describes.
    public let standardViews: StandardViews

    /// A setup; see the properties.
    public init(
        networks: NetworkFactory, configuration: Configuration, unlabeledCount: Int, sampleIndexLimit: Int,
        standardViews: StandardViews
    ) {
        self.networks = networks
        self.configuration = configuration
        classes = networks.classes
        self.unlabeledCount = unlabeledCount
        self.sampleIndexLimit = sampleIndexLimit
        self.standardViews = standardViews
    }
}

/// The weak and strong views of the configuration, and the batch sizes.
public struct StandardViews: Sendable {
    /// The window in time, the weak view, the strong view.
    public let window: TemporalWindow, weak: WeakAugmentation, strong: StrongAugmentation
    /// Samples of a step.
    public let labeled: Int, unlabeled: Int

    /// Views; see the properties.
    public init(window: TemporalWindow, weak: WeakAugmentation, strong: StrongAugmentation, labeled: Int, unlabeled: Int) {
        self.window = window
        self.weak = weak
        self.strong = strong
        self.labeled = labeled
        self.unlabeled = unlabeled
    }
}

/// Where a run is.
public final class StepContext {
    /// The step, from 0, and the number of all steps.
    public let step: Int, totalSteps: Int
    /// The epoch, from 0: a pass over the unlabelled list.
    public let epoch: Int
    /// The key of the step's random draws, such as dropout's.
    public let key: RandomKey
    /// True classes of unlabelled samples, where known: for monitors only.
    public let diagnostics: DiagnosticLabels
    /// What the method wants to see in the metrics, by name.
    public private(set) var monitors: [(name: String, value: Double)] = []

    /// Counts by class for the metrics, by name; classes without any are not listed.
    public private(set) var tallies: [(name: String, counts: [(label: Int, count: Int)])] = []

    /// A context; see the properties.
    public init(step: Int, totalSteps: Int, epoch: Int, seed: UInt64, diagnostics: DiagnosticLabels = DiagnosticLabels()) {
        self.step = step
        self.totalSteps = totalSteps
        self.epoch = epoch
        key = RandomKey(seed: seed, purpose: .dropout, epoch: UInt64(step))
        self.diagnostics = diagnostics
    }

    /// The share of the steps that are done, in [0, 1).
    public var progress: Double { Double(step) / Double(max(1, totalSteps)) }

    /// Puts `value` into the metrics of this step under `name`.
    public func monitor(_ name: String, _ value: Double) { monitors.append((name, value)) }

    /// Puts how often each class is among `labels` into the metrics of this step under `name`.
    public func tally(_ name: String, _ labels: [Int]) {
        let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
        tallies.append((name, counts.sorted { $0.key < $1.key }.map { (label: $0.key, count: $0.value) }))
    }
}

/// One part of a loss.
public struct LossTerm {
    /// Its name in the metrics.
    public let name: String
    /// The scalar, before its weight.
    public let value: Tensor
    /// Its factor in the sum.
    public let weight: Double

    /// A term; see the properties.
    public init(_ name: String, _ value: Tensor, weight: Double = 1) {
        self.name = name
        self.value = value
        self.weight = weight
    }
}

/// A way of training from labelled and unlabelled clips.
///
/// The loop owns data order, backward passes, the optimiser, evaluation and checkpoints. A method says which networks exist,
/// which views it wants, and how a batch becomes loss terms. `FixMatch` is the example to read.
public protocol Method: Stateful, SendableMetatype {
    /// Name, summary, source.
    static var manifest: MethodManifest { get }
    /// The method's own options, all under `method.`; nil for none.
    static var options: (any ConfigurationGroup.Type)? { get }
    /// Builds networks and state.
    init(_ setup: MethodSetup) throws
    /// What the loader must produce for each step.
    var views: ViewPlan { get }
    /// The networks.
    var networks: NetworkSet { get }
    /// The loss terms of a batch.
    func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm]
    /// Called before the first step of each epoch.
    func willStartEpoch(_ epoch: Int) throws
    /// Called after the optimiser has moved the networks.
    func didStep(_ step: StepContext) throws
}

extension Method {
    public static var options: (any ConfigurationGroup.Type)? { nil }
    public func willStartEpoch(_ epoch: Int) throws {}
    public func didStep(_ step: StepContext) throws {}
    public var state: StateTree { StateTree() }
    public func restore(_ state: StateTree) throws(StateError) {}
}
