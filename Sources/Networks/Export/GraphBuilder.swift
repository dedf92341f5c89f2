import Tensor

/// A value in a graph that is being written: what a `Tensor` is in a forward pass.
///
/// Layers take it in place of a tensor and write the nodes that compute the same in evaluation mode.
public struct GraphValue {
    /// Its name in the graph.
    public let name: String
    let graph: GraphBuilder

    /// The value of an operator of ONNX on this and `others`, in the operator's order.
    public func applying(
        _ operation: String, with others: [GraphValue] = [], _ attributes: [(name: String, value: GraphAttribute)] = []
    ) -> GraphValue {
        graph.node(operation, [self] + others, attributes)
    }
}

/// A setting of a node.
public enum GraphAttribute: Sendable, Equatable {
    case integer(Int)
    case integers([Int])
    case real(Double)
}

/// Collects the nodes of a graph, and the weights that they share, under the names that weight files have.
public final class GraphBuilder {
    struct Node {
        let operation: String, name: String
        let inputs: [String], output: String
        let attributes: [(name: String, value: GraphAttribute)]
    }

    /// In the order in which they can be computed.
    private(set) var nodes: [Node] = []
    /// Constants in the order of their first use.
    private(set) var constants: [StoredTensor] = []
    /// Kept: its parts are told apart by their identity.
    private let network: any Module
    private var names: [ObjectIdentifier: String]
    private var counts: [String: Int] = [:]
    private var written: Set<String> = []

    /// A graph without nodes for the parts of `network`.
    public init(of network: any Module) {
        self.network = network
        names = Dictionary(network.namedParameters.map { (ObjectIdentifier($0.parameter), $0.name) }) { first, _ in first }
        for (name, statistics) in network.namedStatistics { names[ObjectIdentifier(statistics)] = name }
    }

    /// The value that the graph is given from outside.
    public func input(_ name: String) -> GraphValue { GraphValue(name: name, graph: self) }

    /// A learned tensor of the network.
    public func constant(_ parameter: Parameter) -> GraphValue {
        let name = names[ObjectIdentifier(parameter)] ?? numbered("constant")
        names[ObjectIdentifier(parameter)] = name
        return constant(name) { StoredTensor(name: name, parameter.value.detached.converted(to: .float32)) }
    }

    /// Whole numbers that no network has learned, such as a shape; without a shape of their own a vector.
    public func constant(integers values: [Int], shape: [Int]? = nil) -> GraphValue {
        let bytes = values.map { Int64($0) }.withUnsafeBytes { Array($0) }
        let name = numbered("integers")
        return constant(name) { StoredTensor(name: name, type: .int64, shape: shape ?? [values.count], bytes: bytes) }
    }

    /// Numbers that no network has learned.
    public func constant(numbers values: [Double], shape: [Int]) -> GraphValue {
        let name = numbered("numbers")
        return constant(name) { StoredTensor(name: name, shape: shape, floats: values.map { Float($0) }) }
    }

    /// Mean and variance of a normalisation.
    func constants(_ statistics: RunningStatistics) -> [GraphValue] {
        let layer = names[ObjectIdentifier(statistics)] ?? numbered("statistics")
        names[ObjectIdentifier(statistics)] = layer
        return zip(RunningStatistics.names(layer), [statistics.values.mean, statistics.values.variance]).map { name, values in
            constant(name) { StoredTensor(name: name, shape: [values.count], floats: values.map { Float($0) }) }
        }
    }

    /// The value of `operation` of ONNX on `inputs`.
    func node(
        _ operation: String, _ inputs: [GraphValue], _ attributes: [(name: String, value: GraphAttribute)] = []
    ) -> GraphValue {
        let name = numbered(operation)
        nodes.append(
            Node(operation: operation, name: name, inputs: inputs.map(\.name), output: name, attributes: attributes))
        return GraphValue(name: name, graph: self)
    }

    private func constant(_ name: String, _ make: () -> StoredTensor) -> GraphValue {
        if written.insert(name).inserted { constants.append(make()) }
        return GraphValue(name: name, graph: self)
    }

    private func numbered(_ stem: String) -> String {
        counts[stem, default: 0] += 1
        return "\(stem)_\(counts[stem, default: 0])"
    }
}
