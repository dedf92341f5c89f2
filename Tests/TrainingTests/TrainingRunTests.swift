import Datasets
import Files
import Foundation
import Tensor
import TestSupport
import Testing
import Training

private func metrics(_ run: String) throws -> String { try FileReader.text(of: run + "/metrics.jsonl") }

@Suite(.serialized) struct TrainingRunTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    /// A path for a new run.
    private func folder() -> String { temporary(UUID().uuidString) }

    @Test func oneSeedGivesTheSameBitsForAnyNumberOfWorkers() throws {
        let runs = try [1, 2, 4].map { workers in
            try TrainingRun(plan("workers=\(workers)"), out: folder(), observer: Silent()).run()
        }
        #expect(Set(runs.map(\.weightsDigest)).count == 1)
        #expect(try Set(runs.map { try metrics($0.run) }).count == 1)
        #expect(runs[0].test?.rows == runs[2].test?.rows)
    }

    @Test func anotherSeedGivesOtherWeights() throws {
        let runs = try [0, 1].map { try TrainingRun(plan("seed=\($0)", steps: 1), out: folder(), observer: Silent()).run() }
        #expect(runs[0].weightsDigest != runs[1].weightsDigest)
    }

    @Test(arguments: [("sgd", "r3d10"), ("adamw", "transformer"), ("lars", "resnet18")])
    func aResumedRunEndsAsOneThatWasNeverStopped(optimizer: String, backbone: String) throws {
        let choice = ["optimizer=\(optimizer)", "backbone=\(backbone)", "method.weighting=flexmatch", "checkpoint.keep=9"]
        let whole = try TrainingRun(plan(choice[0], choice[1], choice[2], choice[3]), out: folder(), observer: Silent()).run()
        let plan = try plan(choice[0], choice[1], choice[2], choice[3], "checkpoint.everySteps=1")
        let stopped = try stop(plan, after: 2)
        let resumed = try TrainingRun(resuming: stopped, plan, observer: Silent()).run()
        #expect(resumed.weightsDigest == whole.weightsDigest)
        #expect(try metrics(stopped) == metrics(whole.run))
    }

    @Test func anEvaluationThatWasStoppedIsDoneAfterAll() throws {
        let options = ["evaluation.everyEpochs=1", "batch.unlabeled=10", "checkpoint.keep=9"]
        let plan = try plan(options[0], options[1], options[2])
        let whole = try TrainingRun(plan, out: folder(), observer: Silent()).run()
        let stopped = try stop(plan, after: 3)
        // As if the process had been killed in the evaluation after step 2, which begins with a checkpoint.
        for name in ["step-00000003.json", "step-00000003.safetensors"] {
            try FileManager.default.removeItem(atPath: stopped + "/checkpoints/" + name)
        }
        let resumed = try TrainingRun(resuming: stopped, plan, observer: Silent()).run()
        #expect(resumed.weightsDigest == whole.weightsDigest)
        #expect(try metrics(stopped) == metrics(whole.run) && metrics(stopped).contains("test.accuracyTop1"))
    }

    @Test func resumingWithOtherOptionsNamesWhatDiffers() throws {
        let run = try stop(plan(), after: 1), other = try plan("optimizer.learningRate=0.5")
        let error = #expect(throws: ResumeMismatch.self) { try TrainingRun(resuming: run, other, observer: Silent()) }
        #expect(error?.differences == ["optimizer.learningRate: 0.03, now 0.5"])
        let allowed = Silent()
        _ = try TrainingRun(resuming: run, other, allowsDifferences: true, observer: allowed).run()
        #expect(allowed.notes.contains { $0.contains("optimizer.learningRate: 0.03, now 0.5") })
        let changes = try RunRecord(contentsOf: run + "/run.json").changes
        #expect(changes.map { $0["step"] } == [.integer(1)])
    }

    @Test func aFinishedRunIsNotGoneOnWith() throws {
        let run = try TrainingRun(plan(steps: 1), out: folder(), observer: Silent()).run().run
        #expect(throws: RunError.finished(path: run)) { try TrainingRun(resuming: run, plan(steps: 1), observer: Silent()) }
    }

    @Test func checkpointsThatAreLostAreNoReasonToBeginAnew() throws {
        let run = try stop(plan(), after: 2), folder = run + "/checkpoints"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".json") {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        #expect(throws: RunError.checkpointsLost(folder: folder)) { try TrainingRun(resuming: run, plan(), observer: Silent()) }
    }

    @Test func aRunGoesOnWithoutItsMeasuredTimesAndNotWithoutItsMetrics() throws {
        let whole = try TrainingRun(plan(), out: folder(), observer: Silent()).run()
        let run = try stop(plan(), after: 2)
        try AtomicFile.write(#"{"step":0,"seconds":1}"# + "\n" + #"{"st"#, to: run + "/timings.jsonl")
        let kept = try FileReader.bytes(of: run + "/metrics.jsonl")
        try AtomicFile.write([], to: run + "/metrics.jsonl")
        #expect(throws: RunError.self) { try TrainingRun(resuming: run, plan(), observer: Silent()) }
        try AtomicFile.write(kept, to: run + "/metrics.jsonl")
        #expect(try TrainingRun(resuming: run, plan(), observer: Silent()).run().weightsDigest == whole.weightsDigest)
        #expect(try FileReader.text(of: run + "/timings.jsonl").split(separator: "\n").count == 3)
    }

    /// As where one that could not be read for a while is there again: the log has been cut since.
    @Test func aCheckpointBeyondTheMetricsGivesWayToOneThatFits() throws {
        let plan = try plan("checkpoint.everySteps=1", "checkpoint.keep=9")
        let whole = try TrainingRun(plan, out: folder(), observer: Silent()).run(), run = try stop(plan, after: 3)
        let lines = try metrics(run).split(separator: "\n")
        try AtomicFile.write(lines.prefix(2).map { $0 + "\n" }.joined(), to: run + "/metrics.jsonl")
        let observer = Silent()
        #expect(try TrainingRun(resuming: run, plan, observer: observer).run().weightsDigest == whole.weightsDigest)
        #expect(observer.notes.contains { $0.contains("step-00000003.safetensors: ") && $0.contains("metrics.jsonl has ") })
        #expect(try metrics(run) == metrics(whole.run))
    }

    @Test func damagedVideosThatWereMovedCountOnce() throws {
        let places = [folder(), folder()], tolerance = ["damage.files=99", "damage.share=1", "checkpoint.everySteps=1"]
        for place in places { try FileManager.default.copyItem(atPath: smallMotionsFolder, toPath: place) }
        let sets = try places.map { place in
            let data = try DataSet.open(place + "/list.csv")
            for sample in data.train.samples.prefix(12) {
                #expect(truncate(sample.path, off_t(try #require(FileReader.size(of: sample.path)) / 2)) == 0)
            }
            return data
        }
        let plans = try sets.map { try plan(tolerance[0], tolerance[1], tolerance[2], data: $0) }
        let whole = try TrainingRun(plans[0], out: folder(), observer: Silent()).run()
        let moved = try TrainingRun(resuming: stop(plans[0], after: 2), plans[1], observer: Silent()).run()
        #expect(moved.damage.damaged.count > 2 && moved.damage.damaged.count == whole.damage.damaged.count)
        let counts = [moved, whole].map { outcome in ClipVerdict.allCases.map { outcome.damage.clips[$0] ?? 0 } }
        #expect(counts[0] == counts[1])
    }

    @Test func initialWeightsAreTakenAtTheBeginningAlone() throws {
        let first = try stop(plan(), after: 1), run = try stop(plan("init=\(first)"), after: 1)
        for other in [[], ["init=\(run)"]] {
            let plan = other.isEmpty ? try plan() : try plan(other[0])
            guard !other.isEmpty else {
                #expect(throws: Never.self) { try TrainingRun(resuming: run, plan, observer: Silent()) }
                continue
            }
            let error = #expect(throws: ConfigurationError.self) { try TrainingRun(resuming: run, plan, observer: Silent()) }
            #expect(error?.description.contains("began with \(first) and have learned since") == true)
        }
    }

    @Test func whereTheDataLiesByNowIsRemembered() throws {
        let before = folder(), after = folder()
        for place in [before, after] { try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true) }
        let run = try stop(plan("data=\(before)"), after: 1)
        _ = try TrainingRun(resuming: run, plan("data=\(after)"), observer: Silent())
        #expect(try RunRecord(contentsOf: run + "/run.json").configuration["data"] == .string(after))
    }

    @Test func dataThatChangedSinceIsNamed() throws {
        let list = try smallMotions.get(), path = try #require(list.test.samples.first?.path)
        let run = try stop(plan(), after: 1), bytes = try FileReader.bytes(of: path)
        defer { try? AtomicFile.write(bytes, to: path) }
        try AtomicFile.write(bytes + [0], to: path)
        let error = #expect(throws: ResumeMismatch.self) { try TrainingRun(resuming: run, plan(), observer: Silent()) }
        #expect(error?.differences.count == 1 && error?.differences[0].hasPrefix("data: sizes of files was ") == true)
    }

    /// A run of `plan` that was asked to stop after so many steps; returns its folder.
    private func stop(_ plan: TrainingPlan, after steps: Int) throws -> String {
        let run = try TrainingRun(plan, out: folder(), observer: Silent())
        run.stopsAfterStep = steps
        let stopped = #expect(throws: Interrupted.self) { try run.run() }
        #expect(stopped?.step == steps)
        return run.path
    }

    @Test func anExistingFolderStopsTheRunAndKeepsWhatIsInIt() throws {
        let run = folder()
        try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
        try AtomicFile.write("mine", to: run + "/notes.txt")
        #expect { try TrainingRun(plan(), out: run, observer: Silent()) } throws: { ($0 as? RunError)?.exitCode == .cannotCreate }
        #expect(try FileReader.text(of: run + "/notes.txt") == "mine")
    }

    @Test func theWarmUpIsTheLongerOfStepsAndShare() throws {
        let schedule = { (options: [String]) in
            let schema = ConfigurationSchema.training(of: Supervised.self)
            let configuration = try schema.resolve([.commandLine(options + ["labels=2/class"], flags: [("method", "supervised")])]
            )
            return try TrainingPlan(configuration: configuration, dataSet: smallMotions.get()).schedule(steps: 8).warmupSteps
        }
        #expect(try schedule(["schedule.warmupShare=0.5", "schedule.warmupSteps=3"]) == 4)
        #expect(try schedule(["schedule.warmupShare=0.25", "schedule.warmupSteps=3"]) == 3)
    }

    @Test func zeroEpochsEvaluateAndSave() throws {
        let outcome = try TrainingRun(plan("epochs=0"), out: folder(), observer: Silent()).run()
        #expect(outcome.steps == 0 && outcome.test?.rows.count == 10)
        #expect(FileManager.default.fileExists(atPath: outcome.run + "/checkpoints/step-00000000.safetensors"))
    }

    @Test func trainingThatDivergesSaysWhereAndKeepsTheLastGoodState() throws {
        let run = folder()
        let training = try TrainingRun(
            plan("optimizer.learningRate=100", "optimizer.weightDecay=1", "checkpoint.everySteps=1", steps: 60), out: run,
            observer: Silent())
        let error = #expect(throws: TrainingDiverged.self) { try training.run() }
        #expect(error?.exitCode == .badData)
        let newest = try #require(try CheckpointStore(folder: run + "/checkpoints").newest().checkpoint)
        #expect(error?.savedStep == newest.step)
        let weights = newest.tensors.filter { $0.name.hasPrefix("network.") && $0.type == .float32 }
        #expect(
            weights.allSatisfy { tensor in tensor.bytes.withUnsafeBytes { $0.bindMemory(to: Float.self).allSatisfy(\.isFinite) } }
        )
        #expect(try RunRecord(contentsOf: run + "/run.json").state == .failed)
    }

    @Test func scoresThatAreNoNumbersAreAnErrorAndNoMiss() throws {
        let plan = try plan(), data = try smallMotions.get()
        try Engine.start(plan.engine)
        let network = try plan.networks.classifier()
        var state = network.networkState
        let bias = try #require(state["fc.bias"])
        state["fc.bias"] = bias * Double.nan
        try network.restoreNetwork(state)
        let evaluator = try plan.evaluator(VideoAccess())
        #expect { try evaluator.evaluate(network, on: data.test) } throws: {
            ($0 as? ScoresNotFinite)?.video == data.test.samples[0].path
        }
    }

    @Test func labelsOfUnlabeledClipsCannotReachTraining() throws {
        let data = try smallMotions.get()
        let poisoned = VideoList(
            part: .train,
            samples: data.train.samples.map { sample in
                VideoSample(
                    index: sample.index, path: sample.path, name: sample.name, label: sample.label.map { ($0 + 3) % 10 },
                    group: sample.group)
            }, classes: data.classes)
        let honest = try plan()
        // The same labelled clips with their true labels; only labels of unlabelled clips are wrong.
        let lists = TrainingLists(
            DataSet(name: data.name, root: data.root, train: poisoned, test: data.test), labelled: honest.lists.labelled.samples,
            pool: .all)
        let wrong = honest.replacing(lists: lists)
        let runs = try [honest, wrong].map { try TrainingRun($0, out: folder(), observer: Silent()).run() }
        #expect(runs[0].weightsDigest == runs[1].weightsDigest)
    }

    @Test(arguments: [
        ["method.forward=joint"], ["method.weighting=freematch"], ["method.weighting=softmatch", "method.alignment=uniform"],
        ["method.target=sharpened", "method.annealing=linear"],
        ["method.producer=teacher", "method.target=soft", "method.consistency=squaredError"],
        ["method.consumer=weak", "method.rampShare=0.4"], ["method.alignment=labeled"],
    ])
    func everyVariantTrains(options: [String]) throws {
        let data = try smallMotions.get()
        let fixed = options + ["steps=2"]
        let schema = ConfigurationSchema.training(of: FixMatch.self)
        let configuration = try schema.resolve([
            .commandLine(
                [
                    "backbone=r3d10", "backbone.width=0.125", "clip.length=4", "clip.stride=4", "clip.size=32", "batch.labeled=2",
                    "batch.unlabeled=3", "method.confidenceThreshold=0", "precision=f32",
                ] + fixed)
        ])
        let run = try TrainingRun(TrainingPlan(configuration: configuration, dataSet: data), out: folder(), observer: Silent())
            .run()
        #expect(run.steps == 2)
    }

    @Test func supervisedTrainsWithoutAnUnlabeledStream() throws {
        let outcome = try TrainingRun(plan(steps: 2, method: "supervised"), out: folder(), observer: Silent()).run()
        #expect(outcome.steps == 2)
        #expect(!(try metrics(outcome.run)).contains("keptRatio"))
    }
}
