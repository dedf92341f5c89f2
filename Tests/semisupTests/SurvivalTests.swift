import Files
import Foundation
import Testing

/// Runs that are killed, stopped, started twice, and written to failing disks: none is lost. `tools/faults/run` tries more.
@Suite struct SurvivalTests {
    private let videos: SmallVideos

    init() throws { videos = try SmallVideos() }

    /// What a run came to.
    private struct Traces: Equatable {
        let metrics: String, weights: String?, checkpoint: [String: String]
    }

    private func traces(_ run: String) throws -> Traces {
        let folder = "\(videos.semisup.folder)/\(run)"
        let state = try CheckpointFile(newestOf: folder).digests
        return Traces(
            metrics: try FileReader.text(of: folder + "/metrics.jsonl"),
            weights: try videos.object("\(run)/run.json")["result"]?["weightsDigest"]?.stringValue, checkpoint: state)
    }

    private let settings = ["steps=6", "checkpoint.everySteps=1", "ema.decay=0.9", "workers=2"]

    private func arguments(_ run: String, _ more: [String]) -> [String] {
        FileManager.default.fileExists(atPath: "\(videos.semisup.folder)/\(run)/run.json")
            ? ["train", "--resume", "--out", run] : SmallVideos.arguments(["--out", run] + settings) + more
    }

    /// Goes on with a run until it is finished.
    private func finish(_ run: String, _ more: [String] = []) throws -> Traces {
        if try isFinished(run) { return try traces(run) }
        let outcome = try videos.semisup.run(arguments(run, more))
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try traces(run)
    }

    private func isFinished(_ run: String) throws -> Bool {
        (try? videos.object("\(run)/run.json"))?["state"] == .string("finished")
    }

    private func remove(_ run: String) {
        try? FileManager.default.removeItem(atPath: "\(videos.semisup.folder)/\(run)")
    }

    @Test(arguments: ["fixmatch", "cmpl", "temporal-gradient"])
    func aKilledRunEndsAsOneThatWasNeverKilled(method: String) throws {
        let choice = ["--method", method]
        let expected = try finish("whole", choice)
        for trial in 0..<(method == "fixmatch" ? 4 : 3) {
            remove("run")
            let running = try videos.semisup.start(arguments("run", choice))
            // The last in the middle of a save, the others in or after this step.
            let isSaving = trial == 2
            while running.process.isRunning,
                isSaving ? !isBeingSaved("run") : videos.lineCount("run/metrics.jsonl") < 1 + 2 * trial
            {
                usleep(isSaving ? 50 : 2000)
            }
            kill(running.process.processIdentifier, SIGKILL)
            _ = try running.outcome()
            #expect(try finish("run", choice) == expected, "trial \(trial)")
        }
    }

    private func isBeingSaved(_ run: String) -> Bool {
        let folder = "\(videos.semisup.folder)/\(run)/checkpoints"
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).contains { $0.contains(".tmp-") }
    }

    @Test func aTerminatedRunEndsWith75AndGoesOnWithOtherWorkers() throws {
        let expected = try finish("whole")
        for (steps, workers) in [(0, 1), (1, 4), (2, 2), (3, 1), (5, 4)] {
            remove("run")
            let running = try videos.semisup.start(arguments("run", []))
            while running.process.isRunning, videos.lineCount("run/metrics.jsonl") < steps { usleep(1000) }
            let begin = ContinuousClock.now
            running.process.terminate()
            let outcome = try running.outcome()
            #expect([0, 75].contains(outcome.status) && begin.duration(to: .now) < .seconds(10), "\(outcome.errors)")
            if try !isFinished("run"), FileManager.default.fileExists(atPath: videos.semisup.folder + "/run/run.json") {
                let rest = try videos.semisup("train", "--resume", "--out", "run", "workers=\(workers)")
                #expect(rest.status == 0, "\(rest.errors)")
            }
            #expect(try finish("run") == expected, "after \(steps) steps")
        }
    }

    @Test func ofTwoProcessesOnOneRunExactlyOneGoesOn() throws {
        let other = try CommandLineTool(in: videos.semisup.folder)
        for trial in 0..<5 {
            if trial % 2 == 0 { remove("run") }
            let command = arguments("run", []).map { $0 == "steps=6" ? "steps=100000" : $0 }
            let both = [try videos.semisup.start(command), try other.start(command)]
            while both.allSatisfy({ $0.process.isRunning }) { usleep(2000) }
            for running in both where running.process.isRunning { running.process.terminate() }
            let outcomes = try both.map { try $0.outcome() }
            #expect(outcomes.map(\.status).sorted() == [73, 75], "\(outcomes.map(\.errors))")
        }
    }

    /// Every third operation of six kinds of faults, each at places of its own.
    @Test func aFaultOfTheDiskLeavesALoadableCheckpoint() throws {
        let library = try FaultInjector.library.get()
        let expected = try finish("whole", ["steps=2"])
        let count = videos.semisup.folder + "/operations"
        func begin(_ fault: [String: String]) throws -> CommandLineTool.Outcome {
            remove("faulty")
            let environment = ["LD_PRELOAD": library, "SEMISUP_FAULT_PATH": "/faulty"].merging(fault) { $1 }
            let out = videos.semisup.folder + "/faulty"
            return try videos.semisup.run(
                SmallVideos.arguments(["--out", out] + settings + ["steps=2"]), environment: environment)
        }
        _ = try begin(["SEMISUP_FAULT_COUNT": count])
        let operations = try #require(Int(try FileReader.text(of: count).trimmingCharacters(in: .whitespacesAndNewlines)))
        let kinds = ["full", "io", "short", "readonly", "gone", "kill"]
        for point in 0..<40 {
            let kind = kinds[point % kinds.count], place = 1 + point * (operations - 1) / 39
            let outcome = try begin(["SEMISUP_FAULT": "\(kind):\(place)"])
            let allowed: [Int32] = kind == "short" ? [0] : kind == "kill" ? [SIGKILL, 0] : [74, 0]
            #expect(allowed.contains(outcome.status), "\(kind) at \(place): \(outcome.status) \(outcome.errors)")
            if outcome.status == 74 { #expect(outcome.errors.contains("/faulty"), "\(kind) at \(place): \(outcome.errors)") }
            #expect(try finish("faulty", ["steps=2"]) == expected, "\(kind) at \(place) of \(operations)")
        }
    }

    @Test func aCrashNamesTheVideoThatWasReadAndTheStepAndTheRunGoesOn() throws {
        let expected = try finish("whole")
        let outcome = try videos.semisup.run(
            arguments("run", []),
            environment: [
                "LD_PRELOAD": try FaultInjector.library.get(), "SEMISUP_FAULT_PATH": "videos/train", "SEMISUP_FAULT": "crash:20",
            ])
        #expect(outcome.status == SIGSEGV)
        #expect(outcome.errors.contains("error: a thread crashed that was reading videos/train/"), "\(outcome.errors)")
        #expect(outcome.errors.contains("semisup train --resume --out run; it was at step "), "\(outcome.errors)")
        #expect(try finish("run") == expected)
    }

    @Test func aVideoThatIsNeverReadEndsTheRunWithItsNameAndItGoesOn() throws {
        let expected = try finish("whole")
        let outcome = try videos.semisup.run(
            arguments("run", ["loader.clipSeconds=1"]),
            environment: [
                "LD_PRELOAD": try FaultInjector.library.get(), "SEMISUP_FAULT_PATH": "videos/train", "SEMISUP_FAULT": "hang:20",
            ])
        #expect(
            outcome.status == 65 && outcome.errors.contains("reading it has not ended after 1 s (stream "), "\(outcome.errors)")
        #expect(try finish("run") == expected)
    }
}
