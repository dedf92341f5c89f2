import Datasets
import Networks
import Tensor
import Training

/// Does the wrong thing that it is asked for, from step 2 on.
public final class Misbehaving: Method {
    public static let manifest = MethodManifest(name: "misbehaving", summary: "Does what it should not", paper: "none")
    public static let options: [any ConfigurationGroup.Type] = [MisbehavingOptions.self]

    public let views: ViewPlan
    private let network: VideoClassifier
    private let mistake: MisbehavingOptions.Mistake
    private var steps = 0

    public init(_ setup: MethodSetup) throws {
        mistake = setup.configuration[MisbehavingOptions.self].mistake
        network = setup.networks.classifier()
        let wrong = ViewRequest(name: "other", source: .view("nowhere"))
        views = ViewPlan([setup.standardViews.labeledStream(and: mistake == .views ? [wrong] : [])])
        if mistake == .initializer { throw Mistake() }
    }

    public var networks: NetworkSet { NetworkSet(network) }

    public func willStartEpoch(_ epoch: EpochContext) throws {
        if mistake == .testList { try epoch.pass(over: .test) { _ in } }
    }

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        let labeled = batch["labeled"]
        let logits = network(labeled["clip"], step.training)
        let loss = crossEntropy(logits: logits, targets: labeled.labels).mean()
        // Leaves the record unseen.
        if mistake == .gradient { return [LossTerm("supervised", loss + Tensor(loss.array) * loss)] }
        guard step.step >= 2 else { return [LossTerm("supervised", loss)] }
        switch mistake {
        case .losses: throw Mistake()
        case .notANumber: return [LossTerm("supervised", loss), LossTerm("strange", loss * .nan)]
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

struct Mistake: Error, CustomStringConvertible { var description: String { "a mistake on purpose" } }

struct MisbehavingOptions: ConfigurationGroup {
    enum Mistake: String, ConfigurationChoice {
        case none, initializer, views, testList, losses, notANumber, crash, gradient, state
    }
    var mistake = Mistake.none
    static let options: [ConfigurationOption<Self>] = [.init("method.mistake", \.mistake, help: "What goes wrong.")]
}
