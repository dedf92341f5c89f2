import Files
internal import SwiftProtobuf

/// What an ONNX file holds, read back: inputs, outputs, operations, weights.
public struct ONNXDescription: Sendable, Equatable {
    /// An input or output.
    public struct Value: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Its extents; what may differ from call to call has a name.
        public let extents: [String]
    }

    /// A node of the graph.
    public struct Node: Sendable, Equatable {
        /// The operator, and the names of what it takes and gives.
        public let operation: String, inputs: [String], outputs: [String]
        /// Its settings by name.
        public let attributes: [String: GraphAttribute]
    }

    /// The version of the operators.
    public let opset: Int
    /// What the graph is given, and what it gives.
    public let inputs: [Value], outputs: [Value]
    /// The operations in order.
    public let nodes: [Node]
    /// The constants.
    public let weights: [StoredTensor]
    /// Free texts by name.
    public let metadata: [String: String]

    /// Reads the file at `path`. Throws `FileError`, and `ONNXError.malformed` where it is none.
    public init(contentsOf path: String) throws {
        let bytes = try FileReader.bytes(of: path), model: ONNXModel
        do {
            model = try ONNXModel(serializedBytes: bytes)
        } catch {
            throw ONNXError.malformed(path: path, reason: "\(error)")
        }
        guard !model.graph.node.isEmpty, let operators = model.opsetImport.first(where: { $0.domain.isEmpty }) else {
            throw ONNXError.malformed(path: path, reason: "it has no graph")
        }
        opset = Int(operators.version)
        inputs = model.graph.input.map(Value.init)
        outputs = model.graph.output.map(Value.init)
        nodes = model.graph.node.map(Node.init)
        weights = try model.graph.initializer.map { constant in
            let shape = constant.dims.map { Int($0) }
            let type = constant.dataType == .int64 ? StoredType.int64 : .float32
            guard [.float, .int64].contains(constant.dataType),
                StoredTensor.byteCount(type, shape) == constant.rawData.count
            else {
                throw ONNXError.malformed(path: path, reason: "\(constant.name) is not f32 or i64 of the shape \(shape)")
            }
            return StoredTensor(name: constant.name, type: type, shape: shape, bytes: Array(constant.rawData))
        }
        metadata = Dictionary(model.metadataProps.map { ($0.key, $0.value) }) { first, _ in first }
    }
}

extension ONNXDescription.Value {
    fileprivate init(_ value: ONNXValue) {
        name = value.name
        extents = value.type.tensorType.shape.dim.map { $0.dimParam.isEmpty ? "\($0.dimValue)" : $0.dimParam }
    }
}

extension ONNXDescription.Node {
    fileprivate init(_ node: ONNXNode) {
        operation = node.opType
        (inputs, outputs) = (node.input, node.output)
        attributes = Dictionary(
            node.attribute.compactMap { attribute -> (String, GraphAttribute)? in
                switch attribute.type {
                case .int: (attribute.name, .integer(Int(attribute.i)))
                case .ints: (attribute.name, .integers(attribute.ints.map { Int($0) }))
                case .float: (attribute.name, .real(Double(attribute.f)))
                default: nil
                }
            }, uniquingKeysWith: { first, _ in first })
    }
}
