import Tensor

/// The name and the shape of something that a weight file of a network holds.
public struct WeightShape: Sendable, Equatable {
    /// The full name, such as `layer1.0.conv1.0.weight`.
    public let name: String
    /// The extents, outermost first.
    public let shape: [Int]

    /// A name and a shape.
    public init(name: String, shape: [Int]) {
        self.name = name
        self.shape = shape
    }
}

extension Module {
    /// The names and shapes of all parameters and running statistics, in a fixed order.
    public var weightShapes: [WeightShape] {
        namedParameters.map { WeightShape(name: $0.name, shape: $0.parameter.value.shape) }
            + namedStatistics.flatMap { name, statistics in
                RunningStatistics.names(name).map { WeightShape(name: $0, shape: [statistics.values.mean.count]) }
            }
    }

    /// All parameters and running statistics as f32 under their full names.
    public var storedWeights: [StoredTensor] {
        namedParameters.map { StoredTensor(name: $0.name, $0.parameter.value.detached.converted(to: .float32)) }
            + namedStatistics.flatMap { name, statistics in
                zip(RunningStatistics.names(name), [statistics.values.mean, statistics.values.variance]).map {
                    StoredTensor(name: $0, shape: [$1.count], floats: $1.map { Float($0) })
                }
            }
    }

    /// Takes the values of tensors by their full names; what is not among them stays as it is.
    ///
    /// The names and shapes are those of this network, which `WeightFit` sees to.
    public func load(_ tensors: [StoredTensor]) {
        let byName = Dictionary(tensors.map { ($0.name, Tensor($0)) }) { first, _ in first }
        for (name, parameter) in namedParameters {
            if let value = byName[name] { parameter.value.overwrite(with: value) }
        }
        for (name, statistics) in namedStatistics {
            let names = RunningStatistics.names(name)
            if let mean = byName[names[0]] { statistics.values.mean = mean.values(as: Double.self) }
            if let variance = byName[names[1]] { statistics.values.variance = variance.values(as: Double.self) }
        }
    }
}

extension RunningStatistics {
    /// The names of mean and variance in the layer of full name `layer`, as PyTorch has them.
    static func names(_ layer: String) -> [String] {
        ["running_mean", "running_var"].map { layer.isEmpty ? $0 : "\(layer).\($0)" }
    }
}
