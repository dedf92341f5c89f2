import CMPL
import Datasets
import Networks
import TemporalGradient
import TestSupport
import Testing
import Training

/// `init.freeze=backbone` with methods of two networks.
@Suite(.serialized) struct FreezingTests {
    private let temporary: TemporaryFolder
    private let data: DataSet

    init() throws {
        temporary = try TemporaryFolder()
        try Motions.ensure(at: temporary("videos"), count: Motions.Count(train: 20, test: 10))
        data = try DataSet.open(temporary("videos") + "/list.csv")
    }

    private final class Notes: TrainingObserver {
        var notes: [String] = []
        func note(_ text: String) { notes.append(text) }
    }

    /// The networks' tensors after `steps` steps with a frozen backbone, by network, and what was said.
    private func train(_ method: any Method.Type, steps: Int) throws -> (tensors: [StoredTensor], notes: [String]) {
        let settings = [
            "steps=\(steps)", "epochs=\(min(steps, 1))", "init.freeze=backbone", "backbone=r3d10", "backbone.width=0.125",
            "clip.length=4", "clip.stride=4", "clip.size=32", "batch.labeled=2", "batch.unlabeled=3", "labels=2/class",
            "precision=f32", "schedule.warmupShare=0", "schedule.warmupSteps=0",
        ]
        let flags = [("method", method.manifest.name)]
        let configuration = try ConfigurationSchema.training(of: method).resolve([.commandLine(settings, flags: flags)])
        let plan = try TrainingPlan(configuration: configuration, dataSet: data, methods: MethodCatalogue([method]))
        let observer = Notes(), out = temporary("run \(method.manifest.name) \(steps)")
        _ = try TrainingRun(plan, out: out, observer: observer).run()
        let checkpoint = try #require(try CheckpointStore(folder: out + "/checkpoints").newest().checkpoint)
        return (checkpoint.tensors.sorted { $0.name < $1.name }, observer.notes)
    }

    private func backbone(_ tensors: [StoredTensor], of network: String) -> [StoredTensor] {
        tensors.filter { $0.name.hasPrefix("network.\(network).") && !$0.name.contains(".fc.") }
    }

    @Test func ofTwoModelsTheOneOfTheChosenShapeIsFrozenAndTheOtherNamed() throws {
        let before = try train(CMPL.self, steps: 0), after = try train(CMPL.self, steps: 2)
        #expect(backbone(after.tensors, of: "primary") == backbone(before.tensors, of: "primary"))
        #expect(backbone(after.tensors, of: "auxiliary") != backbone(before.tensors, of: "auxiliary"))
        #expect(
            after.tensors.first { $0.name == "network.primary.fc.weight" }
                != before.tensors.first { $0.name == "network.primary.fc.weight" })
        #expect(
            after.notes.contains { $0.contains("auxiliary is not of the shape of primary and learns as a whole") },
            "\(after.notes)")
    }

    @Test func bothStreamsOfTemporalGradientAreFrozenAndTheirHeadsLearn() throws {
        let before = try train(TemporalGradient.self, steps: 0), after = try train(TemporalGradient.self, steps: 2)
        for network in ["rgb", "gradient"] {
            #expect(backbone(after.tensors, of: network) == backbone(before.tensors, of: network), "\(network)")
            for name in ["network.\(network).fc.weight", "network.\(network)Projection.0.weight"] {
                #expect(after.tensors.first { $0.name == name } != before.tensors.first { $0.name == name }, "\(name)")
            }
        }
    }
}
