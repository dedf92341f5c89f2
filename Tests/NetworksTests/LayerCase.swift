import Files
import Networks
import Tensor
import TestSupport
import Testing

/// A case of `layers.json`: a layer with hash weights, and what PyTorch makes of it in double precision.
struct LayerCase: Sendable, CustomTestStringConvertible {
    let name: String, layer: String
    let options: JSON
    private let entry: JSON

    /// All cases of the file.
    static func all() throws -> [LayerCase] { try reference("engine/layers.json").list("cases").map(LayerCase.init) }

    private init(_ entry: JSON) throws {
        self.entry = entry
        name = try entry.text("name")
        layer = try entry.text("layer")
        options = try entry.member("options")
    }

    var testDescription: String { name }

    /// The shape of the input of a role.
    func shape(_ role: String) throws -> [Int] { try entry.member("inputs").integers(role) }

    /// The largest relative differences of outputs and gradients, computed in `type`, from the reference.
    func differences(in type: ElementType) throws -> (outputs: Double, gradients: Double) {
        var inputs: [String: Tensor] = [:]
        for (role, shape) in try entry.member("inputs").objectValue ?? [] {
            inputs[role] = hashClips("\(name).\(role)", try shape.numbers().map(Int.init), type).requiringGradient()
        }
        let layer = try built(Initializer(seed: 0, elementType: type))
        layer.module?.loadHashWeights(prefix: "\(name).", runningStatistics: false)
        let outputs = try layer.apply(inputs), values = try entry.list("outputs"), shapes = try entry.list("outputShapes")
        guard outputs.count == values.count else { return (.infinity, .infinity) }
        var largest = 0.0, loss = Tensor.zeros([], elementType: type)
        for (index, output) in outputs.enumerated() {
            guard output.shape.map(Double.init) == (try shapes[index].numbers()) else { return (.infinity, .infinity) }
            largest = max(largest, relativeDifference(output.values(as: Double.self), try values[index].numbers()))
            loss = loss + (output * hashClips("\(name).upstream\(index)", output.shape, type)).sum()
        }
        loss.backward()
        return (largest, try gradientDifference(inputs, layer.module))
    }

    private func gradientDifference(_ inputs: [String: Tensor], _ module: (any Module)?) throws -> Double {
        let parameters = module?.namedParameters ?? []
        let shapes = try entry.member("parameters").objectValue ?? []
        guard parameters.map(\.name) == shapes.map(\.key) else { return .infinity }
        var largest = 0.0
        for (key, expected) in try entry.member("gradients").objectValue ?? [] {
            let tensor = try #require(inputs[key] ?? parameters.first { $0.name == key }?.parameter.value, "\(key)")
            let found = tensor.gradient?.values(as: Double.self) ?? []
            largest = max(largest, relativeDifference(found, try expected.numbers()))
        }
        return largest
    }
}

/// What a case applies to its inputs.
struct BuiltLayer {
    let module: (any Module)?
    let apply: ([String: Tensor]) throws -> [Tensor]

    init(_ module: (any Module)?, _ apply: @escaping ([String: Tensor]) throws -> [Tensor]) {
        self.module = module
        self.apply = apply
    }

    /// A layer of one input and one output.
    static func simple(_ module: (any Module)? = nil, _ apply: @escaping (Tensor) -> Tensor) -> BuiltLayer {
        BuiltLayer(module) { [apply(try #require($0["input"]))] }
    }
}

// MARK: The layers

extension LayerCase {
    /// The layer that the options describe.
    func built(_ initializer: Initializer) throws -> BuiltLayer {
        switch layer {
        case "convolution3D", "convolution2D": try convolution(initializer)
        case "erf": .simple { ($0 * 3).erf() }
        case "gelu": .simple { ($0 * 3).gelu() }
        case "geluTanh": .simple { ($0 * 3).gelu(.tanh) }
        case "linear", "layerNormalization", "groupNormalization", "transformerBlock": try plain(initializer)
        case "attention": try attention(initializer)
        case "embedding": try embedding(initializer)
        case "textEncoder": try text(initializer)
        case "lstm": try memory(initializer)
        default: throw ReferenceError("the tests do not know the layer \(layer)")
        }
    }

    private func convolution(_ initializer: Initializer) throws -> BuiltLayer {
        let inputs = try shape("input")[1], outputs = try options.integer("outputs"), groups = try options.integer("groups")
        if layer == "convolution2D" {
            let convolution = Convolution2D(
                inputs: inputs, outputs: outputs, kernel: try options.integer("kernel"), stride: try options.integer("stride"),
                padding: try options.integer("padding"), groups: groups, initializer)
            return .simple(convolution) { convolution($0) }
        }
        let window = Window(
            kernel: try options.integers("kernel"), stride: try options.integers("stride"),
            padding: try options.integers("padding"))
        let convolution = Convolution3D(
            inputs: inputs, outputs: outputs, window: window, groups: groups, hasBias: options["bias"] == .boolean(true),
            initializer)
        return .simple(convolution) { convolution($0) }
    }

    private func plain(_ initializer: Initializer) throws -> BuiltLayer {
        let shape = try shape("input"), last = shape[shape.count - 1]
        switch layer {
        case "linear":
            let linear = Linear(inputs: last, outputs: try options.integer("outputs"), initializer)
            return .simple(linear) { linear($0) }
        case "layerNormalization":
            let normalization = LayerNormalization(features: last, epsilon: try options.number("epsilon"), initializer)
            return .simple(normalization) { normalization($0) }
        case "groupNormalization":
            let normalization = GroupNormalization(
                channels: shape[1], groups: try options.integer("groups"), epsilon: try options.number("epsilon"), initializer)
            return .simple(normalization) { normalization($0) }
        default:
            let block = TransformerBlock(
                features: last, heads: try options.integer("heads"), hidden: try options.integer("hidden"), initializer)
            return .simple(block) { block($0, .evaluation) }
        }
    }

    private func attention(_ initializer: Initializer) throws -> BuiltLayer {
        let attention = MultiHeadAttention(features: 6, heads: 2, hasBias: options["bias"] == .boolean(true), initializer)
        let type = initializer.elementType
        let lengths = try options["lengths"] == nil ? nil : options.integers("lengths")
        let mask =
            options["mask"] == .string("causal")
            ? MultiHeadAttention.causalMask(length: 4, elementType: type)
            : lengths.map { MultiHeadAttention.keyMask(lengths: $0, count: 4, elementType: type) }
        return BuiltLayer(attention) { inputs in
            if let queries = inputs["queries"], let keys = inputs["keys"], let values = inputs["values"] {
                return [attention(queries: queries, keys: keys, values: values, .evaluation)]
            }
            return [attention(try #require(inputs["input"]), mask: mask, bias: inputs["distance"], .evaluation)]
        }
    }

    private func embedding(_ initializer: Initializer) throws -> BuiltLayer {
        let embedding = Embedding(
            count: try options.integer("count"), features: try options.integer("features"),
            paddingIndex: try options.integer("paddingIndex"), initializer)
        let indices = try options.integers("indices")
        return BuiltLayer(embedding) { [embedding(indices, shape: [2, 3]) * (try #require($0["factor"]))] }
    }

    private func text(_ initializer: Initializer) throws -> BuiltLayer {
        var form = TextEncoder.Form()
        form.tokens = try options.integer("vocabulary")
        form.features = try shape("factor")[2]
        form.layers = try options.integer("layers")
        form.heads = try options.integer("heads")
        form.hidden = try options.integer("hidden")
        form.positions = try options.integer("positions")
        let encoder = TextEncoder(form, initializer), lengths = try options.integers("lengths")
        let tokens = try options.integers("tokens"), types = try options.integers("types"), length = try shape("factor")[1]
        return BuiltLayer(encoder) { inputs in
            [
                encoder(tokens: tokens, types: types, lengths: lengths, length: length, .evaluation)
                    * (try #require(inputs["factor"]))
            ]
        }
    }

    private func memory(_ initializer: Initializer) throws -> BuiltLayer {
        let memory = LSTM(
            inputs: try shape("input")[2], hidden: try options.integer("hidden"), layers: try options.integer("layers"),
            isBidirectional: options["bidirectional"] == .boolean(true), initializer)
        let lengths = try options["lengths"] == nil ? nil : options.integers("lengths")
        return BuiltLayer(memory) { inputs in
            let output = memory(try #require(inputs["input"]), lengths: lengths, .evaluation)
            return [output.states, output.lastHidden, output.lastCell]
        }
    }
}
