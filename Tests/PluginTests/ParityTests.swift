import CMPL
import Files
import Networks
import Tensor
import TemporalGradient
import TestSupport
import Testing
import Training
import XDC

/// Twenty steps of two networks against PyTorch's, written from the cards: every loss term by itself.
@Suite struct ParityTests {
    static let crossModel = (try? MethodReference.all("methods/cmpl_steps.json")) ?? []
    static let crossModalClusters = (try? MethodReference.all("methods/xdc_steps.json")) ?? []
    static let temporalGradient = (try? MethodReference.all("methods/temporal_gradient_steps.json")) ?? []

    @Test func theReferencesAreComplete() {
        #expect(Self.crossModel.map(\.name) == ["swapped, separate", "swapped, joint", "mean, separate"])
        #expect(
            Self.temporalGradient.map(\.name) == [
                "default", "l2 without a constant, one projection", "dense contrast, each its own labels",
                "other clips, l1 with RGB constant",
            ])
        #expect(Self.crossModalClusters.map(\.name) == ["xdc, sampler", "sdc, loss", "mdc, loss", "cdc, sampler"])
        #expect(
            (Self.crossModel + Self.temporalGradient + Self.crossModalClusters).allSatisfy { $0.steps.count == 20 })
    }

    @Test(arguments: crossModel) func crossModelPseudoLabels(reference: MethodReference) throws {
        try compare(CMPL.self, reference)
    }

    @Test(arguments: temporalGradient) func learningFromTemporalGradient(reference: MethodReference) throws {
        try compare(TemporalGradient.self, reference)
    }

    /// A whole round: features of both encoders, their clusters from the same first centroids, twenty steps towards them.
    @Test(arguments: crossModalClusters) func clustersOfTheOtherModality(reference: MethodReference) throws {
        let method = try XDC(setup(of: XDC.self, reference.options, classes: 10))
        for network in method.networks.members {
            network.module.loadHashWeights(prefix: "\(network.name).", runningStatistics: false)
        }
        func features(_ encoder: Encoder, _ view: String, _ shape: [Int]) -> Tensor {
            let samples = (0..<8).map { hashClips("sample\($0).\(view)", [1] + shape, .float64) }
            let rows = samples.map { encoder.backbone.features($0, .evaluation).globalAveragePooled() }
            return GradientRecording.off { Tensor.concatenated(rows).converted(to: .float32) }
        }
        let video = features(method.video, "clip", [3, 8, 32, 32]), sound = features(method.sound, "sound", [1, 40, 25])
        let shown: [Modality: Tensor] = [
            .video: video, .sound: sound, .joint: .concatenated([video.l2Normalized(), sound.l2Normalized()], axis: 1),
        ]
        let settings = ClusteringSettings(components: 4, kMeans: KMeans(clusters: 3))
        var state = StateTree()
        state.set("round", 1)
        state.set("epochInRound", 0)
        for modality in Set(method.video.targets + method.sound.targets) {
            let rows = try settings.rows(of: #require(shown[modality]))
            let found = try settings.kMeans.clustering(of: rows, from: rows.sliced(0..<3))
            #expect(try found.assignments == #require(reference.clusters).integers(modality.rawValue))
            state.add(LabelTable(samples: Array(0..<8), labels: found.assignments).state, under: "clusters.\(modality.rawValue)")
        }
        try compare(XDC.self, reference, from: state)
    }

    /// Trains as the reference did, up to the first step that differs. Changes of the starting weights by 2^-50 move no figure of
    /// the reference by more than 1e-11 of itself.
    private func compare(_ type: any Method.Type, _ reference: MethodReference, from state: StateTree? = nil) throws {
        let run = try MethodRun(type, reference, from: state)
        for (index, expected) in reference.steps.enumerated() {
            let found = try run.advance()
            let differing =
                try differing(found.terms, expected.member("terms"))
                + differing(["total": found.total, "gradientNorm": found.gradientNorm], expected.sums)
                + differing(found.monitors, expected.member("monitors"), tolerance: .zero)
            try #require(differing.isEmpty, "step \(index)")
        }
        #expect(try differing(run.parameterNorms, reference.parameterNorms).isEmpty)
        let running = run.runningNorms.filter { reference.runningNorms[$0.key] != nil }
        #expect(try differing(running, reference.runningNorms).isEmpty)
    }

    /// The names that only one of the two has or whose values differ, with what was found.
    private func differing(_ found: [String: Double], _ expected: JSON, tolerance: Double = 1e-10) throws -> [String] {
        let expected = Dictionary(uniqueKeysWithValues: try #require(expected.objectValue).map { ($0.key, $0.value.realValue) })
        return Set(found.keys).union(expected.keys).sorted().compactMap { name in
            guard let value = found[name], case let wanted?? = expected[name] else { return "\(name) on one side only" }
            let difference = relativeDifference(value, wanted)
            return difference <= tolerance ? nil : "\(name) is \(value), not \(wanted)"
        }
    }
}

extension JSON {
    /// What a step of a reference says of all terms together.
    fileprivate var sums: JSON {
        get throws { .object(try ["total", "gradientNorm"].map { ($0, try member($0)) }) }
    }
}
