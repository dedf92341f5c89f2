import Augment
import Datasets
import Files
import Networks

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
    public func makeMethod() throws -> any Method {
        let indices = (lists.labelled.samples + lists.unlabelled.samples).map(\.index)
        let method = try method.init(
            MethodSetup(
                networks: try networks, configuration: configuration, unlabeledCount: lists.unlabelled.count,
                sampleIndexLimit: (indices.max() ?? -1) + 1, standardViews: try StandardViews(configuration)))
        for views in viewPlans(of: method) {
            try views.validate()
            try requireSamples(of: views, Set(indices))
        }
        let conflicts = conflicts(of: method)
        guard conflicts.isEmpty else { throw ConfigurationError(findings: conflicts.map { .conflict(reason: $0) }) }
        return method
    }

    private func viewPlans(of method: any Method) -> [ViewPlan] { method.stages.map { $0.views ?? method.views } }

    private func requireSamples(of views: ViewPlan, _ known: Set<Int>) throws(ViewPlanError) {
        for stream in views.streams {
            guard case .samples(let indices) = stream.source else { continue }
            if let unknown = indices.first(where: { !known.contains($0) }) {
                throw ViewPlanError(view: stream.name, reason: "wants sample \(unknown), which is no training clip")
            }
            guard !indices.isEmpty else {
                throw ViewPlanError(view: stream.name, reason: "the stream's list of samples is empty")
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
        let clip = configuration[ClipOptions.self], shape = [3, clip.length, clip.size, clip.size]
        let classifiers = method.networks.members.compactMap { member in
            (member.module as? VideoClassifier).map { (member.name, $0) }
        }
        if let small = classifiers.first(where: { !$0.1.backbone.takes(clip: shape) }) {
            found.append(
                "clip.length=\(clip.length) clip.size=\(clip.size) leave nothing in the last stage of \(small.0)'s backbone; use more"
            )
        }
        return found
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
