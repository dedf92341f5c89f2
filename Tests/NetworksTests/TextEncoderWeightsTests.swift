import Files
import Networks
import Tensor
import TestSupport
import Testing

/// Files of BERT's weights, and the encoder of the reference case `textEncoder.0`, which Hugging Face's BERT has computed.
@Suite struct TextEncoderWeightsTests {
    private let entry: JSON, options: JSON, form: TextEncoder.Form
    /// The weights of the reference in its names, in f64.
    private let weights: [StoredTensor]
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let cases = try reference("engine/layers.json").list("cases")
        entry = try #require(cases.first { $0["name"]?.stringValue == "textEncoder.0" })
        options = try entry.member("options")
        var form = TextEncoder.Form()
        form.tokens = try options.integer("vocabulary")
        form.features = try entry.member("inputs").integers("factor")[2]
        form.layers = try options.integer("layers")
        form.heads = try options.integer("heads")
        form.hidden = try options.integer("hidden")
        form.positions = try options.integer("positions")
        self.form = form
        let encoder = TextEncoder(form, .blank(elementType: .float64))
        encoder.loadHashWeights(prefix: "textEncoder.0.", runningStatistics: false)
        weights = encoder.namedParameters.map { StoredTensor(name: $0.name, $0.parameter.value.detached) }
        #expect(weights.map(\.name) == (try entry.member("parameters").objectValue ?? []).map(\.key))
    }

    /// An encoder of other weights.
    private func encoder(_ type: ElementType = .float64) -> TextEncoder {
        TextEncoder(form, Initializer(seed: 3, elementType: type))
    }

    @discardableResult
    private func load(_ tensors: [StoredTensor], into encoder: TextEncoder) throws -> TextEncoder {
        try SafetensorsFile.write(tensors, to: folder("bert.safetensors"))
        try encoder.load(contentsOf: folder("bert.safetensors"), advice: "take another")
        return encoder
    }

    private func states(_ encoder: TextEncoder) throws -> Tensor {
        let lengths = try options.integers("lengths"), tokens = try options.integers("tokens")
        return encoder(
            tokens: tokens, types: try options.integers("types"), lengths: lengths, length: tokens.count / lengths.count,
            .evaluation)
    }

    private func replaced(_ name: String, by tensor: StoredTensor?) -> [StoredTensor] {
        weights.filter { $0.name != name } + (tensor.map { [$0] } ?? [])
    }

    // MARK: What is read

    /// What Hugging Face's classes save beside the encoder.
    private static let beyond = [
        StoredTensor(name: "bert.pooler.dense.weight", shape: [6, 6], floats: Array(repeating: 1, count: 36)),
        StoredTensor(name: "bert.pooler.dense.bias", shape: [6], floats: Array(repeating: .nan, count: 6)),
        StoredTensor(name: "cls.predictions.bias", shape: [2], floats: [1, 2]),
        StoredTensor(name: "cls.predictions.transform.LayerNorm.weight", shape: [2], floats: [1, 2]),
        StoredTensor(name: "cls.seq_relationship.weight", shape: [2], floats: [1, 2]),
        StoredTensor(name: "classifier.bias", shape: [1], floats: [1]),
        StoredTensor(name: "qa_outputs.bias", shape: [1], floats: [1]),
        StoredTensor(name: "bert.embeddings.position_ids", Tensor([0, 1, 2, 3, 4, 5, 6] as [Int64], shape: [1, 7])),
    ]

    @Test(arguments: ["as they are", "prefix", "prefix, more than the encoder", "prefix, early names"])
    func theStatesAreThoseOfHuggingFace(names: String) throws {
        var tensors = weights
        if names.hasPrefix("prefix") { tensors = tensors.map { $0.named("bert." + $0.name) } }
        if names.hasSuffix("encoder") { tensors += Self.beyond }
        if names.hasSuffix("early names") {
            tensors = tensors.map { tensor in
                let parts = tensor.name.split(separator: ".")
                guard parts.dropLast().last == "LayerNorm" else { return tensor }
                return tensor.named(parts.dropLast().joined(separator: ".") + (parts.last == "weight" ? ".gamma" : ".beta"))
            }
        }
        let encoder = encoder(),
            factor = hashClips("textEncoder.0.factor", try entry.member("inputs").integers("factor"), .float64)
        let expected = try entry.list("outputs")[0].numbers()
        #expect(relativeDifference(try (states(encoder) * factor).values(as: Double.self), expected) > 0.1)
        try load(tensors, into: encoder)
        #expect(relativeDifference(try (states(encoder) * factor).values(as: Double.self), expected) < 1e-12)
    }

    @Test(arguments: [StoredType.float64, .float32, .float16, .bfloat16])
    func allRealTypesAreRead(type: StoredType) throws {
        let stored = weights.map { tensor in
            let values = Tensor(tensor).values(as: Float.self)
            return switch type {
            case .float16: halves(tensor, type, values.map { Float16($0).bitPattern })
            case .bfloat16: halves(tensor, type, values.map { UInt16($0.bitPattern >> 16) })
            case .float32: StoredTensor(name: tensor.name, shape: tensor.shape, floats: values)
            default: tensor
            }
        }
        let found = try load(stored, into: encoder(.float32)), expected = encoder(.float32)
        expected.load(stored.map { StoredTensor(name: $0.name, shape: $0.shape, floats: $0.floats ?? []) })
        #expect(found.storedWeights == expected.storedWeights)
        #expect(try states(found).values(as: Float.self) == states(expected).values(as: Float.self))
    }

    private func halves(_ tensor: StoredTensor, _ type: StoredType, _ values: [UInt16]) -> StoredTensor {
        StoredTensor(name: tensor.name, type: type, shape: tensor.shape, bytes: values.withUnsafeBytes { Array($0) })
    }

    // MARK: What does not fit

    /// The error of a file of `tensors`, after which the encoder must be as it was.
    private func error(_ tensors: [StoredTensor]) throws -> WeightsError {
        let encoder = encoder(), before = encoder.storedWeights
        let error = #expect(throws: WeightsError.self) { try load(tensors, into: encoder) }
        #expect(encoder.storedWeights == before && error?.exitCode == .badData)
        return try #require(error)
    }

    @Test func aMissingTensorIsNamed() throws {
        let name = "encoder.layer.1.attention.self.key.bias", error = try error(replaced(name, by: nil))
        guard case .unfit(let fit, "take another") = error else { throw error }
        #expect(fit.missing == [WeightShape(name: name, shape: [6])] && fit.unexpected.isEmpty && fit.mismatched.isEmpty)
        for part in [folder("bert.safetensors"), "missing: \(name) [6]", "take another"] {
            #expect(error.description.contains(part), "\(part)")
        }
    }

    @Test(arguments: [
        "encoder.layer.2.output.dense.bias", "lm_head.bias", "encoder.layer.0.attention.self.distance_embedding.weight",
    ])
    func anUnknownTensorIsNamed(name: String) throws {
        let error = try error(weights + [StoredTensor(name: name, shape: [6], floats: [1, 2, 3, 4, 5, 6])])
        guard case .unfit(let fit, _) = error else { throw error }
        #expect(fit.unexpected == [name] && fit.missing.isEmpty && error.description.contains("unexpected: \(name)"))
    }

    @Test(arguments: [
        ("embeddings.position_embeddings.weight", [5, 6]), ("embeddings.word_embeddings.weight", [11, 5]),
        ("encoder.layer.0.output.dense.weight", [12, 6]),
    ]) func anotherShapeIsNamed(name: String, shape: [Int]) throws {
        let floats = Array(repeating: Float(1), count: shape[0] * shape[1])
        let error = try error(replaced(name, by: StoredTensor(name: "bert." + name, shape: shape, floats: floats)))
        guard case .unfit(let fit, _) = error else { throw error }
        #expect(fit.mismatched.map(\.target) == [name] && fit.mismatched[0].found == shape)
        #expect(error.description.contains("bert.\(name)") && error.description.contains("is \(shape), expected "))
    }

    @Test func anotherVocabularyIsToldWithBothNumbers() throws {
        let name = "embeddings.word_embeddings.weight"
        let table = StoredTensor(name: name, shape: [13, 6], floats: Array(repeating: 1, count: 78))
        let error = try error(replaced(name, by: table)), path = folder("bert.safetensors")
        #expect(error == .otherVocabulary(path: path, tensor: name, found: 13, expected: 11, advice: "take another"))
        for part in [path, "vocabulary", name, "13", "11", "take another"] {
            #expect(error.description.contains(part), "\(part)")
        }
    }

    @Test func whatIsNoWeightIsRefused() throws {
        let name = "embeddings.LayerNorm.bias", path = folder("bert.safetensors")
        let whole = StoredTensor(name: name, Tensor([1, 2, 3, 4, 5, 6] as [Int64], shape: [6]))
        #expect(try error(replaced(name, by: whole)) == .notReal(path: path, tensor: name, found: .int64))
        let infinite = StoredTensor(name: name, shape: [6], floats: [0, 0, .infinity, 0, 0, 0])
        #expect(try error(replaced(name, by: infinite)) == .notFinite(path: path, tensor: name, value: "inf", index: 2))
        let twice = weights + [StoredTensor(name: "bert." + name, shape: [6], floats: [1, 2, 3, 4, 5, 6])]
        #expect(try error(twice) == .twoSources(path: path, name: name, sources: ["bert." + name, name]))
    }

    @Test func aFileThatIsNotThereIsNamed() {
        let path = folder("none"), error = WeightsError.file(.missing(path: path))
        #expect(throws: error) { try encoder().load(contentsOf: path, advice: "") }
    }
}
