import CMPL
import Datasets
import Networks
import Tensor
import TemporalGradient
import Testing
import Training
import XDC

/// The worked examples of the cards, by the numbers that the cards print.
@Suite struct WorkedExampleTests {
    private func tensor(_ rows: [[Double]]) -> Tensor { Tensor(rows.flatMap(\.self), shape: [rows.count, rows[0].count]) }

    private func stream(_ count: Int) -> StreamBatch { StreamBatch(sampleIndices: Array(0..<count), labels: [], views: [:]) }

    private func value(_ name: String, _ terms: [LossTerm]) throws -> Double {
        let term = try #require(terms.first { $0.name == name }, "there is no term \(name)")
        return term.value.scalar * term.weight
    }

    /// The cards print six decimals.
    private func expect(_ found: Double, _ printed: Double, _ what: String = "") {
        #expect(abs(found - printed) < 1e-6, "\(what)")
    }

    // MARK: CMPL

    private let step = StepContext(step: 9, totalSteps: 10)

    private func cmplTerms(_ options: [String] = [], _ change: (inout [[Double]]) -> Void = { _ in }) throws -> [LossTerm] {
        let method = try CMPL(setup(of: CMPL.self, options + ["method.confidenceThreshold=0.8"], classes: 3))
        var weakF: [[Double]] = [[3, 0, 0], [0, 0.5, 0.4], [0, 2, 0]]
        change(&weakF)
        return method.lossTerms(
            primary: ClipLogits(
                labeled: tensor([[2, 0, 0]]), weak: tensor(weakF), strong: tensor([[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0]])),
            auxiliary: ClipLogits(
                labeled: tensor([[0, 1, 0]]), weak: tensor([[0.5, 0, 0], [0, 0, 3], [0, 3, 0]]),
                strong: tensor([[0, 0.5, 0], [0, 0, 1], [1, 0, 0]])),
            labels: [0], of: stream(3), at: step)
    }

    @Test func crossModelPseudoLabels() throws {
        let terms = try cmplTerms()
        expect(try value("primary.unlabeled", terms), 0.836488)
        expect(try value("auxiliary.unlabeled", terms), 0.431459)
        expect(try value("primary.supervised", terms), 0.239545)
        expect(try value("auxiliary.supervised", terms), 1.551445)
        expect(terms.reduce(0) { $0 + $1.value.scalar * $1.weight }, 3.058937)
        expect(try value("primary.unlabeled", cmplTerms(["method.exchange=own"])), 0.183815, "FixMatch on F alone")
    }

    /// Swapping the labels but keeping one's own mask is a different method (card, pitfalls).
    @Test func thePrimaryDoesNotLearnFromItsOwnWeakLogits() throws {
        let terms = try cmplTerms(), changed = try cmplTerms { $0 = [[0, 9, 0], [9, 0, 0], [0, 0, 9]] }
        #expect(try value("primary.unlabeled", terms) == value("primary.unlabeled", changed))
        #expect(try value("auxiliary.unlabeled", terms) != value("auxiliary.unlabeled", changed))
    }

    // MARK: Temporal gradient

    private func gradientTerms(_ options: [String]) throws -> [LossTerm] {
        let method = try TemporalGradient(setup(of: TemporalGradient.self, options, classes: 4))
        let zeros = [0.0, 0, 0, 0]
        let features = { (rows: [Double]) in Tensor(rows, shape: [1, 2, 2, 1, 1]) }
        let x = Stream.Activations(
            logits: ClipLogits(
                labeled: tensor([zeros]), weak: tensor([[2, 0.5, 0, -1], [0.2, 0.1, 0, -0.1]]),
                strong: tensor([[1, 0, 0, 0], zeros])),
            stages: [features([3, 1, 4, 0])], embeddings: tensor([[1, 0], [0.6, 0.8]]))
        let g = Stream.Activations(
            logits: ClipLogits(
                labeled: tensor([zeros]), weak: tensor([[1, 1.5, 0, -0.5], [0.1, 0.2, 0, 0.3]]),
                strong: tensor([[0.5, 0.5, 0, 0], zeros])),
            stages: [features([4, 0, 3, 2])], embeddings: tensor([[0.8, 0.6], [0, 1]]))
        return method.lossTerms(rgb: x, gradient: g, labels: [0], of: stream(2), at: step)
    }

    @Test(arguments: [(0.3, 0.185917, 0.291806), (0.25, 0.532491, 0.638380), (0.6, 0, 0)])
    func averagedPseudoLabels(threshold: Double, rgb: Double, gradient: Double) throws {
        let terms = try gradientTerms(["method.confidenceThreshold=\(threshold)", "method.unlabeledWeight=0.5"])
        expect(try value("rgb.unlabeled", terms), rgb)
        expect(try value("gradient.unlabeled", terms), gradient)
    }

    @Test func alignmentOfFeatures() throws {
        expect(try value("alignment1", gradientTerms([])), 0.52)
    }

    @Test(arguments: [(0.5, 0.524897), (0.1, 0.892118), (1, 0.573722)])
    func contrastOfEmbeddings(temperature: Double, printed: Double) throws {
        expect(try value("contrast", gradientTerms(["method.contrastTemperature=\(temperature)"])), printed)
    }

    // MARK: XDC

    /// Clip 1 of the card: cluster 0 of the sounds, cluster 1 of the clips.
    @Test(arguments: [("xdc", 0.201413, 0.474077), ("sdc", 1.701413, 0.974077), ("mdc", 1.902827, 1.448154)])
    func eachEncoderNamesItsClusters(variant: String, video: Double, sound: Double) throws {
        let method = try XDC(setup(of: XDC.self, ["method.variant=\(variant)", "method.clusters=2"], classes: 2))
        let clusterOf: [Modality: Int] = [.sound: 0, .video: 1]
        func sum(_ encoder: Encoder, _ logits: [Double]) -> Double {
            encoder.losses(
                logits: encoder.targets.map { _ in tensor([logits]) }, clusters: encoder.targets.map { [clusterOf[$0] ?? -1] }
            ).reduce(0) { $0 + $1.value.scalar * $1.weight }
        }
        expect(sum(method.video, [1.2, -0.3]), video, "video")
        expect(sum(method.sound, [0.4, 0.9]), sound, "sound")
    }
}
