import Files
import Networks
import Tensor
import TestSupport
import Testing

/// One forward pass of `r3d18_forward.json` or `slowonly50_forward.json`: PyTorch's norms of the stages, and logits.
struct ForwardRecord: Sendable, CustomTestStringConvertible {
    let form: String, width: Double, classes: Int, entry: JSON

    /// The passes of a form in `file`.
    static func all(_ form: String, of file: String) throws -> [ForwardRecord] {
        let networks = try reference("engine/\(file).json").list("networks").filter { $0["form"] == .string(form) }
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

    /// How the pass is done.
    var context: ForwardContext { ForwardContext(normalization: entry["mode"] == .string("train") ? .updating : .running) }

    /// The clips of the pass.
    func clips() throws -> Tensor { hashClips(try entry.text("input"), try entry.integers("shape"), elementType) }

    /// The network with its hash weights.
    func network() throws -> VideoClassifier {
        let names = ["torchvision": "r3d18", "card": "r3d18-pooled"], initializer = Initializer(seed: 0, elementType: elementType)
        let backbone = try BackboneCatalogue.entry(named: names[form] ?? form).make(BackboneOptions(width: width), initializer)
        let network = VideoClassifier(backbone: backbone, classes: classes, dropoutRate: 0.5, initializer)
        network.loadHashWeights(runningStatistics: true)
        return network
    }

    /// Does the pass. Returns the largest relative difference of norms and logits, and the network.
    func run() throws -> (difference: Double, network: VideoClassifier) {
        let network = try network(), clips = try clips()
        return (try GradientRecording.off { try difference(network, clips, context) }, network)
    }

    /// The largest relative difference of a running statistic's norm after the pass; 0 where the reference has none.
    func statisticsDifference(of network: VideoClassifier) throws -> Double {
        guard let norms = entry["buffersAfter"] else { return 0 }
        guard norms.objectValue?.count == 2 * network.namedStatistics.count else { return .infinity }
        return try network.namedStatistics.flatMap { name, statistics in
            try [("running_mean", statistics.values.mean), ("running_var", statistics.values.variance)].map { suffix, values in
                relativeDifference(Tensor(values).norm, try norms.number("\(name).\(suffix)"))
            }
        }.max() ?? .infinity
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
