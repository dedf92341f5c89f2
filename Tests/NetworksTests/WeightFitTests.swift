import Files
import Foundation
import Networks
import Tensor
import TestSupport
import Testing

/// A tensor of `values`, whose bytes are given in `type`.
private func stored<Element>(_ name: String, _ type: StoredType, _ shape: [Int], _ values: [Element]) -> StoredTensor {
    StoredTensor(name: name, type: type, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
}

private func floats(_ name: String, _ shape: [Int], first: Float = 0) -> StoredTensor {
    StoredTensor(name: name, shape: shape, floats: (0..<shape.reduce(1, *)).map { first + Float($0) })
}

private func weights(_ tensors: [StoredTensor]) -> StoredWeights { StoredWeights(tensors: tensors, metadata: [:], digest: "") }

private func classifier(_ name: String, seed: UInt64 = 1) throws -> VideoClassifier {
    let initializer = Initializer(seed: seed)
    let backbone = try BackboneCatalogue.entry(named: name).make(BackboneOptions(width: 0.0625), initializer)
    return VideoClassifier(backbone: backbone, classes: 7, dropoutRate: 0, initializer)
}

private func fit(_ tensors: [StoredTensor], _ network: VideoClassifier, _ part: WeightPart = .all) throws -> WeightFit {
    try WeightFit(weights(tensors), path: "a", to: network.weightShapes, network: "net", part: part)
}

@Suite struct WeightFitTests {
    @Test(arguments: BackboneCatalogue.entries.map(\.name)) func whatIsExportedComesBackToTheBit(name: String) throws {
        let source = try classifier(name), target = try classifier(name, seed: 2)
        source.loadHashWeights(runningStatistics: true)
        let folder = try TemporaryFolder()
        try SafetensorsFile.write(source.torchvisionWeights, to: folder("a"))
        let read = try SafetensorsFile(opening: folder("a")).contents()
        let fit = try WeightFit(read, path: "a", to: target.weightShapes, network: "net")
        #expect(fit.isWhole && fit.matches.count == source.storedWeights.count)
        #expect(fit.ignored.count == source.namedStatistics.count)
        #expect(target.storedWeights != source.storedWeights)
        target.load(try fit.tensors(of: read))
        #expect(target.storedWeights == source.storedWeights)
    }

    /// torchvision's own list of names, with the shapes of this network.
    @Test(arguments: ["", "module.", "module.encoder_q.", "backbone."])
    func namesOfANetworkOfPicturesAreUnderstoodBehindPrefixes(prefix: String) throws {
        let network = try classifier("r3d18"), names = try reference("engine/torchvision_names.json").list("resnet18")
        func narrow(_ extent: Int) -> Int { extent >= 64 ? extent / 16 : extent }
        let tensors = try names.map { entry in
            let name = try entry.text("name"), shape = try entry.list("shape").compactMap(\.integerValue).map(narrow)
            return name.hasSuffix("num_batches_tracked")
                ? stored(prefix + name, .int64, [], [Int64(3)]) : floats(prefix + name, shape, first: 1)
        }
        let fit = try fit(tensors, network)
        #expect(fit.isWhole, "\(fit.listing)")
        #expect(fit.ignored.count == 20 && fit.ignored.contains(prefix + "bn1.num_batches_tracked"))
        let inflated = fit.matches.filter { $0.change == .inflated }
        #expect(inflated.count == 20 && fit.matches.count == 20 + 80 + 2)
        let byTarget = Dictionary(uniqueKeysWithValues: fit.matches.map { ($0.target, $0.source) })
        #expect(byTarget["stem.0.weight"] == prefix + "conv1.weight")
        #expect(byTarget["stem.1.running_var"] == prefix + "bn1.running_var")
        #expect(byTarget["layer2.0.conv2.1.bias"] == prefix + "layer2.0.bn2.bias")
        #expect(byTarget["layer3.0.downsample.0.weight"] == prefix + "layer3.0.downsample.0.weight")
    }

    @Test func kernelsOfPicturesAreRepeatedOrStandInTheMiddle() throws {
        let kernel = stored("conv1.weight", .float32, [1, 2, 1, 2], [3, 6, 9, -12] as [Float])
        let target = [WeightShape(name: "stem.0.weight", shape: [1, 2, 3, 1, 2])]
        let fit = try WeightFit(weights([kernel]), path: "a", to: target, network: "net")
        let mean = try fit.tensors(of: weights([kernel])), centre = try fit.tensors(of: weights([kernel]), inflation: .centre)
        #expect(mean.map(\.shape) == [[1, 2, 3, 1, 2]] && mean.map(\.name) == ["stem.0.weight"])
        #expect(mean[0].floats == [1, 2, 1, 2, 1, 2, 3, -4, 3, -4, 3, -4])
        #expect(centre[0].floats == [0, 0, 3, 6, 0, 0, 0, 0, 9, -12, 0, 0])
    }

    @Test func aClipThatStandsStillGivesWhatItsPictureGave() throws {
        let picture = HashValues("picture").uniform(2 * 5 * 5, -1, 1).map { Float($0) }
        let kernel = floats("conv1.weight", [3, 2, 3, 3])
        let network = [WeightShape(name: "stem.0.weight", shape: [3, 2, 3, 3, 3])]
        let fit = try WeightFit(weights([kernel]), path: "a", to: network, network: "net")
        let inflated = Tensor(try fit.tensors(of: weights([kernel]))[0])
        let still = Tensor(picture, shape: [1, 2, 1, 5, 5]).expanded(to: [1, 2, 3, 5, 5])
        let clip = still.convolved(inflated, window: Window(kernel: [3, 3, 3]))
        let flat = Tensor(kernel).reshaped(to: [3, 2, 1, 3, 3])
        let expected = Tensor(picture, shape: [1, 2, 1, 5, 5]).convolved(flat, window: Window(kernel: [1, 3, 3]))
        for (a, b) in zip(clip.values(as: Double.self), expected.values(as: Double.self)) { #expect(abs(a - b) < 1e-4) }
    }

    @Test func everyNameThatDoesNotFitIsReported() throws {
        let network = try classifier("r3d10")
        var tensors = network.torchvisionWeights.filter {
            $0.name != "layer2.0.conv1.0.weight" && $0.name != "stem.1.running_var"
        }
        let first = try #require(tensors.firstIndex { $0.name == "fc.weight" })
        tensors[first] = floats("fc.weight", [5, 32])
        tensors += [floats("head.weight", [3]), floats("layer1.1.conv1.0.weight", [4, 4, 3, 3, 3])]
        let fit = try fit(tensors, network)
        #expect(!fit.isWhole && !fit.differsInClassifierOnly)
        #expect(fit.missing.map(\.name).sorted() == ["layer2.0.conv1.0.weight", "stem.1.running_var"])
        #expect(fit.unexpected == ["head.weight", "layer1.1.conv1.0.weight"])
        #expect(fit.mismatched.map(\.target) == ["fc.weight"])
        #expect(fit.mismatched[0].found == [5, 32] && fit.mismatched[0].expected == [7, 32])
        for name in fit.missing.map(\.name) + fit.unexpected + ["fc.weight", "num_batches_tracked"] {
            #expect(fit.report.contains(name) && fit.json.serialized().contains(name), "\(name)")
        }
        let error = #expect(throws: WeightsError.self) { try fit.requireWhole(advice: "do this") }
        #expect(error?.exitCode == .badData && error?.description.contains("do this") == true)
        #expect(try #require(error).description.contains("head.weight"))
        // What fits can still be had, when somebody says so.
        #expect(try fit.tensors(of: weights(tensors)).count == network.weightShapes.count - 3)
    }

    @Test func theClassifierIsLeftOutOnlyWhenAskedFor() throws {
        let network = try classifier("r3d10")
        let tensors = network.storedWeights.filter { !$0.name.hasPrefix("fc.") } + [floats("fc.weight", [5, 32])]
        let all = try fit(tensors, network)
        #expect(!all.isWhole && all.differsInClassifierOnly && all.missing.map(\.name) == ["fc.bias"])
        let backbone = try fit(tensors, network, .backbone)
        #expect(backbone.isWhole && backbone.leftOut == ["fc.weight"])
        #expect(try !backbone.tensors(of: weights(tensors)).contains { $0.name.hasPrefix("fc.") })
    }

    @Test func twoTensorsForOnePlaceAreRefused() throws {
        let network = try classifier("r3d10")
        let tensors = network.storedWeights + [floats("module.bn1.bias", [4])]
        let error = #expect(throws: WeightsError.self) { try fit(tensors, network) }
        #expect(error == .twoSources(path: "a", name: "stem.1.bias", sources: ["module.bn1.bias", "stem.1.bias"]))
    }
}

@Suite struct WeightValueTests {
    private let target = [WeightShape(name: "w", shape: [3])]

    private func values(_ tensor: StoredTensor) throws -> [StoredTensor] {
        try WeightFit(weights([tensor]), path: "a", to: target, network: "net").tensors(of: weights([tensor]))
    }

    @Test func allRealTypesBecomeFloats() throws {
        #expect(try values(stored("w", .float64, [3], [1, -0.5, 0.1]))[0].floats == [1, -0.5, 0.1])
        #expect(try values(stored("w", .float16, [3], [0x3C00, 0xC100, 0x0001] as [UInt16]))[0].floats == [1, -2.5, 0x1p-24])
        #expect(try values(stored("w", .bfloat16, [3], [0x3F80, 0xC020, 0x4049] as [UInt16]))[0].floats == [1, -2.5, 3.140625])
        let exact: [Float] = [.leastNonzeroMagnitude, -0.0, .greatestFiniteMagnitude]
        #expect(try values(stored("w", .float32, [3], exact)) == [stored("w", .float32, [3], exact)])
    }

    @Test(arguments: [StoredType.int64, .int32, .uint8]) func wholeNumbersAreNoWeights(type: StoredType) {
        let tensor = StoredTensor(name: "w", type: type, shape: [3], bytes: Array(repeating: 1, count: 3 * type.size))
        #expect(throws: WeightsError.notReal(path: "a", tensor: "w", found: type)) { try values(tensor) }
    }

    @Test func whatIsNotFiniteIsRefusedByName() {
        for (tensor, value) in [
            (stored("w", .float32, [3], [0, 1, Float.nan]), "nan"),
            (stored("w", .float16, [3], [0, 0, 0xFC00] as [UInt16]), "-inf"),
            (stored("w", .bfloat16, [3], [0, 0, 0x7FC0] as [UInt16]), "nan"), (stored("w", .float64, [3], [0, 1, 1e300]), "inf"),
        ] {
            #expect(throws: WeightsError.notFinite(path: "a", tensor: "w", value: value, index: 2)) { try values(tensor) }
        }
    }
}

@Suite struct TorchvisionNamesTests {
    @Test func exportedNamesShapesAndTypesAreTorchvisions() throws {
        let names = try reference("engine/torchvision_names.json"), initializer = Initializer.blank()
        let network = VideoClassifier(
            backbone: try BackboneCatalogue.entry(named: "r3d18").make(BackboneOptions(), initializer),
            classes: try names.integer("classes"), dropoutRate: 0, initializer)
        let types = [StoredType.float32: "float32", .int64: "int64"]
        let ours = network.torchvisionWeights.map { "\($0.name) \($0.shape) \(types[$0.type] ?? "")" }
        let theirs = try names.list("r3d_18").map {
            "\(try $0.text("name")) \(try $0.list("shape").compactMap(\.integerValue)) \(try $0.text("type"))"
        }
        #expect(ours.sorted() == theirs.sorted())
    }
}
