import Augment
import Datasets
import Files
import Networks
import Tensor
import TestSupport
import Testing
import Training

/// What a method needs for a network of width 1/8 and ten classes on clips of 8 x 32 x 32.
func smallSetup(_ options: [String], _ elementType: ElementType, samples: Int = 8) throws -> MethodSetup {
    let configuration = try ConfigurationSchema(FixMatch.options).resolve([.commandLine(options)])
    let networks = NetworkFactory(
        entry: try BackboneCatalogue.entry(named: "r3d18"), options: Networks.BackboneOptions(width: 0.125), classes: 10, seed: 0,
        elementType: elementType)
    let views = StandardViews(
        window: TemporalWindow(length: 8, stride: 1, start: .random), weak: try WeakAugmentation(output: PictureSize(side: 32)),
        strong: try StrongAugmentation(), labeled: 2, unlabeled: 3)
    return MethodSetup(
        networks: networks, configuration: configuration, unlabeledCount: samples, sampleIndexLimit: samples, standardViews: views
    )
}

/// The hash clips of one step of `fixmatch_steps.json`: two labelled, three unlabelled in two views.
func smallBatch(_ step: Int, _ elementType: ElementType) -> Batch {
    func clips(_ kind: String, _ count: Int) -> Tensor { hashClips("step\(step).\(kind)", [count, 3, 8, 32, 32], elementType) }
    return Batch([
        "labeled": StreamBatch(
            sampleIndices: [0, 1], labels: HashValues("step\(step).labels").integers(2, below: 10),
            views: ["clip": clips("labelled", 2)]),
        "unlabeled": StreamBatch(
            sampleIndices: [2, 3, 4], labels: [], views: ["weak": clips("weak", 3), "strong": clips("strong", 3)]),
    ])
}

/// One run of `fixmatch_steps.json`: a form, a largest gradient norm and a learning rate.
struct FixMatchReference: Sendable, CustomTestStringConvertible {
    let form: String, clipNorm: Double, learningRate: Double
    let steps: [JSON], entry: JSON, settings: JSON

    static func all() throws -> [FixMatchReference] {
        let file = try reference("engine/fixmatch_steps.json")
        return try file.list("runs").map { run in
            FixMatchReference(
                form: try run.text("form"), clipNorm: try run.number("clipNorm"), learningRate: try run.number("learningRate"),
                steps: try run.list("steps"), entry: run, settings: try file.member("settings"))
        }
    }

    var testDescription: String { "\(form), clip norm \(clipNorm), rate \(learningRate)" }
}

/// A FixMatch method in training, as the loop drives it.
final class FixMatchRun {
    /// What one step gave.
    struct Step {
        var supervised = 0.0, unlabelled = 0.0, total = 0.0, keptRatio = 0.0, gradientNorm = 0.0
    }

    let method: FixMatch
    let average: ExponentialMovingAverage<VideoClassifier>
    private let optimizer: Optimizer
    private let learningRate: Double, elementType: ElementType
    private var step = 0

    init(_ run: FixMatchReference, _ elementType: ElementType) throws {
        let settings = run.settings
        let setup = try smallSetup(
            [
                "method.forward=\(run.form)", "method.confidenceThreshold=\(settings.number("confidenceThreshold"))",
                "method.unlabeledWeight=\(settings.number("unlabelledWeight"))",
            ], elementType)
        method = try FixMatch(setup)
        method.student.loadHashWeights(runningStatistics: false)
        optimizer = Optimizer(
            method.networks,
            StochasticGradientDescent(
                momentum: try settings.number("momentum"), usesNesterov: settings["nesterov"] == .boolean(true)),
            weightDecay: try settings.number("weightDecay"), clipNorm: run.clipNorm)
        average = ExponentialMovingAverage(
            of: method.student, twin: setup.networks.classifier(), decay: try settings.number("emaDecay"))
        learningRate = run.learningRate
        self.elementType = elementType
    }

    /// Forward, loss, backward, optimiser, running mean.
    func advance() throws -> Step {
        let context = StepContext(step: step, totalSteps: 20)
        let terms = try method.losses(smallBatch(step, elementType), at: context)
        let total = terms.dropFirst().reduce(terms[0].value * terms[0].weight) { $0 + $1.value * $1.weight }
        total.backward()
        var found = Step()
        found.supervised = try #require(terms.first { $0.name == "supervised" }).value.scalar
        found.unlabelled = try #require(terms.first { $0.name == "unlabeled" }).value.scalar
        found.total = total.scalar
        found.keptRatio = try #require(context.monitors.first { $0.name == "keptRatio" }).value
        found.gradientNorm = optimizer.step(learningRate: learningRate)
        try method.didStep(context)
        average.update()
        step += 1
        return found
    }
}

extension FixMatchRun.Step {
    /// The largest relative difference of a loss term or the gradient's norm from the reference.
    func difference(from expected: JSON) throws -> Double {
        try zip(
            [supervised, unlabelled, total, gradientNorm],
            ["supervised", "unlabelled", "total", "gradientNorm"].map { try expected.number($0) }
        ).map { relativeDifference($0, $1) }.max() ?? .infinity
    }

    /// The largest difference of a loss term, relative to the total of the reference.
    func lossDifference(from expected: JSON) throws -> Double {
        let total = try expected.number("total")
        return try zip([supervised, unlabelled, self.total], ["supervised", "unlabelled", "total"]).map {
            abs($0 - (try expected.number($1))) / total
        }.max() ?? .infinity
    }
}
