import Files
import Networks
import Tensor
import TestSupport
import Testing

/// A network of `backbone_gradients.json`: loss and gradients in training mode, by torchvision in double precision.
struct GradientRecord: Sendable, CustomTestStringConvertible {
    let name: String, entry: JSON

    static func all() throws -> [GradientRecord] {
        try reference("engine/backbone_gradients.json").list("networks").map {
            GradientRecord(name: try $0.text("name"), entry: $0)
        }
    }

    var testDescription: String { name }

    /// The network with its hash weights.
    func network(_ type: ElementType) throws -> VideoClassifier {
        let settings = try entry.member("options"), initializer = Initializer(seed: 0, elementType: type)
        let options = BackboneOptions(
            width: try settings.number("width"), depth: settings["depth"]?.realValue ?? 1,
            inputChannels: settings["inputChannels"]?.integerValue ?? 3)
        let backbone: any Backbone
        if settings["learned"] != nil {
            var form = VideoTransformer.Form()
            form.positions = .learned(grid: try settings.integers("learned"))
            form.hasClassToken = true
            backbone = VideoTransformer(form, options, initializer)
        } else {
            backbone = try BackboneCatalogue.entry(named: entry.text("backbone")).make(options, initializer)
        }
        let network = VideoClassifier(backbone: backbone, classes: try entry.integer("classes"), dropoutRate: 0, initializer)
        network.loadHashWeights(prefix: "\(name).", runningStatistics: false)
        return network
    }

    /// All gradients with weights of `type` and clips, and with them all activations, of `activations`.
    func gradients(in type: ElementType, activations: ElementType) throws -> [Tensor] {
        let network = try network(type), shape = try entry.integers("input")
        let clips = hashClips(try entry.text("clip"), shape, type).converted(to: activations)
        let labels = HashValues("\(name).labels").integers(shape[0], below: try entry.integer("classes"))
        crossEntropy(logits: network(clips, ForwardContext(normalization: .updating)), targets: labels).mean().backward()
        return try network.namedParameters.map { try #require($0.parameter.gradient, "\($0.name)").converted(to: .float64) }
    }

    /// The relative difference of the loss, and the largest differences of a gradient's norm and product with hash values, relative
    /// to the norm, in `type`.
    func differences(in type: ElementType) throws -> (loss: Double, gradients: Double) {
        let network = try network(type), shape = try entry.integers("input"), classes = try entry.integer("classes")
        let clips = hashClips(try entry.text("clip"), shape, type)
        let labels = HashValues("\(name).labels").integers(shape[0], below: classes)
        let loss = crossEntropy(logits: network(clips, ForwardContext(normalization: .updating)), targets: labels).mean()
        loss.backward()
        let expected = try entry.member("gradients")
        // torchvision's names, of which fewer than all would be noticed here.
        guard network.namedParameters.map(\.name).sorted() == expected.objectValue?.map(\.key).sorted() else {
            return (.infinity, .infinity)
        }
        var largest = 0.0
        for (key, parameter) in network.namedParameters {
            let gradient = try #require(parameter.gradient, "\(key)").converted(to: .float64), pair = try expected.numbers(key)
            let probe = (gradient * hashClips("probe.\(name).\(key)", gradient.shape, .float64)).sum().scalar
            largest = max(largest, abs(gradient.norm - pair[0]) / pair[0], abs(probe - pair[1]) / pair[0])
        }
        return (relativeDifference(loss.scalar, try entry.number("loss")), largest)
    }
}

/// Whole networks against torchvision's (`tools/reference/backbone_gradients.py`).
@Suite struct BackboneGradientTests {
    static let records = (try? GradientRecord.all()) ?? []
    static let costs = (try? reference("engine/backbone_gradients.json").list("costs")) ?? []

    @Test func theReferenceCoversTheCatalogue() {
        let names = Set(Self.records.compactMap { $0.entry["backbone"]?.stringValue })
        #expect(names == Set(BackboneCatalogue.entries.map(\.name)) && Self.records.count == 9)
        #expect(Set(Self.costs.compactMap { $0["backbone"]?.stringValue }) == names)
    }

    @Test(arguments: records) func agreesInDoublePrecision(record: GradientRecord) throws {
        let (loss, gradients) = try record.differences(in: .float64)
        #expect(loss < 1e-10 && gradients < 1e-8)
    }

    @Test(arguments: records) func agreesInSinglePrecision(record: GradientRecord) throws {
        let (loss, gradients) = try record.differences(in: .float32)
        #expect(loss < 1e-5 && gradients < 1e-4)
    }

    /// How far PyTorch's autocast is from f64 with these networks and clips (`tools/reference/autocast_errors.py`).
    static let autocastErrors =
        ((try? reference("engine/autocast_errors.json").objectValue) ?? nil)?.map { ($0.key, $0.value.realValue ?? 0) } ?? []

    @Test(arguments: autocastErrors) func halfPrecisionErrsNoMoreThanAutocast(name: String, allowed: Double) throws {
        let record = try #require(Self.records.first { $0.name == name })
        let exact = try record.gradients(in: .float64, activations: .float64)
        let found = try record.gradients(in: .float32, activations: .bfloat16)
        let difference = zip(found, exact).reduce(0) { $0 + ($1.0 - $1.1).sumOfSquares }.squareRoot()
        let error = difference / exact.reduce(0) { $0 + $1.sumOfSquares }.squareRoot()
        #expect(error <= 1.1 * allowed && error > 0, "\(error) where autocast has \(allowed)")
    }

    @Test func theErrorsOfAutocastCoverTheConvolutionalBackbones() {
        // PyTorch's own gradients of the others are no numbers, or of 1e33, in bf16 with so few channels.
        #expect(Set(Self.autocastErrors.map(\.0)) == ["r3d18", "mc3_18", "r3d18-pooled", "r3d10", "resnet18"])
        #expect(Self.autocastErrors.allSatisfy { $0.1 > 0.01 })
    }

    /// As PyTorch counts them; pictures are clips of one frame.
    @Test(arguments: costs) func sizeAndCostAreThoseOfPyTorch(cost: JSON) throws {
        let clip = try cost.integers("clip"), shape = clip.count == 4 ? clip : [clip[0], 1] + clip[1...]
        let summary = BackboneSummary(try BackboneCatalogue.entry(named: cost.text("backbone")), clip: shape)
        #expect(summary.parameters == (try cost.integer("parameters")))
        #expect(summary.multiplyAdds == (try cost.integer("multiplyAdds")))
    }

    @Test func theSoundOfTheXDCCardLeavesTwoTimesFourPlaces() throws {
        let backbone = ResNet2D(BackboneOptions(inputChannels: 1), .blank())
        #expect(backbone.output(of: [1, 1, 40, 100]) == [512, 1, 2, 4])
        #expect(backbone.namedParameters.first?.parameter.value.shape == [64, 1, 7, 7])
    }

    @Test func stagesOfATransformerRunInPieces() throws {
        for hasClassToken in [false, true] {
            var form = VideoTransformer.Form()
            form.hasClassToken = hasClassToken
            let backbone = VideoTransformer(form, BackboneOptions(width: 0.125), Initializer(seed: 1, elementType: .float64))
            let clip = hashClips("pieces", [1, 3, 4, 32, 48], .float64), whole = backbone.features(clip, .evaluation)
            var shapes: [[Int]] = []
            let middle = backbone.features(clip, after: nil, through: "layer2", .evaluation) { shapes.append($1.shape) }
            let rest = backbone.features(middle, after: "layer2", through: nil, .evaluation) { shapes.append($1.shape) }
            #expect(rest.values(as: Double.self) == whole.values(as: Double.self))
            let inner = hasClassToken ? [1, 24, 13, 1, 1] : [1, 24, 2, 2, 3]
            #expect(shapes == [inner, inner, inner, inner, hasClassToken ? [1, 24, 1, 1, 1] : inner])
            #expect(backbone.output(of: [3, 4, 32, 48]) == Array(whole.shape.dropFirst()))
        }
    }

    @Test func whatDoesNotFitNamesTheLayerAndBothShapes() throws {
        func mismatch(_ name: String, _ clip: [Int]) throws -> ShapeMismatch? {
            try BackboneCatalogue.entry(named: name).make(BackboneOptions(), .blank()).mismatch(with: clip)
        }
        let pooled = try mismatch("r3d18-pooled", [3, 1, 64, 64])
        #expect(pooled?.layer == "layer2.0.conv1.0" && pooled?.found == [64, 0, 16, 16])
        #expect(pooled?.description.contains("expects [64, at least 1, at least 1, at least 1]") == true)
        #expect(try mismatch("r3d18", [2, 8, 64, 64])?.description.contains("stem.0 expects [3, ") == true)
        #expect(try mismatch("transformer", [3, 1, 64, 64])?.layer == "conv_proj")
        #expect(try mismatch("transformer", [3, 2, 16, 16]) == nil && mismatch("resnet18", [3, 1, 16, 16]) == nil)
        var form = VideoTransformer.Form()
        form.positions = .learned(grid: [2, 2, 2])
        let learned = VideoTransformer(form, BackboneOptions(width: 0.125), .blank()).mismatch(with: [3, 4, 48, 48])
        #expect(learned == ShapeMismatch(layer: "encoder.pos_embedding", expected: "tubelets [2, 2, 2]", found: [2, 3, 3]))
    }
}
