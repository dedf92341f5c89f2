import Augment
import Datasets
import Files
import Networks
import Ranks
import Tensor

/// A stage and the steps that it takes.
struct StageSpan {
    let stage: TrainingStage
    let steps: Range<Int>
}

extension TrainingPlan {
    /// Builds the method with freshly drawn networks.
    ///
    /// Throws what its initialiser throws, `ViewPlanError` where its views cannot be made, and `ConfigurationError` where a stream
    /// that it wants has no clips, or clips are too small for a network.
    public func makeMethod() throws -> any Method { try makeMethod(elementType: .float32) }

    /// The same with networks of `elementType`.
    func makeMethod(elementType: ElementType) throws -> any Method {
        let indices = (lists.labelled.samples + lists.unlabelled.samples).map(\.index)
        let setup = MethodSetup(
            networks: try networks(elementType), configuration: configuration, unlabeledCount: lists.unlabelled.count,
            trainingCount: Set(indices).count,
            sampleIndexLimit: (indices.max() ?? -1) + 1, standardViews: try StandardViews(configuration),
            questions: dataSet.questions, frameFeatures: features?.featureCount, isRestored: isRestored)
        let type = method
        let method: any Method = try call("when it was made") { try type.init(setup) }
        if let mistake = try mistake(of: method, elementType) {
            try call("when it was made") { () throws -> Void in throw mistake }
        }
        if let problem = problem(of: viewPlans(of: method)) {
            try call("in its view plan") { () throws -> Void in throw problem }
        }
        let conflicts = conflicts(of: method)
        guard conflicts.isEmpty else { throw ConfigurationError(findings: conflicts.map { .conflict(reason: $0) }) }
        return method
    }

    /// Calls into the method.
    var call: MethodCall { MethodCall(plugin: plugin?.record.name) }

    /// What is wrong with the stages of `method`, or with the network that it hands on.
    private func mistake(of method: any Method, _ elementType: ElementType) throws -> MethodMistake? {
        let names = method.stages.map(\.name)
        if names.isEmpty { return MethodMistake("it has no stage") }
        if Set(names).count < names.count {
            return MethodMistake("two of its stages have one name: \(names.joined(separator: ", "))")
        }
        // `evaluate` and `predict` know the configuration and not the plugin.
        guard let network = method.networks.transferred else { return nil }
        guard network.layout == (try networks(elementType).blankClassifier().layout) else {
            let part = method.networks.evaluated == nil ? "handed on" : "evaluated"
            return MethodMistake(
                "the network that is \(part) is not the one that backbone= names; make it by networks.classifier()")
        }
        return nil
    }

    private func viewPlans(of method: any Method) -> [ViewPlan] { method.stages.map { method.views(in: $0) } }

    private func problem(of plans: [ViewPlan]) -> ViewPlanError? {
        let known = Set((lists.labelled.samples + lists.unlabelled.samples).map(\.index))
        return plans.lazy.compactMap(\.problem).first
            ?? plans.flatMap(\.streams).lazy.compactMap { problem(ofSamplesOf: $0, known) }.first
    }

    /// The views of the steps of `stage` as they are now. Throws where they have changed to what cannot be made.
    func views(of method: any Method, in stage: TrainingStage) throws -> ViewPlan {
        let views = method.views(in: stage)
        if views.isForOneEpoch, let problem = problem(of: [views]) {
            try call("in its view plan") { () throws -> Void in throw problem }
        }
        return views
    }

    private func problem(ofSamplesOf stream: StreamRequest, _ known: Set<Int>) -> ViewPlanError? {
        switch stream.source {
        case .labeled, .unlabeled: return nil
        case .samples(let indices), .sequence(let indices):
            if indices.isEmpty { return ViewPlanError(view: stream.name, reason: "the stream's list of samples is empty") }
            return indices.first { !known.contains($0) }.map {
                ViewPlanError(view: stream.name, reason: "wants sample \($0), which is no training clip")
            }
        }
    }

    private func conflicts(of method: any Method) -> [String] {
        var found: [String] = []
        let streams = viewPlans(of: method).flatMap(\.streams)
        if lists.unlabelled.isEmpty, streams.contains(where: { $0.source == .unlabeled }) {
            found.append(
                "method=\(configuration[RunOptions.self].method) needs unlabelled clips and every clip is labelled; "
                    + "use labels.pool=all, fewer labels, or method=supervised")
        }
        let parts = configuration[BatchOptions.self].microbatches
        if let stream = streams.first(where: { !$0.batchSize.isMultiple(of: parts) }) {
            found.append(
                "batch.microbatches=\(parts): the \(stream.batchSize) samples of \(stream.name) in a step cannot be cut into parts that are "
                    + "alike; use batch sizes that it divides")
        }
        if method.networks.evaluated == nil, method.networks.transferred?.isBackboneFrozen == true {
            found.append(
                "init.freeze=backbone: method=\(configuration[RunOptions.self].method) trains nothing but that; leave it away")
        }
        let clip = configuration[ClipOptions.self], shape = [3, clip.length, clip.size, clip.size]
        let classifiers = method.networks.members.compactMap { member in
            (member.module as? VideoClassifier).map { (member.name, $0) }
        }
        for (name, classifier) in classifiers {
            // Not every classifier sees pictures: the channels are those that it was made for.
            let channels = classifier.backbone.convolutions(of: shape).first?.shape.inputs ?? shape[0]
            guard let mismatch = classifier.backbone.mismatch(with: [channels] + shape[1...]) else { continue }
            found.append(
                "clip.length=\(clip.length) clip.size=\(clip.size) do not fit the backbone of \(name): "
                    + "\(mismatch.description) of [C, T, H, W]; use longer or larger clips, or another backbone")
            break
        }
        return found
    }

    /// Throws where `communicator`'s ranks cannot share the work of a step.
    func requireShares(for communicator: any Communicator) throws(ConfigurationError) {
        let ranks = communicator.count, batch = configuration[BatchOptions.self], parts = batch.microbatches
        if batch.statistics == .synchronized, parts != ranks {
            throw ConfigurationError(findings: [
                .conflict(
                    reason:
                        "batch.statistics=synchronized: each of \(parts) parts needs a rank of its own, and there \(ranks == 1 ? "is" : "are") "
                        + "\(ranks); start \(parts) ranks (mpirun -n \(parts)), or use batch.statistics=part")
            ])
        }
        guard ranks > 1 else { return }
        if !parts.isMultiple(of: ranks) {
            throw ConfigurationError(findings: [
                .conflict(
                    reason:
                        "batch.microbatches=\(parts): \(ranks) ranks cannot share \(parts) \(parts == 1 ? "part" : "parts") of a batch alike; use "
                        + "batch.microbatches=\(ranks), whose results are the same for any number of ranks that divides it")
            ])
        }
        if configuration[EngineOptions.self].tune == .measure {
            throw ConfigurationError(findings: [
                .conflict(
                    reason: "engine.tune=measure: each of \(ranks) ranks would choose by its own clock; use engine.tune=rule")
            ])
        }
    }

    /// The stages of `method` over the steps of the run.
    func spans(of method: any Method) -> [StageSpan] {
        let stages = method.stages, total = stages.reduce(0) { $0 + $1.share }
        var shares = 0.0, begin = 0
        return stages.map { stage in
            shares += stage.share
            let end = min(totalSteps, Int((Double(totalSteps) * shares / total).rounded()))
            defer { begin = end }
            return StageSpan(stage: stage, steps: begin..<max(begin, end))
        }
    }
}

extension Module {
    /// The names and shapes of everything that a weight file of it holds.
    fileprivate var layout: [String] {
        namedParameters.map { "\($0.name) \($0.parameter.value.shape)" } + namedStatistics.map(\.name)
    }
}
