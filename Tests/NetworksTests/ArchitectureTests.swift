import Networks
import Tensor
import TestSupport
import Testing

/// Names, counts and initial values of the networks.
@Suite struct ArchitectureTests {
    private func classifier(
        _ name: String = "r3d18", width: Double = 0.125, depth: Double = 1, classes: Int = 10, dropout: Double = 0,
        seed: UInt64 = 1
    ) throws -> VideoClassifier {
        let initializer = Initializer(seed: seed)
        let backbone = try BackboneCatalogue.entry(named: name).make(BackboneOptions(width: width, depth: depth), initializer)
        return VideoClassifier(backbone: backbone, classes: classes, dropoutRate: dropout, initializer)
    }

    @Test func namesAndTheirOrderAreTorchvisions() throws {
        let runs = try reference("engine/fixmatch_steps.json").list("runs")
        let names = try #require(runs.first?["norms"]?.objectValue).map(\.key)
        let network = try classifier()
        #expect(network.namedParameters.map(\.name) == names.filter { !$0.contains("running_") })
        let statistics = network.namedStatistics.flatMap { ["\($0.name).running_mean", "\($0.name).running_var"] }
        #expect(statistics == names.filter { $0.contains("running_") })
    }

    /// torchvision's r3d_18 has 33,371,472 parameters.
    @Test func theWholeNetworkHasTorchvisionsSize() throws {
        #expect(try classifier(width: 1, classes: 400).parameterCount == 33_371_472)
    }

    @Test func multipliersChangeChannelsAndBlocks() throws {
        let narrow = try classifier(width: 0.25)
        #expect(narrow.backbone.featureCount == 128)
        #expect(narrow.namedParameters.first?.parameter.value.shape == [16, 3, 3, 7, 7])
        func blocks(_ network: VideoClassifier) -> Int {
            network.namedParameters.count { $0.name.hasPrefix("layer3.") && $0.name.hasSuffix("conv1.0.weight") }
        }
        #expect(try blocks(narrow) == 2 && blocks(classifier(depth: 2)) == 4 && blocks(classifier(depth: 0.5)) == 1)
        #expect(try blocks(classifier("r3d10")) == 1)
        let plain = try classifier(depth: 0.5).namedParameters.map(\.name),
            short = try classifier("r3d10").namedParameters.map(\.name)
        #expect(plain == short)
        #expect(throws: UnknownBackbone.self) { try BackboneCatalogue.entry(named: "r3d19") }
    }

    /// What `models list` prints and `mismatch(with:)` judges is what a pass does.
    @Test(arguments: BackboneCatalogue.entries.map(\.name)) func theConvolutionsEndWhereTheFeaturesDo(name: String) throws {
        let backbone = try classifier(name, width: 0.0625).backbone, clip = [3, 9, 40, 56]
        let features = GradientRecording.off { backbone.features(hashClips("ends", [1] + clip, .float32), .evaluation) }
        #expect(backbone.output(of: clip) == Array(features.shape.dropFirst()))
        #expect(features.shape[1] == backbone.featureCount && backbone.mismatch(with: clip) == nil)
    }

    @Test func weightsStartAsPublished() throws {
        let network = try classifier(width: 0.5)
        for (name, parameter) in network.namedParameters {
            let values = parameter.value.values(as: Double.self), count = Double(values.count)
            let mean = values.reduce(0, +) / count
            switch parameter.role {
            case .scale: #expect(values.allSatisfy { $0 == 1 }, "\(name)")
            case .bias: #expect(values.allSatisfy { $0 == 0 }, "\(name)")
            case .kernel:
                let shape = parameter.value.shape
                let deviation = name == "fc.weight" ? 0.01 : (2 / Double(shape[0] * shape[2...].reduce(1, *))).squareRoot()
                let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
                // Five standard errors of a sample of normal values.
                #expect(abs(mean) < 5 * deviation / count.squareRoot(), "\(name)")
                #expect(abs(variance.squareRoot() / deviation - 1) < 5 / (2 * count).squareRoot(), "\(name)")
            }
        }
    }

    @Test func weightsDependOnSeedAndNameOnly() throws {
        func weights(_ network: VideoClassifier) -> [String: [Float]] {
            Dictionary(uniqueKeysWithValues: network.namedParameters.map { ($0.name, $0.parameter.value.values(as: Float.self)) })
        }
        let deep = weights(try classifier()), again = weights(try classifier()), shallow = weights(try classifier("r3d10"))
        let other = weights(try classifier(seed: 2))
        #expect(deep == again && deep["fc.weight"] != other["fc.weight"])
        // The stems differ in shape; all else that both have is equal.
        for (name, values) in shallow where name != "stem.0.weight" { #expect((deep[name] == values), "\(name)") }
        #expect(deep["layer1.0.conv1.0.weight"] != deep["layer1.0.conv2.0.weight"])
    }

    @Test func dropoutFollowsItsKey() throws {
        let network = try classifier(dropout: 0.5), clip = hashClips("dropout", [2, 3, 2, 16, 16], .float32)
        func logits(_ key: RandomKey?) -> [Float] {
            network(clip, ForwardContext(normalization: .batch, dropout: key)).values(as: Float.self)
        }
        let key = RandomKey(seed: 5, purpose: .dropout)
        #expect(logits(key) == logits(key) && logits(key) != logits(key.derived(1)) && logits(key) != logits(nil))
        let kept = try classifier(dropout: 0)(clip, ForwardContext(normalization: .batch, dropout: key)).values(as: Float.self)
        #expect(kept == logits(nil))
    }
}
