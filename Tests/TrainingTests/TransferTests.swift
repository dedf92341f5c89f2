import Datasets
import Files
import Networks
import TestSupport
import Testing
import Training

/// Backbones that are handed on: pre-trained without a classifier, taken as they are, frozen or not.
@Suite(.serialized) struct TransferTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    private func train(_ plan: TrainingPlan, _ name: String, _ observer: Silent = Silent()) throws -> TrainingOutcome {
        try TrainingRun(plan, out: temporary(name), observer: observer).run()
    }

    private func pretrain(_ arguments: String...) throws -> TrainingOutcome {
        let fixed = [
            "steps=3", "backbone=r3d10", "backbone.width=0.125", "clip.length=4", "clip.stride=4", "clip.size=32",
            "batch.unlabeled=5", "labels=2/class", "precision=f32", "evaluation.views=2x1",
        ]
        let schema = ConfigurationSchema.training(of: PretrainingMethod.self)
        let configuration = try schema.resolve([.commandLine(fixed + arguments, flags: [("method", "pretraining")])])
        let plan = try TrainingPlan(
            configuration: configuration, dataSet: try smallMotions.get(), methods: MethodCatalogue([PretrainingMethod.self]))
        return try train(plan, "pretrained")
    }

    private func tensors(_ run: String, _ prefix: String) throws -> [StoredTensor] {
        let checkpoint = try #require(try CheckpointStore(folder: run + "/checkpoints").newest().checkpoint)
        return checkpoint.tensors.filter { $0.name.hasPrefix(prefix) }.map {
            $0.named(String($0.name.dropFirst(prefix.count)))
        }.sorted { $0.name < $1.name }
    }

    private func backbone(_ run: String, _ prefix: String) throws -> [StoredTensor] {
        try tensors(run, prefix).filter { !$0.name.hasPrefix("fc.") }
    }

    @Test func aPreTrainedBackboneIsScoredByAProbeInTrainingAndAfterwards() throws {
        let outcome = try pretrain(), probe = try #require(outcome.probe)
        #expect(probe.labeledClips == 20 && outcome.test == probe.report && probe.report.rows.count == 10)
        #expect(outcome.scores.map(\.value) == [probe.report.accuracy(top: 1)])
        #expect(try RunRecord(ofRun: outcome.run).result?["probe"]?["labeledClips"] == .integer(20))
        let network = try TrainedNetwork(run: outcome.run), data = try smallMotions.get()
        #expect(!network.hasClassifier)
        let error = #expect(throws: NoClassifier.self) { try network.evaluate(on: data) }
        #expect(error?.run == outcome.run)
        let evaluated = try network.evaluate(on: data, asking: EvaluationRequest(probe: .linear))
        #expect(evaluated.probe == probe && evaluated.weightsDigest == outcome.weightsDigest)
        let more = try network.evaluate(
            on: data, asking: EvaluationRequest(probe: .linear, labels: LabelRate("1/class"), wantsRetrieval: true))
        #expect(more.probe?.labeledClips == 10 && more.retrieval?.galleryCount == 20 && more.retrieval?.ranks.count == 10)
    }

    @Test func weightsOfABackboneAreTakenWithoutAskingForTheBackbone() throws {
        let pretrained = try pretrain().run, source = try WeightSource(opening: pretrained)
        #expect(source.part == .backbone && source.classCount == nil)
        let observer = Silent()
        let run = try train(plan("init=\(pretrained)", "epochs=0", method: "supervised"), "next", observer).run
        #expect(try backbone(run, "network.classifier.") == backbone(pretrained, "network.video."))
        #expect(observer.notes.contains { $0.contains("init.part=backbone") && $0.contains("drawn: fc.weight fc.bias") })
        #expect(throws: ConfigurationError.self) {
            try train(plan("init=\(pretrained)", "init.part=all", method: "supervised"), "all")
        }
    }

    @Test(arguments: [
        ("supervised", "method.labeledView=weak"), ("fixmatch", "method.producer=teacher"), ("fixmatch", "method.forward=joint"),
    ])
    func aFrozenBackboneStaysToTheBitWhileTheClassifierLearns(method: String, variant: String) throws {
        let first = try train(plan(steps: 2, method: "supervised"), "first").run
        let freezing = ["init=\(first)", "init.freeze=backbone", variant, "optimizer.weightDecay=0.1"]
        let run = try train(plan(freezing, method: method), "run").run
        // What is taken of a run is what it evaluates.
        let before = try backbone(first, "average.")
        #expect(try backbone(run, "network.classifier.") == before && backbone(run, "average.") == before)
        #expect(try tensors(run, "network.classifier.fc.") != tensors(first, "average.fc."))
        // Nothing is remembered of what does not move.
        #expect(try tensors(run, "optimizer.").map(\.name).allSatisfy { $0.hasPrefix("classifier.fc.") })
        if variant.contains("teacher") { #expect(try backbone(run, "method.teacher.") == before) }
        #expect(try RunRecord(ofRun: run).configuration["init.freeze"] == .string("backbone"))
    }

    @Test func aFrozenBackboneLearnsAsAClassifierUponItsFeatures() throws {
        let plan = try plan("init.freeze=backbone", "method.labeledView=weak", steps: 1, method: "supervised")
        let network = try plan.networks.classifier()
        let clips = hashClips("clips", [2, 3, 4, 32, 32], .float32)
        let before = network(clips, .evaluation)
        let logits = network(clips, ForwardContext(normalization: .updating))
        #expect(logits.values(as: Double.self) == before.values(as: Double.self), "batch statistics were used")
        logits.sum().backward()
        #expect(network.head.weight.gradient != nil)
        #expect(network.backbone.namedParameters.allSatisfy { $0.parameter.gradient == nil && $0.parameter.isFrozen })
        #expect(network.namedStatistics.allSatisfy { $0.statistics.values.mean.allSatisfy { $0 == 0 } })
    }

    /// decay x + (1 - decay) x is not always x.
    @Test func theRunningMeanOfAFrozenBackboneIsThatBackbone() throws {
        let networks = try plan("init.freeze=backbone", method: "supervised").networks, network = networks.classifier()
        let average = ExponentialMovingAverage(of: network, twin: networks.blankClassifier(), decay: 0.7)
        for _ in 0..<50 { average.update() }
        #expect(average.twin.backbone.weightsDigest == network.backbone.weightsDigest)
    }

    @Test func aFrozenRunThatWasStoppedEndsAsOneThatWasNot() throws {
        let plan = try plan("init.freeze=backbone", "backbone.dropout=0.5", "checkpoint.everySteps=1")
        let observer = Silent(), whole = try train(plan, "whole", observer)
        #expect(observer.notes.contains { $0.contains("the features are those of drawn weights") })
        let resumed = try TrainingRun(resuming: stop(plan, after: 2), plan, observer: Silent()).run()
        #expect(resumed.weightsDigest == whole.weightsDigest)
        let run = try stop(plan, after: 1), other = try TrainingTests.plan("backbone.dropout=0.5", "checkpoint.everySteps=1")
        let error = #expect(throws: ResumeMismatch.self) { try TrainingRun(resuming: run, other, observer: Silent()) }
        #expect(error?.differences == ["init.freeze: backbone, now none"])
    }

    /// A run of `plan` that was asked to stop after so many steps; returns its folder.
    private func stop(_ plan: TrainingPlan, after steps: Int) throws -> String {
        let run = try TrainingRun(plan, out: temporary("stopped after \(steps)"), observer: Silent())
        run.stopsAfterStep = steps
        #expect(throws: Interrupted.self) { try run.run() }
        return run.path
    }
}
