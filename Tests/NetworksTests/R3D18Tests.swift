import Files
import Networks
import Tensor
import TestSupport
import Testing

/// One forward pass of `r3d18_forward.json`: PyTorch's norms of the stages, and logits.
struct ForwardRecord: Sendable, CustomTestStringConvertible {
    let form: String, width: Double, classes: Int, entry: JSON

    static func all(_ form: String) throws -> [ForwardRecord] {
        let networks = try reference("engine/r3d18_forward.json").list("networks").filter { $0["form"] == .string(form) }
        return try networks.flatMap { network in
            try network.list("records").map {
                ForwardRecord(
                    form: form, width: try network.numbers("widths")[0] / 64, classes: try network.integer("classes"), entry: $0)
            }
        }
    }

    var testDescription: String {
        [form, entry["input"]?.stringValue, entry["precision"]?.stringValue, entry["mode"]?.stringValue].compactMap(\.self)
            .joined(separator: " ")
    }

    var elementType: ElementType { entry["precision"] == .string("float32") ? .float32 : .float64 }

    /// Does the pass. Returns the largest relative difference of norms and logits, and the network.
    func run() throws -> (difference: Double, network: VideoClassifier) {
        let initializer = Initializer(seed: 0, elementType: elementType)
        let backbone = try BackboneCatalogue.entry(named: form == "card" ? "r3d18-pooled" : "r3d18")
            .make(BackboneOptions(width: width), initializer)
        let network = VideoClassifier(backbone: backbone, classes: classes, dropoutRate: 0.5, initializer)
        network.loadHashWeights(runningStatistics: true)
        let clips = hashClips(try entry.text("input"), try entry.integers("shape"), elementType)
        let context = ForwardContext(normalization: entry["mode"] == .string("train") ? .updating : .running)
        return (try GradientRecording.off { try difference(network, clips, context) }, network)
    }

    private func difference(_ network: VideoClassifier, _ clips: Tensor, _ context: ForwardContext) throws -> Double {
        var stages: [(String, [Int], Double)] = []
        let features = network.backbone.features(clips, after: nil, through: nil, context) { stage, output in
            stages.append((stage, output.shape, output.norm))
        }
        let expected = try entry.member("stages").objectValue ?? []
        guard stages.map(\.0) == expected.map(\.key) else { return .infinity }
        var largest = 0.0
        for ((_, shape, norm), (_, stage)) in zip(stages, expected) {
            guard try stage.integers("shape") == shape else { return .infinity }
            largest = max(largest, relativeDifference(norm, try stage.number("norm")))
        }
        let logits = network.classify(features: features, context), firsts = try entry.numbers("logits")
        guard try logits.argmax() == entry.integers("argmax") else { return .infinity }
        largest = max(largest, relativeDifference(logits.norm, try entry.number("logitNorm")))
        return max(largest, relativeDifference(Array(logits.values(as: Double.self).prefix(firsts.count)), firsts))
    }
}

@Suite struct R3D18Tests {
    static let torchvision = (try? ForwardRecord.all("torchvision")) ?? []
    static let card = (try? ForwardRecord.all("card")) ?? []

    @Test func theReferenceIsComplete() { #expect(Self.torchvision.count == 4 && Self.card.count == 3) }

    @Test(arguments: torchvision.filter { $0.elementType == .float32 }) func agreesWithTorchvision(record: ForwardRecord) throws {
        let difference = try record.run().difference
        #expect(difference < 1e-5)
    }

    /// The smaller of the two clips, by BLAS.
    @Test(arguments: torchvision.filter { $0.elementType == .float64 && $0.entry["input"] == .string("forward.clip56") })
    func agreesWithTorchvisionInDoublePrecision(record: ForwardRecord) throws {
        let difference = try record.run().difference
        #expect(difference < 1e-11)
    }

    @Test(arguments: card) func theFormOfTheCardAgrees(record: ForwardRecord) throws {
        let (difference, network) = try record.run()
        #expect(difference < 1e-12)
        guard let buffers = record.entry["buffersAfter"]?.objectValue else { return }
        #expect(buffers.count == 2 * network.namedStatistics.count)
        for (name, statistics) in network.namedStatistics {
            for (suffix, values) in [("running_mean", statistics.values.mean), ("running_var", statistics.values.variance)] {
                let norm = try record.entry.member("buffersAfter").number("\(name).\(suffix)")
                #expect(relativeDifference(Tensor(values).norm, norm) < 1e-12)
            }
        }
    }

    @Test func stagesHaveTheShapesOfTheCard() throws {
        let shapes = try reference("engine/r3d18_forward.json").member("cardShapes")
        let backbone = try BackboneCatalogue.entry(named: "r3d18-pooled").make(BackboneOptions(), Initializer(seed: 1))
        var found: [[Int]] = []
        let clip = Tensor.zeros(try shapes.integers("input"))
        _ = GradientRecording.off {
            backbone.features(clip, after: nil, through: nil, .evaluation) { found.append(Array($1.shape.dropFirst())) }
        }
        #expect(found.dropFirst().flatMap(\.self).map(Double.init) == (try shapes.numbers("stages")))
        #expect(found.last == [512, 1, 7, 7] && backbone.featureCount == 512)
    }

    @Test func stagesRunInPieces() throws {
        let backbone = try BackboneCatalogue.entry(named: "r3d18").make(
            BackboneOptions(width: 0.125), Initializer(seed: 1, elementType: .float64))
        let clip = hashClips("pieces", [1, 3, 4, 24, 24], .float64)
        let whole = backbone.features(clip, .evaluation)
        let middle = backbone.features(clip, after: nil, through: "layer2", .evaluation) { _, _ in }
        let rest = backbone.features(middle, after: "layer2", through: nil, .evaluation) { _, _ in }
        #expect(rest.values(as: Double.self) == whole.values(as: Double.self))
    }
}
