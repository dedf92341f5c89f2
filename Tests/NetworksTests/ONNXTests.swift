import Files
import Foundation
import Networks
import Tensor
import TestSupport
import Testing

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
        let file = try ONNXDescription(contentsOf: folder("a.onnx")), known = Set(network.weightShapes.map(\.name))
        #expect(
            file.weights.filter { known.contains($0.name) }.sorted { $0.name < $1.name }
                == network.storedWeights.sorted { $0.name < $1.name })
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
