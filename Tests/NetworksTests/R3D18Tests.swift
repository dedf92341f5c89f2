import Networks
import Tensor
import TestSupport
import Testing

@Suite struct R3D18Tests {
    static let torchvision = (try? ForwardRecord.all("torchvision", of: "r3d18_forward")) ?? []
    static let card = (try? ForwardRecord.all("card", of: "r3d18_forward")) ?? []

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
        #expect(try record.statisticsDifference(of: network) < 1e-12)
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
