import Files
import Foundation
import Networks
import Tensor
import TestSupport
import Testing
import Training

/// A batch that is computed in parts.
@Suite struct MicrobatchTests {
    /// A network without batch statistics, for which parts come to the same as the whole.
    private func run(_ parts: Int, in folder: String, stop: Int? = nil) throws -> TrainingRun {
        let plan = try plan(
            "batch.microbatches=\(parts)", "backbone=transformer", "batch.labeled=4", "batch.unlabeled=4",
            "optimizer.learningRate=0.01",
            "method.confidenceThreshold=0", "method.forward=separate", "checkpoint.keep=9", steps: 3)
        let run = try TrainingRun(plan, out: "\(folder)/\(parts)\(stop.map { "-\($0)" } ?? "")", observer: Silent())
        run.stopsAfterStep = stop
        return run
    }

    private func metrics(_ run: String) throws -> [JSON] {
        try FileReader.text(of: run + "/metrics.jsonl").split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) }
    }

    @Test func partsComeToTheSameAsTheWhole() throws {
        try withTemporaryFolder { folder in
            let runs = try [1, 2, 4].map { try run($0, in: folder).run().run }
            let whole = try metrics(runs[0])
            #expect(whole.count == 3)
            for parts in runs.dropFirst() {
                for (step, line) in try metrics(parts).enumerated() {
                    for name in ["loss", "loss.supervised", "loss.unlabeled", "keptRatio", "gradientNorm"] {
                        let found = try line.number(name), expected = try whole[step].number(name)
                        #expect(abs(found - expected) <= 1e-4 * max(1, abs(expected)), "\(name) of step \(step) in \(parts)")
                    }
                    #expect(line["keptByClass"] == whole[step]["keptByClass"], "counts are summed up")
                }
            }
        }
    }

    @Test func aResumedRunOfPartsEndsAsOneThatWasNeverStopped() throws {
        try withTemporaryFolder { folder in
            let whole = try run(2, in: folder).run()
            #expect(throws: Interrupted.self) { _ = try run(2, in: folder, stop: 2).run() }
            let plan = try plan(
                "batch.microbatches=2", "backbone=transformer", "batch.labeled=4", "batch.unlabeled=4",
                "optimizer.learningRate=0.01",
                "method.confidenceThreshold=0", "method.forward=separate", "checkpoint.keep=9", steps: 3)
            let rest = try TrainingRun(resuming: folder + "/2-2", plan, observer: Silent()).run()
            #expect(rest.weightsDigest == whole.weightsDigest)
        }
    }

    @Test func lossesAndMovesOverTheWholeBatchComeToTheSameInParts() throws {
        try withTemporaryFolder { folder in
            let schema = ConfigurationSchema.training(of: JointMethod.self)
            let runs = try [1, 2, 4].map { parts in
                let settings = [
                    "steps=3", "backbone=transformer", "clip.length=4", "clip.stride=4", "clip.size=32", "batch.labeled=4",
                    "batch.unlabeled=4", "labels=2/class", "precision=f32", "optimizer.learningRate=0.01",
                    "batch.microbatches=\(parts)", "checkpoint.everyMinutes=0",
                ]
                let configuration = try schema.resolve([.commandLine(settings, flags: [("method", "joint")])])
                let plan = try TrainingPlan(
                    configuration: configuration, dataSet: smallMotions.get(), methods: MethodCatalogue([JointMethod.self]))
                return try TrainingRun(plan, out: "\(folder)/\(parts)", observer: Silent()).run().run
            }
            func state(_ run: String) throws -> (count: [Double], mean: [Double]) {
                let checkpoint = try #require(try CheckpointStore(folder: run + "/checkpoints", keep: 1).newest().checkpoint)
                func values(_ name: String) throws -> [Double] {
                    Tensor(try #require(checkpoint.tensors.first { $0.name == name })).values(as: Double.self)
                }
                return (try values("method.count"), try values("method.mean"))
            }
            let whole = try metrics(runs[0]), expected = try state(runs[0])
            #expect(expected.count == [12])
            for parts in runs.dropFirst() {
                for (step, line) in try metrics(parts).enumerated() {
                    for name in ["loss", "loss.supervised", "loss.contrast", "gradientNorm"] {
                        let found = try line.number(name), expected = try whole[step].number(name)
                        #expect(abs(found - expected) <= 1e-4 * max(1, abs(expected)), "\(name) of step \(step) in \(parts)")
                    }
                }
                let found = try state(parts)
                #expect(found.count == expected.count, "all rows move the state once")
                #expect(zip(found.mean, expected.mean).allSatisfy { abs($0 - $1) < 1e-4 })
            }
        }
    }

    @Test func partsTakeLessMemory() throws {
        let peaks = try [1, 4].map { parts in
            let plan = try plan("batch.microbatches=\(parts)", "batch.labeled=16", "batch.unlabeled=16", "clip.size=48")
            return try #require(try TrainingEstimate(plan).plannedMiB)
        }
        #expect(peaks[1] < 0.5 * peaks[0], "\(peaks)")
    }

    @Test func partsThatWouldNotBeAlikeAreRefused() throws {
        let plan = try plan("batch.microbatches=2", "batch.labeled=4", "batch.unlabeled=5")
        #expect { _ = try plan.makeMethod() } throws: { error in
            "\(error)".contains("batch.microbatches=2: the 5 samples of unlabeled")
        }
    }
}
