import Synchronization
import Tensor

/// A part of a network: its own parameters and the parts below it, under the names that weight files use.
public protocol Module: AnyObject {
    /// The parts below, in order.
    var children: [(name: String, module: any Module)] { get }
    /// The parameters of this part alone.
    var ownParameters: [(name: String, parameter: Parameter)] { get }
    /// The running statistics of this part alone.
    var ownStatistics: [(name: String, statistics: RunningStatistics)] { get }
}

extension Module {
    public var children: [(name: String, module: any Module)] { [] }
    public var ownParameters: [(name: String, parameter: Parameter)] { [] }
    public var ownStatistics: [(name: String, statistics: RunningStatistics)] { [] }

    /// All parameters by their full names, such as `layer1.0.conv1.0.weight`, in a fixed order.
    public var namedParameters: [(name: String, parameter: Parameter)] {
        ownParameters
            + children.flatMap { child in child.module.namedParameters.map { ("\(child.name).\($0.name)", $0.parameter) } }
    }

    /// All running statistics by the full names of their layers; the empty name is this part itself.
    public var namedStatistics: [(name: String, statistics: RunningStatistics)] {
        ownStatistics
            + children.flatMap { child in
                child.module.namedStatistics.map { ($0.name.isEmpty ? child.name : "\(child.name).\($0.name)", $0.statistics) }
            }
    }

    /// The number of learned values.
    public var parameterCount: Int { namedParameters.reduce(0) { $0 + $1.parameter.value.count } }

    /// Overwrites parameters and statistics with those of a network of the same architecture.
    public func copyState(from other: some Module) {
        for (mine, theirs) in zip(namedParameters, other.namedParameters) {
            mine.parameter.value.overwrite(with: theirs.parameter.value)
        }
        for (mine, theirs) in zip(namedStatistics, other.namedStatistics) { mine.statistics.values = theirs.statistics.values }
    }
}

/// What normalisation layers do in one forward pass.
public enum NormalizationMode: Sendable, Equatable {
    /// Use the batch's statistics and move the running ones towards them: training.
    case updating
    /// Use the batch's statistics and make the running ones the mean over batches 0 ... `number`: precise statistics (protocol
    /// card, section 7).
    case averaging(batch: Int)
    /// Use the batch's statistics, leave the running ones alone.
    case batch
    /// Use the running statistics: evaluation.
    case running
}

/// How a forward pass is to be done.
public struct ForwardContext: Sendable {
    /// What normalisation layers do.
    public var normalization: NormalizationMode
    /// The key of dropout's draws; nil: nothing is dropped.
    public var dropout: RandomKey?
    /// Where the batch is one part of a larger one, by whose statistics normalisation layers normalise.
    public var sums: (any BatchSums)?
    /// Of a part that is computed twice: what the first run puts down, what the second takes up.
    var writtenStatistics: StatisticsQueue?, readStatistics: StatisticsQueue?
    private let largestPart = LargestPart()

    /// A pass with these settings.
    public init(normalization: NormalizationMode, dropout: RandomKey? = nil) {
        self.normalization = normalization
        self.dropout = dropout
    }

    /// The same pass for the part called `name`, whose dropout draws are its own.
    public func named(_ name: String) -> ForwardContext {
        var context = self
        context.dropout = dropout?.derived(name)
        return context
    }

    /// Running statistics, no dropout.
    public static var evaluation: ForwardContext { ForwardContext(normalization: .running) }

    /// `body`, a whole stage or block, of `x`; its inner values are not kept where the engine recomputes such parts.
    ///
    /// Those of small parts are kept all the same: they are gone again before the backward pass comes to the largest part,
    /// where the step takes most.
    public func part(_ kind: Recomputation, _ x: Tensor, _ body: @escaping (Tensor, ForwardContext) -> Tensor) -> Tensor {
        guard Engine.backend.description.recomputation == kind, largestPart.isComparable(x.count) else { return body(x, self) }
        var (first, again) = (self, self)
        if normalization != .running {
            first.writtenStatistics = StatisticsQueue()
            again.readStatistics = first.writtenStatistics
            // What normalisations move has been moved by then.
            again.normalization = .batch
        }
        return x.recomputing { [first, again] x, isAgain in body(x, isAgain ? again : first) }
    }
}

/// The largest input of a part so far.
private final class LargestPart: Sendable {
    private let count = Mutex(0)

    /// Whether an input of so many elements is more than half as large as the largest.
    func isComparable(_ count: Int) -> Bool {
        self.count.withLock { largest in
            largest = max(largest, count)
            return 2 * count > largest
        }
    }
}

/// The statistics of batches, in the order of a part's normalisations.
final class StatisticsQueue: Sendable {
    private let waiting = Mutex<[ChannelStatistics]>([])

    func append(_ statistics: ChannelStatistics) { waiting.withLock { $0.append(statistics) } }
    func next() -> ChannelStatistics? { waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}
