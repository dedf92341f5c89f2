import Files
import Foundation
import Networks
import TestSupport
import Testing

/// `models info`, `models import`, `models export`, and `train --init`.
@Suite struct ModelsCommandTests {
    private let videos: SmallVideos
    private var semisup: CommandLineTool { videos.semisup }

    private static let settings = ["--backbone", "r3d10", "backbone.width=0.0625"]

    init() throws { videos = try SmallVideos() }

    /// A network of the shape that the settings above describe.
    private func network(classes: Int = 2) throws -> VideoClassifier {
        let initializer = Initializer.blank()
        let backbone = try BackboneCatalogue.entry(named: "r3d10").make(BackboneOptions(width: 0.0625), initializer)
        let network = VideoClassifier(backbone: backbone, classes: classes, dropoutRate: 0, initializer)
        network.loadHashWeights(runningStatistics: true)
        return network
    }

    private func path(_ name: String) -> String { "\(semisup.folder)/\(name)" }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    private func importing(_ file: String, _ arguments: String...) throws -> CommandLineTool.Outcome {
        try semisup.run(["models", "import", file, "--out", "out.safetensors"] + Self.settings + arguments)
    }

    private func tensors(_ name: String) throws -> [StoredTensor] {
        try SafetensorsFile(opening: path(name)).contents().tensors.sorted { $0.name < $1.name }
    }

    // MARK: Import and export

    @Test func whatIsImportedAndExportedIsTheSameToTheBit() throws {
        try SafetensorsFile.write(network().torchvisionWeights, to: path("a.safetensors"))
        let imported = try importing("a.safetensors", "--json")
        #expect(imported.status == 0, "\(imported.errors)")
        let report = try #require(try imported.objects.last)
        #expect(report["missing"] == .array([]) && report["unexpected"] == .array([]) && report["mismatched"] == .array([]))
        #expect(report["ignored"]?.arrayValue?.count == 12)
        #expect(try tensors("out.safetensors") == tensors("a.safetensors"))
        // The file says itself which network it is of.
        let exported = try semisup("models", "export", "out.safetensors", "--format", "safetensors", "--out", "b.safetensors")
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(try tensors("b.safetensors") == tensors("a.safetensors"))
        #expect(try importing("a.safetensors").status == 73)
    }

    @Test func whatDoesNotFitIsNamedAndNothingIsWritten() throws {
        let tensors = try network().torchvisionWeights.filter { $0.name != "layer3.0.conv2.1.bias" }
        try SafetensorsFile.write(tensors + [StoredTensor(name: "more", shape: [1], floats: [0])], to: path("a.safetensors"))
        let outcome = try importing("a.safetensors", "--json")
        #expect(outcome.status == 65 && !exists("out.safetensors"))
        #expect(outcome.errors.contains("missing: layer3.0.conv2.1.bias [16]") && outcome.errors.contains("unexpected: more"))
        let report = try #require(try outcome.objects.last)
        #expect(report["unexpected"] == .array([.string("more")]) && report["missing"]?.arrayValue?.count == 1)

        let partial = try importing("a.safetensors", "--partial")
        #expect(partial.status == 0 && partial.errors.contains("initial values, seed 0: layer3.0.conv2.1.bias"))
        #expect(partial.output.contains("unexpected: more"))
        let written = try SafetensorsFile(opening: path("out.safetensors")).contents()
        #expect(written["layer3.0.conv2.1.bias"]?.floats == Array(repeating: 0, count: 16))
        #expect(written["fc.weight"] == tensors.first { $0.name == "fc.weight" } && written["more"] == nil)
        #expect(written.metadata["drawn"] == "layer3.0.conv2.1.bias")
    }

    @Test func damagedFilesEndWithTheReasonAndNothingHalfDone() throws {
        try SafetensorsFile.write(network().torchvisionWeights, to: path("a.safetensors"))
        let whole = try FileReader.bytes(of: path("a.safetensors"))
        func header(_ text: String) -> [UInt8] {
            (0..<8).map { UInt8(truncatingIfNeeded: text.utf8.count >> (8 * $0)) } + Array(text.utf8)
        }
        let eight = [UInt8](repeating: 0, count: 8)
        let damaged: [(bytes: [UInt8], reason: String)] = [
            (Array(whole.dropLast(5)), "truncated"), (Array(whole.prefix(100)), "truncated"),
            ([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], "header claims"),
            (header(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#) + eight, "begins at byte 4"),
            (
                header(
                    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#
                )
                    + eight, "inside another tensor"
            ),
            (
                header(
                    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#
                )
                    + eight, "stands twice"
            ),
            (header(#"{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#) + eight, "type C64"),
            (header(#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}"#) + eight, "expected 16"),
        ]
        for (bytes, reason) in damaged {
            try AtomicFile.write(bytes, to: path("bad.safetensors"))
            for arguments in [
                ["models", "import", "bad.safetensors", "--out", "out.safetensors", "--partial"] + Self.settings,
                ["models", "export", "bad.safetensors", "--format", "onnx", "--out", "out.safetensors"] + Self.settings,
                ["models", "info", "bad.safetensors"], SmallVideos.arguments(["--init", "bad.safetensors", "--out", "run"]),
            ] {
                let outcome = try semisup.run(arguments)
                #expect(outcome.status == 65 && outcome.errors.contains(reason), "\(arguments) \(outcome.errors)")
                #expect(outcome.errors.contains("bad.safetensors") && !exists("out.safetensors") && !exists("run"))
            }
        }
        #expect(try importing("none.safetensors").status == 66)
    }

    /// A classifier of a class number that nobody can hold, in a tensor without a byte.
    @Test func aClassifierWithoutValuesIsNoClassifier() throws {
        let text = #"{"fc.weight":{"dtype":"F32","shape":[1099511627776,0],"data_offsets":[0,0]}}"#
        let length = (0..<8).map { UInt8(truncatingIfNeeded: text.utf8.count >> (8 * $0)) }
        try AtomicFile.write(length + Array(text.utf8), to: path("a.safetensors"))
        #expect(try semisup("models", "info", "a.safetensors").status == 0)
        #expect(try importing("a.safetensors").status == 65)
        #expect(try importing("a.safetensors", "--classes", "10000000000").status == 64)
    }

    @Test func aVarianceBelowZeroIsRefusedByName() throws {
        let tensors = try network().torchvisionWeights.map { tensor in
            tensor.name == "stem.1.running_var"
                ? StoredTensor(name: tensor.name, shape: tensor.shape, floats: (tensor.floats ?? []).map { _ in -1 }) : tensor
        }
        try SafetensorsFile.write(tensors, to: path("a.safetensors"))
        let outcome = try importing("a.safetensors")
        #expect(outcome.status == 65 && outcome.errors.contains("stem.1.running_var: value 0 is -1.0"), "\(outcome.errors)")
    }

    @Test func weightsThatAreNoNumbersAreRefusedByName() throws {
        let whole = try network().torchvisionWeights
        let name = "layer2.0.conv1.0.weight"
        for value in [Float.nan, .infinity] {
            let tensors = whole.map { tensor -> StoredTensor in
                guard tensor.name == name, var values = tensor.floats else { return tensor }
                values[17] = value
                return StoredTensor(name: name, shape: tensor.shape, floats: values)
            }
            try SafetensorsFile.write(tensors, to: path("a.safetensors"))
            let outcome = try importing("a.safetensors", "--partial")
            #expect(outcome.status == 65 && outcome.errors.contains("\(name): value 17 is \(value)"), "\(outcome.errors)")
            let run = try videos.train(["--init", "a.safetensors", "--out", "run"])
            #expect(run.status == 65 && run.errors.contains(name) && !exists("run") && !exists("out.safetensors"))
        }
    }

    @Test func aGraphWithAnExampleComesOfARun() throws {
        let trained = try videos.train(["--out", "run", "epochs=1"])
        #expect(trained.status == 0, "\(trained.errors)")
        let outcome = try semisup(
            "models", "export", "run", "--format", "onnx", "--out", "a.onnx", "--example", "example.safetensors", "clip.size=24")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let file = try ONNXDescription(contentsOf: path("a.onnx"))
        #expect(file.metadata["classes"] == #"["bright","dark"]"# && file.metadata["backbone.width"] == "0.0625")
        let shapes = try tensors("example.safetensors").map(\.shape)
        #expect(shapes == [[2, 3, 4, 24, 24], [2, 2]])
        let info = try semisup("models", "info", "a.onnx")
        #expect(
            info.output.contains("clips [N, 3, T, H, W] to logits [N, 2]") && info.output.contains("12 x Conv"), "\(info.output)")
        #expect(try semisup("models", "export", "run", "--format", "onnx", "--out", "a.onnx").status == 73)
        #expect(try semisup("models", "export", "none", "--format", "onnx", "--out", "b.onnx").status == 66)
    }

    // MARK: Info

    @Test func aFileTellsWhomItFits() throws {
        try SafetensorsFile.write(network().torchvisionWeights, to: path("a.safetensors"))
        let object = try #require(
            try semisup("models", "info", "a.safetensors", "backbone.width=0.0625", "--json").objects.last)
        #expect(object["tensors"]?.arrayValue?.count == (try network().torchvisionWeights.count))
        let fits = try #require(object["fits"]?.arrayValue).filter { $0["fits"] == .boolean(true) }
        #expect(fits.compactMap { $0["network"]?.stringValue } == ["r3d10 backbone.width=0.0625"])
        let text = try semisup("models", "info", "a.safetensors")
        #expect(text.output.contains("layer4.0.conv2.0.weight") && text.output.contains("F32"))
        #expect(try semisup("models", "info", "none").status == 66)
    }

    @Test func aBackboneShowsItsStagesAndWeights() throws {
        let object = try #require(try semisup("models", "info", "r3d18", "--json").objects.last)
        let stages = try #require(object["stages"]?.arrayValue)
        #expect(stages.compactMap { $0["name"]?.stringValue } == ["stem", "layer1", "layer2", "layer3", "layer4"])
        #expect(stages.last?["output"] == .array([512, 1, 7, 7].map(JSON.integer)))
        #expect(object["parameters"] == .integer(33_166_272))
        #expect(stages.compactMap { $0["parameters"]?.integerValue }.reduce(0, +) == 33_166_272)
        #expect(try semisup("models", "info", "r3d18").output.contains("layer4.1.conv2.0.weight"))
        #expect(try semisup("models", "info", "r3d18", "backbone.width=x").status == 78)
    }

    // MARK: Beginning with weights

    @Test func aRunBeginsWithTheWeightsOfAnother() throws {
        let first = try #require(try videos.train(["--out", "first", "--json", "epochs=1"]).objects.last)
        let second = try videos.train(["--out", "second", "--json", "--init", "first", "--seed", "5", "epochs=0"])
        #expect(second.status == 0, "\(second.errors)")
        #expect(try second.objects.last?["weightsDigest"] == first["weightsDigest"])
        #expect(second.errors.contains("62 of 62 tensors"), "\(second.errors)")
        let record = try videos.object("second/run.json")
        #expect(record["configuration"]?["init"]?.stringValue?.hasSuffix("/first") == true)
        #expect(record["digests"]?["init"]?.stringValue?.count == 64)
        // A run that is resumed does not need them any more.
        try FileManager.default.removeItem(atPath: path("first"))
        try videos.reopen("second")
        let resumed = try semisup("train", "--resume", "--out", "second", "--json")
        #expect(resumed.status == 0, "\(resumed.errors)")
    }

    @Test func otherClassesNeedTheBackboneAloneToBeAskedFor() throws {
        try SafetensorsFile.write(network(classes: 5).torchvisionWeights, to: path("a.safetensors"))
        let refused = try videos.train(["--init", "a.safetensors", "--out", "run"])
        #expect(refused.status == 65 && refused.errors.contains("init.part=backbone") && !exists("run"), "\(refused.errors)")
        #expect(refused.errors.contains("fc.weight is [5, 32], expected [2, 32]"))
        let taken = try videos.train(["--init", "a.safetensors", "--out", "run", "init.part=backbone", "epochs=0"])
        #expect(taken.status == 0 && taken.errors.contains("drawn: fc.weight fc.bias"), "\(taken.errors)")
        let exported = try semisup("models", "export", "run", "--format", "safetensors", "--out", "b.safetensors")
        #expect(exported.status == 0, "\(exported.errors)")
        let (before, after) = (try tensors("a.safetensors"), try tensors("b.safetensors"))
        #expect(before.filter { !$0.name.hasPrefix("fc.") } == after.filter { !$0.name.hasPrefix("fc.") })
        #expect(try videos.train(["--init", "nowhere", "--out", "other"]).status == 66)
    }
}
