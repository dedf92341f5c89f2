import Files
import Foundation
internal import SwiftProtobuf
import Tensor

/// Networks as files of the Open Neural Network Exchange format, opset 17: one file with graph and weights.
///
/// The input `clips` is `[N, C, T, H, W]`, normalised as in training; N, T, H and W may differ from call to call. The output
/// `logits` is `[N, classes]`; that of a backbone alone, `features`, is `[N, channels]`, pooled. Normalisations use their running statistics; nothing is dropped.
public enum ONNXFile {
    static let opset = 17
    /// The version of the format that came with the opset.
    private static let formatVersion = 8
    /// A message of protocol buffers is shorter than this.
    private static let lengthLimit = Int(Int32.max)

    /// Writes `part` of `network`, for clips of `inputChannels` channels, with free texts by name.
    ///
    /// Throws `FileError.exists` where `path` is taken, `FileError.system`, and `ONNXError.tooLarge`.
    public static func write(
        _ network: VideoClassifier, part: WeightPart = .all, inputChannels: Int = 3, metadata: [String: String] = [:],
        to path: String
    ) throws {
        try NewFile.requireFree(path)
        let builder = GraphBuilder(of: network), clips = builder.input("clips")
        let output = part == .all ? network(clips) : network.backbone.features(clips).globalAveragePooled()
        let byteCount = builder.constants.reduce(0) { $0 + $1.bytes.count }
        guard byteCount < lengthLimit else { throw ONNXError.tooLarge(path: path, byteCount: byteCount, limit: lengthLimit) }

        var model = ONNXModel()
        model.irVersion = Int64(formatVersion)
        model.producerName = "semisup"
        model.graph = ONNXGraph(
            builder, clips: ["N", inputChannels, "T", "H", "W"], output: output, named: part == .all ? "logits" : "features",
            ["N", part == .all ? network.head.weight.value.shape[0] : network.backbone.featureCount])
        var operators = ONNXOperatorSet()
        operators.version = Int64(opset)
        model.opsetImport = [operators]
        model.metadataProps = metadata.sorted { $0.key < $1.key }.map { key, value in
            var property = ONNXProperty()
            (property.key, property.value) = (key, value)
            return property
        }
        let bytes: [UInt8] = try model.serializedBytes()
        try AtomicFile.write(bytes, to: path)
    }
}

/// A network that cannot be written as ONNX, or a file that is none.
public enum ONNXError: ReportedError, Equatable {
    case tooLarge(path: String, byteCount: Int, limit: Int)
    case malformed(path: String, reason: String)

    public var exitCode: ExitCode { .badData }

    public var description: String {
        switch self {
        case .tooLarge(let path, let byteCount, let limit):
            "\(path): the weights take \(byteCount) bytes, one ONNX file holds \(limit); write --format safetensors instead"
        case .malformed(let path, let reason): "\(path): is no ONNX file, or a damaged one: \(reason)"
        }
    }
}

/// An extent in the declaration of an input or output: a number, or the name of one that may differ.
private protocol GraphExtent { var extent: ONNXExtent { get } }

extension Int: GraphExtent {
    fileprivate var extent: ONNXExtent {
        var extent = ONNXExtent()
        extent.dimValue = Int64(self)
        return extent
    }
}

extension String: GraphExtent {
    fileprivate var extent: ONNXExtent {
        var extent = ONNXExtent()
        extent.dimParam = self
        return extent
    }
}

// MARK: Messages

extension ONNXGraph {
    fileprivate init(
        _ builder: GraphBuilder, clips: [any GraphExtent], output: GraphValue, named outputName: String,
        _ extents: [any GraphExtent]
    ) {
        name = "semisup"
        // The last node's value is the graph's output under its public name.
        node = builder.nodes.map { ONNXNode($0, renaming: output.name, to: outputName) }
        initializer = builder.constants.map(ONNXConstant.init)
        input = [ONNXValue("clips", clips)]
        self.output = [ONNXValue(outputName, extents)]
    }
}

extension ONNXNode {
    fileprivate init(_ node: GraphBuilder.Node, renaming old: String, to new: String) {
        name = node.name
        opType = node.operation
        input = node.inputs
        output = [node.output == old ? new : node.output]
        attribute = node.attributes.map { ONNXAttribute($0.name, $0.value) }
    }
}

extension ONNXAttribute {
    fileprivate init(_ name: String, _ value: GraphAttribute) {
        self.name = name
        switch value {
        case .integer(let number): (type, i) = (.int, Int64(number))
        case .integers(let numbers): (type, ints) = (.ints, numbers.map { Int64($0) })
        case .real(let number): (type, f) = (.float, Float(number))
        }
    }
}

extension ONNXConstant {
    fileprivate init(_ tensor: StoredTensor) {
        name = tensor.name
        dims = tensor.shape.map { Int64($0) }
        dataType = tensor.type == .int64 ? .int64 : .float
        rawData = Data(tensor.bytes)
    }
}

extension ONNXValue {
    fileprivate init(_ name: String, _ extents: [any GraphExtent]) {
        self.name = name
        type.tensorType.elemType = .float
        type.tensorType.shape.dim = extents.map(\.extent)
    }
}
