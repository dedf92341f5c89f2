import Datasets
import Files
import Foundation
import Networks
import Tensor

/// Small runs of a method on small videos.
struct ConformanceBench {
    let methods: MethodCatalogue
    let entry: MethodEntry
    private let name: String, plugin: String?, settings: [String]
    private let folder: String
    private let data: DataSet
    /// A number for each run's folder.
    private let counter = RunCounter()

    init(method: String, plugin: String?, settings: [String], folder: String) throws {
        methods = .standard
        entry = try methods.entry(named: method, plugin: plugin)
        name = method
        self.plugin = plugin
        self.settings = settings
        self.folder = "\(folder)/\(method)"
        try Folder.create(at: self.folder)
        try Motions.ensure(at: folder + "/videos", count: Motions.Count(train: 20, test: 10))
        data = try DataSet.open(folder + "/videos/list.csv")
    }

    /// Small networks and clips; settings of the user come after them.
    private static let small = [
        "backbone=r3d10", "backbone.width=0.125", "clip.length=4", "clip.stride=4", "clip.size=32", "batch.labeled=2",
        "batch.unlabeled=5", "labels=1/class", "ema.decay=0.9", "schedule.warmupSteps=0",
    ]

    /// What the checks rely on: an epoch of 4 steps ends between the checkpoint of step 3 and the last.
    private static let fixed = [
        "epochs=1", "steps=6", "checkpoint.everyMinutes=0", "checkpoint.everySteps=3", "checkpoint.keep=9",
        "precision=f32",
    ]

    /// The configuration of a small run.
    func configuration(_ changes: [String] = []) throws -> Configuration {
        let flags = [("method", name)] + (plugin.map { [("plugin", $0)] } ?? [])
        return try .training(
            flags: flags, settings: ConformanceBench.small + settings + ConformanceBench.fixed + changes, methods: methods)
    }

    func plan(_ changes: [String] = []) throws -> TrainingPlan {
        let plan = try TrainingPlan(configuration: configuration(changes), dataSet: data, methods: methods)
        try Engine.start(plan.engine)
        return plan
    }

    /// What a run leaves that must not depend on chance.
    struct Traces: Equatable {
        /// The digest of each tensor of the last checkpoint.
        let state: [String: String]
        let metrics: String
    }

    private func train(_ plan: TrainingPlan) throws -> Traces {
        try traces(TrainingRun(plan, out: "\(folder)/run\(counter.next())", observer: SilentObserver()).run())
    }

    private func traces(_ outcome: TrainingOutcome) throws -> Traces {
        let last = try CheckpointStore(folder: outcome.run + "/checkpoints", keep: 1).newest().checkpoint
        let digests = (last?.tensors ?? []).map { ($0.name, SHA256.hexadecimal(of: $0.bytes)) }
        return Traces(
            state: Dictionary(digests) { first, _ in first },
            metrics: try FileReader.text(of: outcome.run + "/metrics.jsonl"))
    }

    private func difference(_ one: Traces, _ two: Traces, _ what: String) -> String? {
        guard one != two else { return nil }
        let lines = zip(one.metrics.split(separator: "\n"), two.metrics.split(separator: "\n"))
        guard let step = lines.enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset else {
            return "the state \(what) differs at the end, in \(ConformanceBench.differing(one, two)), and the metrics do not"
        }
        return "the metrics \(what) differ from step \(step) on: "
            + "it has state that is not saved, draws that are not keyed, or an order that is not fixed"
    }

    // MARK: Checks; each returns what is wrong, or nil

    func options() throws -> String? {
        let schema = try ConfigurationSchema.training(of: entry.type, plugin: name)
        _ = try schema.resolve([.method(entry.type.manifest)])
        let declared = entry.type.options.flatMap { $0.declarations }
        if let silent = declared.first(where: { $0.help.isEmpty }) { return "\(silent.name) has no help" }
        // A text may be anything; whatever else is declared has values that it refuses.
        let open = declared.first { option in
            let nonsense = ConfigurationLayer.commandLine(["\(option.name)=\u{1}"])
            return !option.expectation.hasPrefix("text") && (try? schema.resolve([nonsense])) != nil
        }
        return open.map { "\($0.name) accepts anything" }
    }

    func views() throws -> String? {
        // Making the method looks at the plans of all its stages.
        _ = try plan().makeMethod()
        return nil
    }

    /// Losses of two steps with the changes; `isUniform`: of networks that find all classes equally likely.
    func finiteLosses(_ changes: [String] = [], isUniform: Bool = false) throws -> String? {
        let plan = try plan(changes)
        for stage in try plan.makeMethod().stages.indices {
            if let problem = try finiteLosses(plan, stage: stage, isUniform: isUniform) { return problem }
        }
        return nil
    }

    private func finiteLosses(_ plan: TrainingPlan, stage: Int, isUniform: Bool) throws -> String? {
        let method = try plan.makeMethod()
        let steps = try ConformanceSteps(plan, method, stage: stage)
        if isUniform { for network in method.networks.members { network.module.flatten() } }
        for step in 0..<2 {
            let context = steps.context(step)
            let terms = try method.terms(of: steps.batch(context), at: context)
            if let bad = terms.first(where: { !$0.value.scalar.isFinite }) {
                return "the loss \(bad.name) is \(bad.value.scalar)"
            }
            terms.total?.backward()
            let gradients = method.networks.members.flatMap { $0.module.namedParameters.compactMap { $0.parameter.gradient } }
            guard gradients.allSatisfy(\.isFinite) else { return "a gradient is not finite" }
            method.networks.clearGradients()
            try method.didStep(context)
        }
        return nil
    }

    func sameBits(_ one: [String], _ two: [String], _ what: String) throws -> String? {
        difference(try train(plan(one)), try train(plan(two)), what)
    }

    func resumed() throws -> String? {
        let whole = try train(plan()), path = "\(folder)/run\(counter.next())"
        try stop(after: 3, path)
        let rest = try TrainingRun(resuming: path, plan(), observer: SilentObserver()).run()
        return difference(whole, try traces(rest), "of a resumed run")
    }

    private func stop(after step: Int, _ path: String) throws {
        let run = try TrainingRun(plan(), out: path, observer: SilentObserver())
        run.stopsAfterStep = step
        do { _ = try run.run() } catch is Interrupted {}
    }

    /// Training with wrong labels on all clips but the labelled ones.
    func poisoned() throws -> String? {
        let honest = try plan()
        let wrong = data.train.samples.map { sample in
            VideoSample(
                index: sample.index, path: sample.path, name: sample.name,
                label: sample.label.map { ($0 + 3) % data.classes.count }, group: sample.group)
        }
        let poisoned = DataSet(
            name: data.name, root: data.root, train: VideoList(part: .train, samples: wrong, classes: data.classes),
            test: data.test)
        let lists = TrainingLists(
            poisoned, labelled: honest.lists.labelled.samples, pool: honest.configuration[LabelOptions.self].pool)
        let one = try train(honest), two = try train(honest.replacing(lists: lists))
        guard one.state != two.state else { return nil }
        return "what is trained depends on labels of unlabelled clips: see \(ConformanceBench.differing(one, two))"
    }

    /// The first tensor in which two states differ.
    private static func differing(_ one: Traces, _ two: Traces) -> String {
        Set(one.state.keys).union(two.state.keys).sorted().first { one.state[$0] != two.state[$0] } ?? "nothing"
    }
}

/// Numbers the runs of one suite.
private final class RunCounter {
    private var count = 0
    func next() -> Int {
        count += 1
        return count
    }
}

/// Says nothing.
private final class SilentObserver: TrainingObserver {
    func note(_ text: String) {}
}

extension Module {
    /// Makes all classes equally likely: linear layers give zeros.
    fileprivate func flatten() {
        for (name, parameter) in namedParameters where name.hasPrefix("fc.") {
            parameter.value.overwrite(with: Tensor.zeros(parameter.value.shape, elementType: parameter.value.elementType))
        }
    }
}
