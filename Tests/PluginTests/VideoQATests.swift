import Datasets
import Files
import Foundation
import Networks
import Tensor
import TestSupport
import Testing
import Training
import VideoQA

/// Video question answering on a few questions of `motions`: stages, what each may read, state, and what a run has learned.
@Suite struct VideoQATests {
    private struct Setting: Sendable {
        let questions: DataSet, features: String
    }

    /// The questions about twelve clips, and vectors of their frames by a small backbone.
    private static let setting: Result<Setting, any Error> = Result {
        let folder = FileManager.default.temporaryDirectory.path + "/semisup-video-qa-\(getpid())"
        try Motions.ensure(at: folder, count: Motions.Count(train: 20, test: 10))
        try Engine.start(EngineConfiguration())
        let identity = try NetworkIdentity(settings: ["backbone=r3d10", "backbone.width=0.125", "clip.length=4", "clip.size=32"])
        let questions = try DataSet(questions: folder), features = folder + "/features"
        let outcome = try FeatureExtraction(identity, nil).run(on: questions, into: features)
        try #require(outcome.made == 30 && outcome.damaged.isEmpty)
        return Setting(questions: questions, features: features)
    }

    private static let methods = MethodCatalogue([VideoQA.self])

    private func plan(_ settings: String..., steps: Int = 6, data: DataSet? = nil) throws -> TrainingPlan {
        let setting = try Self.setting.get()
        let fixed = [
            "steps=\(steps)", "labels=50%", "batch.labeled=2", "batch.unlabeled=3", "checkpoint.everyMinutes=0", "precision=f32",
            "method.vocabularySize=200", "method.pretrainingShare=0.5", "features=\(setting.features)",
        ]
        let configuration = try Configuration.training(
            flags: [("method", "video-qa"), ("data", setting.questions.root)], settings: fixed + settings, methods: Self.methods)
        return try TrainingPlan(configuration: configuration, dataSet: data ?? setting.questions, methods: Self.methods)
    }

    private func method(_ plan: TrainingPlan) throws -> any Training.Method {
        try Engine.start(plan.engine)
        return try plan.makeMethod()
    }

    /// How its features are read.
    private func access() throws -> VideoAccess {
        let setting = try Self.setting.get()
        var access = VideoAccess(workers: 1)
        access.features = try FeatureFolder(
            setting.features, videosBelow: setting.questions.root, first: setting.questions.train.samples[0])
        return access
    }

    // MARK: What may be read

    /// The loader leaves labels and spans out of unlabelled streams, and a question has no field of its answer.
    @Test func stageOneCannotReadAnswers() throws {
        let plan = try plan(), method = try method(plan)
        let first = try #require(method.stages.first?.views)
        #expect(first.streams.allSatisfy { $0.source == .unlabeled })
        let loader = try ClipLoader(
            training: first, labeled: plan.lists.labelled, unlabeled: plan.lists.unlabelled, seed: 0, firstStep: 0, endStep: 1,
            access: access())
        defer { loader.stop() }
        let batch = try #require(try loader.next()?["questions"])
        #expect(batch.labels.isEmpty && batch.spans.allSatisfy { $0 == nil })
    }

    /// A mirrored or recoloured clip would have another answer: vectors are made of whole pictures, and no view is decoded.
    @Test func noViewChangesAnAnswer() throws {
        for settings in [[], ["method.answerRule=fixmatch"]] {
            let method = try method(settings.isEmpty ? plan() : plan(settings[0]))
            let views = method.stages.compactMap(\.views).flatMap(\.streams).flatMap(\.views)
            #expect(!views.isEmpty)
            for view in views {
                guard case .stored = view.source else {
                    Issue.record("\(view.name) is decoded")
                    continue
                }
            }
        }
    }

    // MARK: Stages and state

    @Test func stageTwoBeginsWithTheEncoderOfStageOneAndFreshHeads() throws {
        let plan = try plan(), method = try method(plan)
        func weights() -> [String: String] {
            Dictionary(uniqueKeysWithValues: method.networks.members.map { ($0.name, $0.module.weightsDigest) })
        }
        let before = weights(), data = try RunData(plan, access: access())
        try method.willStartStage(EpochContext(epoch: 0, step: 0, totalSteps: 6, stage: "question", data: data))
        #expect(weights() == before)
        try method.willStartStage(EpochContext(epoch: 0, step: 3, totalSteps: 6, stage: "answer", data: data))
        let after = weights()
        #expect(after["heads"] != before["heads"] && after.filter { $0.key != "heads" } == before.filter { $0.key != "heads" })
    }

    @Test func theEncoderLearnsAtARateOfItsOwn() throws {
        let method = try method(plan("method.encoderLearningRate=0.25"))
        let factors = Dictionary(uniqueKeysWithValues: method.networks.members.map { ($0.name, $0.learningRateFactor) })
        #expect(factors == ["encoder": 0.25, "sentences": 1, "frames": 1, "heads": 1])
    }

    /// Stopped within stage 1, between the stages, and within stage 2.
    @Test(arguments: [2, 3, 5]) func aResumedRunEndsAsOneThatNeverStopped(step: Int) throws {
        try withTemporaryFolder { folder in
            func run(_ name: String, stop: Int? = nil) throws -> TrainingRun {
                let run = try TrainingRun(plan(), out: "\(folder)/\(name)", observer: Quiet())
                run.stopsAfterStep = stop
                return run
            }
            let whole = try run("whole").run()
            #expect(throws: Interrupted.self) { _ = try run("stopped", stop: step).run() }
            let rest = try TrainingRun(resuming: "\(folder)/stopped", plan(), observer: Quiet()).run()
            #expect(rest.weightsDigest == whole.weightsDigest && rest.test == whole.test)
            let metrics = try ["whole", "stopped"].map {
                try String(contentsOfFile: "\(folder)/\($0)/metrics.jsonl", encoding: .utf8)
            }
            #expect(metrics[0] == metrics[1] && metrics[0].contains("question") && metrics[0].contains("contrast"))
        }
    }

    @Test func confidentAnswersOfOtherQuestionsAreLearned() throws {
        try withTemporaryFolder { folder in
            let plan = try plan("method.answerRule=fixmatch", "method.confidenceThreshold=0", "method.pretrainingShare=0")
            _ = try TrainingRun(plan, out: folder + "/run", observer: Quiet()).run()
            let metrics = try String(contentsOfFile: folder + "/run/metrics.jsonl", encoding: .utf8)
            #expect(metrics.contains("\"keptRatio\":1") && metrics.contains("unlabeled"))
        }
    }

    // MARK: What was learned

    @Test func theRunIsScoredLaterAsAtItsEnd() throws {
        try withTemporaryFolder { folder in
            let setting = try Self.setting.get()
            let outcome = try TrainingRun(plan(), out: folder + "/run", observer: Quiet()).run()
            let scorer = try TrainedScorer(run: folder + "/run", on: setting.questions, methods: Self.methods)
            let later = try scorer.evaluate()
            #expect(later.test == outcome.test && later.weightsDigest == outcome.weightsDigest)
            #expect(later.scores.map(\.value) == outcome.scores.map(\.value))
            #expect(
                outcome.scores.map(\.name).contains("accuracy.kind.way")
                    && outcome.scores.map(\.name).contains("accuracy.kind.mean"))
            #expect(scorer.record.samples == .questions && scorer.record.digests["features"] != nil)
        }
    }

    /// A file of two questions has other words than the training questions; those that were learned are used.
    @Test func questionsOfAnotherFileAreAnswered() throws {
        try withTemporaryFolder { folder in
            let setting = try Self.setting.get()
            _ = try TrainingRun(plan(), out: folder + "/run", observer: Quiet()).run()
            let clip = try #require(setting.questions.test.samples.first), root = setting.questions.root
            let name = String(clip.path.dropFirst(root.count + 1))
            let lines = [
                #"{"id": "one", "video": "\#(name)", "question": "What is quite unheard of?", "answers": ["a disc", "a ring"]}"#,
                #"{"id": "two", "video": "\#(name)", "question": "Where?", "answers": ["up", "down", "left", "right", "here", "there"]}"#,
            ]
            let file = "\(root)/asked-\(getpid()).jsonl"
            try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(atPath: file) }
            let asked = try DataSet(answering: file)
            let (rows, damage) = try TrainedScorer(run: folder + "/run", on: asked, methods: Self.methods).predict()
            #expect(damage.isEmpty && rows.map(\.name) == ["one", "two"])
            #expect(rows[0].scores.prefix(2).allSatisfy { $0 > -1e29 } && rows[0].scores.dropFirst(2).allSatisfy { $0 < -1e29 })
            let spans = rows.compactMap(\.foundSpan)
            #expect(spans.count == 2 && spans.allSatisfy { $0.lowerBound >= 0 && $0.lowerBound < $0.upperBound })
        }
    }

    // MARK: Bad input

    @Test func whatIsMissingIsNamed() throws {
        let setting = try Self.setting.get()
        #expect(throws: FileError.missing(path: "/no/such/folder")) { _ = try plan("features=/no/such/folder") }
        let configuration = try Configuration.training(
            flags: [("method", "video-qa")], settings: ["labels=all"], methods: Self.methods)
        let bare = try TrainingPlan(configuration: configuration, dataSet: setting.questions, methods: Self.methods)
        #expect(throws: VideoQAError.noFeatures) { _ = try bare.makeMethod() }
    }
}

private final class Quiet: TrainingObserver {
    func note(_ text: String) {}
}
