import Files

/// Which weights of a network are meant.
public enum WeightPart: String, Sendable, CaseIterable {
    /// Everything.
    case all
    /// Everything but the classifier `fc`, whose classes may be others.
    case backbone
}

/// How the tensors of a file fit a network, name by name: nothing of either is passed over without being named.
public struct WeightFit: Sendable, Equatable {
    /// What has to be done with values so that they fit.
    public enum Change: String, Sendable {
        /// Nothing.
        case none
        /// A kernel of pictures becomes one of clips.
        case inflated
    }

    /// A tensor of the file and the one of the network that takes it.
    public struct Match: Sendable, Equatable {
        /// The name in the file, and that in the network.
        public let source: String, target: String
        /// The shape in the network.
        public let shape: [Int]
        /// What is done with its values.
        public let change: Change
    }

    /// A tensor of the file whose shape is not that of the network's.
    public struct Mismatch: Sendable, Equatable {
        /// The name in the file, and that in the network.
        public let source: String, target: String
        /// The shape in the file, and that in the network.
        public let found: [Int], expected: [Int]
    }

    /// The file, and the network in words.
    public let path: String, network: String
    /// What fits, in the order of the network.
    public let matches: [Match]
    /// What the network has and the file has not.
    public let missing: [WeightShape]
    /// What the file has and the network has not.
    public let unexpected: [String]
    /// What has another shape.
    public let mismatched: [Mismatch]
    /// Names in the file that carry nothing for a network: counters of batches.
    public let ignored: [String]
    /// Names in the file that were left out because only a part was asked for.
    public let leftOut: [String]

    /// Whether every name of the file and of the network has found its other.
    public var isWhole: Bool { missing.isEmpty && unexpected.isEmpty && mismatched.isEmpty }

    /// Whether it is the classifier that keeps the rest from fitting.
    public var differsInClassifierOnly: Bool {
        !isWhole && (missing.map(\.name) + unexpected + mismatched.map(\.target)).allSatisfy(Self.isClassifier)
    }

    /// Whether a tensor called `name`, in a file or a network, belongs to the classifier.
    public static func isClassifier(_ name: String) -> Bool {
        WeightNames.candidates(for: name).contains { $0.hasPrefix("fc.") }
    }

    /// Looks for the place of each tensor of `weights`, which come from `path`, in `target`, which `network` describes in words.
    ///
    /// Throws `twoSources` where two of them are the same tensor of the network.
    public init(
        _ weights: StoredWeights, path: String, to target: [WeightShape], network: String, part: WeightPart = .all
    ) throws(WeightsError) {
        let targets = part == .all ? target : target.filter { !Self.isClassifier($0.name) }
        let known = Dictionary(targets.map { ($0.name, $0.shape) }) { first, _ in first }
        var sources: [String: [StoredTensor]] = [:]
        var unexpected: [String] = [], ignored: [String] = [], leftOut: [String] = []
        for tensor in weights.tensors {
            let candidates = WeightNames.candidates(for: tensor.name)
            if let name = candidates.first(where: { known[$0] != nil }) {
                sources[name, default: []].append(tensor)
            } else if tensor.name.split(separator: ".").last.map(String.init) == WeightNames.counter {
                ignored.append(tensor.name)
            } else if part == .backbone, Self.isClassifier(tensor.name) {
                leftOut.append(tensor.name)
            } else {
                unexpected.append(tensor.name)
            }
        }
        if let twice = targets.first(where: { sources[$0.name, default: []].count > 1 }) {
            throw .twoSources(path: path, name: twice.name, sources: sources[twice.name, default: []].map(\.name).sorted())
        }
        var matches: [Match] = [], mismatched: [Mismatch] = []
        for (name, shape) in targets.map({ ($0.name, $0.shape) }) {
            guard let source = sources[name]?.first else { continue }
            if let change = Self.change(from: source.shape, to: shape) {
                matches.append(Match(source: source.name, target: name, shape: shape, change: change))
            } else {
                mismatched.append(Mismatch(source: source.name, target: name, found: source.shape, expected: shape))
            }
        }
        (self.path, self.network) = (path, network)
        (self.matches, self.mismatched) = (matches, mismatched)
        missing = targets.filter { sources[$0.name] == nil }
        (self.unexpected, self.ignored, self.leftOut) = (unexpected.sorted(), ignored.sorted(), leftOut.sorted())
    }

    /// What makes `found` fit `expected`; nil where nothing does.
    private static func change(from found: [Int], to expected: [Int]) -> Change? {
        if found == expected { return Change.none }
        return expected.count == 5 && found == Array(expected[..<2] + expected[3...]) ? .inflated : nil
    }
}

// MARK: Values

extension WeightFit {
    /// The values of all that fits under the network's names: f32, or f64 where the file has that, as a run has its statistics.
    ///
    /// Throws `notReal` for whole numbers, `notFinite` for NaN, infinities and what f32 cannot hold, and `negativeVariance`.
    public func tensors(of weights: StoredWeights, inflation: WeightInflation = .mean) throws -> [StoredTensor] {
        try matches.compactMap { match in
            guard let source = weights[match.source] else { return nil }
            guard let values = source.floats else {
                throw WeightsError.notReal(path: path, tensor: source.name, found: source.type)
            }
            if let index = values.firstIndex(where: { !$0.isFinite }) {
                throw WeightsError.notFinite(path: path, tensor: source.name, value: "\(values[index])", index: index)
            }
            if match.target.hasSuffix("running_var"), let index = values.firstIndex(where: { $0 < 0 }) {
                throw WeightsError.negativeVariance(path: path, tensor: source.name, value: "\(values[index])", index: index)
            }
            guard match.change == .inflated else {
                return source.type == .float64
                    ? source.named(match.target) : StoredTensor(name: match.target, shape: match.shape, floats: values)
            }
            let inflated = inflation.values(of: values, taps: match.shape[2], area: match.shape[3] * match.shape[4])
            return StoredTensor(name: match.target, shape: match.shape, floats: inflated)
        }
    }

    /// Throws `unfit` with `advice` unless every name of the file and of the network has found its other.
    public func requireWhole(advice: String) throws(WeightsError) {
        guard isWhole else { throw .unfit(self, advice: advice) }
    }
}
