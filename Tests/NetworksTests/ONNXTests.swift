import Files
import Foundation
import Networks
import Tensor
import TestSupport
import Testing

/// Computes what a file describes, operation by operation: the arithmetic of ONNX on the engine's tensors.
private struct GraphInterpreter {
    let file: ONNXDescription

    func logits(of clips: Tensor) throws -> Tensor {
        var values = Dictionary(uniqueKeysWithValues: file.weights.map { ($0.name, Tensor($0)) })
        values["clips"] = clips
        for node in file.nodes {
            let inputs = try node.inputs.map { try #require(values[$0], "\($0) is used before it is there") }
            values[try #require(node.outputs.first)] = try compute(node, inputs)
        }
        return try #require(values["logits"])
    }

    private func compute(_ node: ONNXDescription.Node, _ x: [Tensor]) throws -> Tensor {
        switch node.operation {
        case "Conv": return x[0].convolved(x[1], window: try window(node))
        case "MaxPool": return x[0].maxPooled(try window(node))
        case "BatchNormalization":
            guard case .real(let epsilon) = node.attributes["epsilon"] else { throw ReferenceError("no epsilon") }
            let statistics = ChannelStatistics(mean: x[3].values(as: Double.self), variance: x[4].values(as: Double.self))
            return x[0].batchNormalized(weight: x[1], bias: x[2], statistics: statistics, epsilon: epsilon).output
        case "Relu": return x[0].relu()
        case "Add": return x[0] + x[1]
        case "GlobalAveragePool": return x[0].mean(axes: Array(2..<x[0].rank), keepingAxes: true)
        case "Flatten": return x[0].reshaped(to: [x[0].shape[0], -1])
        case "Gemm": return x[0].matrixProduct(x[1].transposed) + x[2]
        default: throw ReferenceError("the interpreter has no \(node.operation)")
        }
    }

    private func window(_ node: ONNXDescription.Node) throws -> Window {
        func integers(_ name: String) throws -> [Int] {
            guard case .integers(let values) = node.attributes[name] else { throw ReferenceError("no \(name)") }
            return values
        }
        let pads = try integers("pads")
        #expect(pads.count == 6 && pads[..<3] == pads[3...])
        return Window(kernel: try integers("kernel_shape"), stride: try integers("strides"), padding: Array(pads[..<3]))
    }
}

private func network(_ name: String) throws -> VideoClassifier {
    let initializer = Initializer.blank()
    let backbone = try BackboneCatalogue.entry(named: name).make(BackboneOptions(width: 0.0625), initializer)
    let network = VideoClassifier(backbone: backbone, classes: 7, dropoutRate: 0.5, initializer)
    network.loadHashWeights(runningStatistics: true)
    return network
}

@Suite struct ONNXTests {
    @Test(arguments: BackboneCatalogue.entries.map(\.name)) func theGraphComputesTheLogits(name: String) throws {
        let folder = try TemporaryFolder(), network = try network(name)
        try ONNXFile.write(network, to: folder("a.onnx"))
        let file = try ONNXDescription(contentsOf: folder("a.onnx"))
        #expect(file.opset == 17)
        #expect(file.inputs.map(\.name) == ["clips"] && file.inputs[0].extents == ["N", "3", "T", "H", "W"])
        #expect(file.outputs.map(\.name) == ["logits"] && file.outputs[0].extents == ["N", "7"])
        for shape in [[2, 3, 8, 32, 32], [1, 3, 9, 40, 56]] {
            let clips = hashClips("onnx", shape, .float32)
            let found = try GraphInterpreter(file: file).logits(of: clips).values(as: Double.self)
            let expected = GradientRecording.off { network(clips, .evaluation) }.values(as: Double.self)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) }, "\(found) \(expected)")
        }
    }

    @Test(arguments: BackboneCatalogue.entries.map(\.name)) func everyWeightIsInTheFileOnceUnderItsName(name: String) throws {
        let folder = try TemporaryFolder(), network = try network(name)
        try ONNXFile.write(network, metadata: ["classes": "[\"a\"]", "note": "x"], to: folder("a.onnx"))
        let file = try ONNXDescription(contentsOf: folder("a.onnx"))
        #expect(file.weights.sorted { $0.name < $1.name } == network.storedWeights.sorted { $0.name < $1.name })
        #expect(file.metadata == ["classes": "[\"a\"]", "note": "x"])
    }

    @Test func theSameNetworkGivesTheSameFile() throws {
        let folder = try TemporaryFolder(), network = try network("r3d10")
        for name in ["a.onnx", "b.onnx"] { try ONNXFile.write(network, metadata: ["x": "1", "y": "2"], to: folder(name)) }
        #expect(try FileReader.bytes(of: folder("a.onnx")) == FileReader.bytes(of: folder("b.onnx")))
    }

    @Test func whatIsThereIsNotOverwrittenAndOtherFilesAreNoGraph() throws {
        let folder = try TemporaryFolder(), network = try network("r3d10")
        let path = try folder.file("a.onnx", "mine")
        #expect(throws: FileError.exists(path: path)) { try ONNXFile.write(network, to: path) }
        #expect(try FileReader.text(of: path) == "mine")
        #expect(throws: ONNXError.self) { try ONNXDescription(contentsOf: path) }
        #expect(throws: ONNXError.self) { try ONNXDescription(contentsOf: try folder.file("empty.onnx")) }
        try ONNXFile.write(network, to: folder("b.onnx"))
        #expect(truncate(folder("b.onnx"), 5_000) == 0)
        #expect(throws: ONNXError.self) { try ONNXDescription(contentsOf: folder("b.onnx")) }
        #expect(throws: FileError.missing(path: folder("none.onnx"))) { try ONNXDescription(contentsOf: folder("none.onnx")) }
    }
}
