import Datasets
import Files
import Networks
import Tensor

/// What moves during training, and how it is saved: networks, optimiser, running mean, the method's own state.
///
/// Data order and random draws are functions of seed and step, so the number of the step stands for them.
final class TrainingState {
    let method: any Method
    let optimizer: StochasticGradientDescent
    let average: ExponentialMovingAverage<VideoClassifier>?
    var step = 0
    /// The best accuracy on validation clips so far.
    var bestAccuracy: Double?

    init(_ plan: TrainingPlan) throws {
        method = try plan.makeMethod()
        let options = plan.configuration[OptimizerOptions.self], decay = plan.configuration[AverageOptions.self].decay
        optimizer = StochasticGradientDescent(
            method.networks, momentum: options.momentum, usesNesterov: options.nesterov, weightDecay: options.weightDecay,
            clipNorm: options.clipNorm > 0 ? options.clipNorm : nil)
        average =
            decay > 0
            ? ExponentialMovingAverage(of: method.networks.primaryNetwork, twin: try plan.networks.classifier(), decay: decay)
            : nil
    }

    /// The network that is evaluated: the running mean where there is one.
    var evaluated: VideoClassifier { average?.twin ?? method.networks.primaryNetwork }

    private var parts: [(name: String, state: StateTree)] {
        method.networks.trained.map { ("network.\($0.name)", $0.network.networkState) }
            + [("optimizer", optimizer.state), ("method", method.state)] + (average.map { [("average", $0.state)] } ?? [])
    }

    /// The whole state as a checkpoint.
    func checkpoint(metricsPosition: Int, timingsPosition: Int, damaged: [DamageLedger.Entry]) -> Checkpoint {
        let tensors = parts.flatMap { part in
            part.state.tensors.sorted { $0.key < $1.key }.map { StoredTensor(name: "\(part.name).\($0.key)", $0.value) }
        }
        return Checkpoint(
            step: step, tensors: tensors,
            state: .object([
                ("primary", .string(method.networks.primary)), ("evaluated", .string(average == nil ? "network" : "average")),
                ("metricsPosition", .integer(metricsPosition)), ("timingsPosition", .integer(timingsPosition)),
                ("bestAccuracy", bestAccuracy.map(JSON.real) ?? .null), ("damaged", .array(damaged.map(\.json))),
            ]))
    }

    /// Takes the state of a checkpoint. Throws `StateError` where it does not fit.
    func restore(_ checkpoint: Checkpoint) throws {
        let tree = StateTree(checkpoint)
        for (name, network) in method.networks.trained { try network.restoreNetwork(tree.below("network.\(name)")) }
        try optimizer.restore(tree.below("optimizer"))
        try average?.restore(tree.below("average"))
        try method.restore(tree.below("method"))
        step = checkpoint.step
        bestAccuracy = checkpoint.state["bestAccuracy"]?.realValue
    }

    /// Whether all weights and running statistics are numbers.
    var isFinite: Bool {
        method.networks.trained.map(\.network).allSatisfy { network in
            network.namedParameters.allSatisfy(\.parameter.value.isFinite)
                && network.namedStatistics.map(\.statistics.values).allSatisfy { ($0.mean + $0.variance).allSatisfy(\.isFinite) }
        }
    }
}

extension Checkpoint {
    /// The videos that had not been readable.
    var damaged: [DamageLedger.Entry] {
        (state["damaged"]?.arrayValue ?? []).compactMap { entry in
            guard let path = entry["video"]?.stringValue, let reason = entry["reason"]?.stringValue,
                let occurrences = entry["occurrences"]?.integerValue
            else { return nil }
            return DamageLedger.Entry(path: path, reason: reason, occurrences: occurrences)
        }
    }
}

extension DamageLedger.Entry {
    fileprivate var json: JSON {
        .object([("video", .string(path)), ("reason", .string(reason)), ("occurrences", .integer(occurrences))])
    }
}

extension StateTree {
    /// The tensors of a checkpoint.
    init(_ checkpoint: Checkpoint) {
        self.init(Dictionary(checkpoint.tensors.map { ($0.name, Tensor($0)) }) { first, _ in first })
    }

    /// The weights of the network that a checkpoint evaluates.
    public static func evaluatedWeights(of checkpoint: Checkpoint) -> StateTree {
        let tree = StateTree(checkpoint)
        guard checkpoint.state["evaluated"]?.stringValue != "average" else { return tree.below("average") }
        return tree.below("network.\(checkpoint.state["primary"]?.stringValue ?? "classifier")")
    }
}

// MARK: Tensors in files

extension StoredTensor {
    /// The values of `tensor` in row-major order, to the bit.
    init(name: String, _ tensor: Tensor) {
        func bytes<Element: ArrayElement>(_ type: Element.Type) -> [UInt8] {
            tensor.values(as: type).withUnsafeBytes { Array($0) }
        }
        switch tensor.elementType {
        case .float64: self.init(name: name, type: .float64, shape: tensor.shape, bytes: bytes(Double.self))
        case .int64: self.init(name: name, type: .int64, shape: tensor.shape, bytes: bytes(Int64.self))
        case .int32: self.init(name: name, type: .int32, shape: tensor.shape, bytes: bytes(Int32.self))
        case .uint8: self.init(name: name, type: .uint8, shape: tensor.shape, bytes: bytes(UInt8.self))
        case .float32, .bfloat16: self.init(name: name, type: .float32, shape: tensor.shape, bytes: bytes(Float.self))
        }
    }
}

extension Tensor {
    /// The values of a stored tensor; bf16 becomes float32.
    init(_ stored: StoredTensor) {
        func values<Element: ArrayElement>(_ type: Element.Type) -> [Element] {
            stored.bytes.withUnsafeBytes { raw in
                (0..<raw.count / MemoryLayout<Element>.size).map {
                    raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: type)
                }
            }
        }
        switch stored.type {
        case .float64: self.init(values(Double.self), shape: stored.shape)
        case .float32: self.init(values(Float.self), shape: stored.shape)
        case .int64: self.init(values(Int64.self), shape: stored.shape)
        case .int32: self.init(values(Int32.self), shape: stored.shape)
        case .uint8: self.init(values(UInt8.self), shape: stored.shape)
        case .bfloat16:
            let halves = stride(from: 0, to: stored.bytes.count, by: 2).map {
                Float(bitPattern: UInt32(stored.bytes[$0]) << 16 | UInt32(stored.bytes[$0 + 1]) << 24)
            }
            self.init(halves, shape: stored.shape)
        }
    }
}
