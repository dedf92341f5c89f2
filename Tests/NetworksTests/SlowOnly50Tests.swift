import Files
import Networks
import Tensor
import TestSupport
import Testing

/// The ResNet-50 of the slow pathway against the same network in PyTorch (`tools/reference/slowonly50_forward.py`).
@Suite struct SlowOnly50Tests {
    static let records = (try? ForwardRecord.all("slowonly50", of: "slowonly50_forward")) ?? []
    static let costs = (try? reference("engine/slowonly50_forward.json").list("costs")) ?? []

    private func backbone(_ options: BackboneOptions = BackboneOptions()) throws -> any Backbone {
        try BackboneCatalogue.entry(named: "slowonly50").make(options, .blank())
    }

    @Test func theReferenceIsComplete() {
        #expect(Self.records.count { $0.elementType == .float64 && $0.entry["gradients"] != nil } == 2)
        #expect(Self.records.count { $0.elementType == .float32 } == 2 && Self.costs.count == 2)
        #expect(Self.records.count { $0.entry["buffersAfter"] != nil } == 1)
    }

    @Test(arguments: records) func stagesAndLogitsAgree(record: ForwardRecord) throws {
        let (difference, network) = try record.run()
        #expect(difference < (record.elementType == .float64 ? 1e-10 : 1e-4))
        #expect(try record.statisticsDifference(of: network) < 1e-10)
    }

    @Test(arguments: records.filter { $0.elementType == .float64 }) func gradientsAgree(record: ForwardRecord) throws {
        let network = try record.network(), expected = try record.entry.member("gradients")
        let labels = try record.entry.integers("labels")
        #expect(HashValues("slow.labels").integers(labels.count, below: record.classes) == labels)
        let loss = crossEntropy(logits: network(try record.clips(), record.context), targets: labels).mean()
        #expect(relativeDifference(loss.scalar, try record.entry.number("loss")) < 1e-10)
        loss.backward()
        #expect(network.namedParameters.map(\.name) == expected.objectValue?.map(\.key))
        for (name, parameter) in network.namedParameters {
            let gradient = try #require(parameter.value.gradient, "\(name)")
            #expect(gradient.shape == parameter.value.shape, "\(name)")
            #expect(relativeDifference(gradient.norm, try expected.number(name)) < 1e-10, "\(name)")
        }
    }

    /// The whole network and the auxiliary one of CMPL, a quarter as wide.
    @Test(arguments: costs) func sizeAndCostAreThoseOfPyTorch(cost: JSON) throws {
        let options = BackboneOptions(width: try cost.number("width")), clip = [3, 8, 224, 224]
        let summary = BackboneSummary(try BackboneCatalogue.entry(named: "slowonly50"), options: options, clip: clip)
        #expect(summary.parameters == (try cost.integer("parameters")))
        #expect(summary.multiplyAdds == (try cost.integer("multiplyAdds")))
        let convolutions = try backbone(options).convolutions(of: clip).map(\.shape), stages = try cost.member("stages")
        #expect(convolutions.count == (try cost.integer("convolutions")))
        #expect(summary.output == (try stages.integers("layer4")) && summary.featureCount == summary.output[0])
        // Where the stem's pooling and stages 1 ... 3 end: 3, 4, 6 and 3 blocks of three convolutions, and a shortcut in each stage.
        for (stage, next) in zip(["layer1", "layer2", "layer3"], [11, 24, 43]) {
            #expect([convolutions[next].inputs] + convolutions[next].input == (try stages.integers(stage)), "\(stage)")
        }
        #expect([convolutions[1].inputs] + convolutions[1].input == (try stages.integers("stem")))
    }

    @Test func aClipOfTheCardEndsAsTheCardSays() throws {
        let whole = try backbone()
        #expect(whole.output(of: [3, 8, 224, 224]) == [2048, 8, 7, 7] && whole.featureCount == 2048)
        #expect(whole.stages == ["stem", "layer1", "layer2", "layer3", "layer4"])
    }

    @Test func multipliersChangeInnerWidthsAndBlocks() throws {
        func shapes(_ options: BackboneOptions) throws -> [String: [Int]] {
            Dictionary(uniqueKeysWithValues: try backbone(options).namedParameters.map { ($0.name, $0.parameter.value.shape) })
        }
        let narrow = try shapes(BackboneOptions(width: 0.03125, fewestChannels: 8))
        #expect(narrow["stem.0.weight"] == [8, 3, 1, 7, 7] && narrow["layer2.1.conv1.0.weight"] == [8, 32, 1, 1, 1])
        #expect(narrow["layer3.1.conv1.0.weight"] == [8, 32, 3, 1, 1] && narrow["layer4.0.conv2.0.weight"] == [16, 16, 1, 3, 3])
        #expect(narrow["layer4.0.conv3.0.weight"] == [64, 16, 1, 1, 1])
        // As many channels go in as come out: it is the step that asks for a convolution in the shortcut.
        #expect(narrow["layer2.0.downsample.0.weight"] == [32, 32, 1, 1, 1])
        #expect(narrow["layer2.1.downsample.0.weight"] == nil)
        func blocks(_ depth: Double) throws -> [Int] {
            let names = try backbone(BackboneOptions(width: 0.03125, depth: depth)).namedParameters.map(\.name)
            return (1...4).map { stage in names.count { $0.hasPrefix("layer\(stage).") && $0.hasSuffix("conv3.0.weight") } }
        }
        #expect(try blocks(1) == [3, 4, 6, 3] && blocks(0.5) == [2, 2, 3, 2] && blocks(0.25) == [1, 1, 2, 1])
    }
}
