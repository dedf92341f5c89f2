import Datasets
import Foundation
import Networks
import Tensor
import Training

/// Does the wrong thing that it is asked for, from step 2 on.
public final class Misbehaving: Method {
    public static let manifest = MethodManifest(name: "misbehaving", summary: "Does what it should not", paper: "none")
    public static let options: [any ConfigurationGroup.Type] = [MisbehavingOptions.self]

    public let views: ViewPlan
    public let stages: [TrainingStage]
    private var network: VideoClassifier
    /// A second classifier that `restore` makes anew, as methods with clusters do.
    private var head: Linear?
    private let setup: MethodSetup
    private let mistake: MisbehavingOptions.Mistake
    private var steps = 0

    public init(_ setup: MethodSetup) throws {
        mistake = setup.configuration[MisbehavingOptions.self].mistake
        self.setup = setup
        var options = setup.networks.options
        if mistake == .evaluated { options.width *= 2 }
        network = setup.networks.classifier(named: "classifier", setup.networks.entry, options)
        let wrong = ViewRequest(name: "other", source: .view("nowhere"))
        let stream = setup.standardViews.labeledStream(and: mistake == .views ? [wrong] : [])
        views = ViewPlan([
            StreamRequest(
                name: stream.name, source: stream.source, batchSize: stream.batchSize,
                sampler: mistake == .sampler ? ShorterThanSaid() : nil, views: stream.views)
        ])
        stages = [TrainingStage("main", networks: mistake == .stages ? ["nobody"] : nil)]
        if mistake == .once { head = freshHead }
        if mistake == .initializer { throw Mistake() }
        if mistake == .initializerCrash { preconditionFailure("on purpose") }
    }

    public var networks: NetworkSet {
        NetworkSet(
            [NamedNetwork("classifier", network)] + (head.map { [NamedNetwork("head", $0)] } ?? []), evaluated: "classifier")
    }

    private var freshHead: Linear {
        let labels = setup.networks.classes, initializer = setup.networks.initializer(named: "head")
        return Linear(inputs: network.backbone.featureCount, outputs: labels, initializer)
    }

    public func restore(_ state: StateTree) { if head != nil { head = freshHead } }

    public func willStartEpoch(_ epoch: EpochContext) throws {
        if mistake == .testList { try epoch.pass(over: .test) { _ in } }
        if mistake == .replaced { network = setup.networks.classifier() }
    }

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let labeled = batch["labeled"]
        let logits = network(labeled["clip"], step.training)
        var loss = crossEntropy(logits: logits, targets: labeled.labels).mean()
        if let head {
            let features = network.backbone.features(labeled["clip"], step.training).globalAveragePooled()
            loss = loss + crossEntropy(logits: head(features), targets: labeled.labels).mean()
        }
        // Leaves the record unseen.
        if mistake == .gradient { return [LossTerm("supervised", loss + Tensor(loss.array) * loss)] }
        if mistake == .slow { Thread.sleep(forTimeInterval: 1.1) }
        guard step.step >= 2 else { return [LossTerm("supervised", loss)] }
        switch mistake {
        case .losses: throw Mistake()
        case .shape: return [LossTerm("supervised", crossEntropy(logits: logits, targets: labeled.labels))]
        case .once where step.step > 2: return [LossTerm("supervised", loss)]
        case .notANumber, .once: return [LossTerm("supervised", loss), LossTerm("strange", loss * .nan)]
        case .crash: return [LossTerm("supervised", batch["nobody"]["knows"])]
        default: return [LossTerm("supervised", loss)]
        }
    }

    // A counter that changes the next step and is not saved.
    public func willUpdate(_ step: StepContext) throws -> Bool {
        steps += 1
        return mistake != .state || steps != 5
    }
}

/// Says that its windows have four frames, and draws three.
struct ShorterThanSaid: ClipSampler {
    var windowLengths: [Int] { [4] }
    func windows(frameCount: Int, using stream: inout RandomStream) -> [ClipWindow] {
        [ClipWindow(first: 0, length: 3, stride: 1)]
    }
}

struct Mistake: Error, CustomStringConvertible { var description: String { "a mistake on purpose" } }

struct MisbehavingOptions: ConfigurationGroup {
    enum Mistake: String, ConfigurationChoice {
        case none, initializer, initializerCrash, views, sampler, stages, evaluated, replaced, testList, losses, shape
        case notANumber, once, slow, crash, gradient, state
    }
    var mistake = Mistake.none
    static let options: [ConfigurationOption<Self>] = [.init("method.mistake", \.mistake, help: "What goes wrong.")]
}
