import Files
import Foundation
import Testing

/// Runs that are told to stop.
@Suite struct SignalTests {
    private let videos: SmallVideos

    init() throws { videos = try SmallVideos() }

    /// Sends `signals` once the metrics hold so many steps.
    private func stop(
        _ running: CommandLineTool.Running, afterSteps steps: Int, by signals: [Int32] = [SIGINT]
    ) throws -> CommandLineTool.Outcome {
        while running.process.isRunning, videos.lineCount("run/metrics.jsonl") < steps { Thread.sleep(forTimeInterval: 0.01) }
        for signal in signals { kill(running.process.processIdentifier, signal) }
        return try running.outcome()
    }

    private func start() throws -> CommandLineTool.Running {
        try videos.semisup.start(SmallVideos.arguments(["--out", "run", "epochs=100000"]))
    }

    @Test func aStoppedRunEndsWith75AndGoesOn() throws {
        let first = try stop(try start(), afterSteps: 1)
        #expect(first.status == 75 && first.errors.contains("semisup train --resume --out run"), "\(first.errors)")
        #expect(try videos.object("run/run.json")["state"] == .string("stopped"))
        let steps = videos.lineCount("run/metrics.jsonl")
        let second = try stop(try videos.semisup.start(["train", "--resume", "--out", "run"]), afterSteps: steps + 1)
        #expect(second.status == 75 && second.errors.contains("going on after step \(steps)"), "\(second.errors)")
        #expect(videos.lineCount("run/metrics.jsonl") > steps)
    }

    /// `timeout` signals a process and then its group; a terminal that closes sends SIGHUP.
    @Test(arguments: [[SIGTERM, SIGTERM], [SIGUSR1, SIGTERM], [SIGHUP, SIGHUP]])
    func oneWishToStopMayComeTwice(signals: [Int32]) throws {
        #expect(try stop(try start(), afterSteps: 1, by: signals).status == 75)
        #expect(try videos.object("run/run.json")["state"] == .string("stopped"))
    }

    /// As under a pager that waits, or behind a process that was stopped.
    @Test func messagesThatNobodyReadsDoNotHoldAStoppedRun() throws {
        let pipe = Pipe(), end = pipe.fileHandleForWriting.fileDescriptor
        let flags = fcntl(end, F_GETFL)
        _ = fcntl(end, F_SETFL, flags | O_NONBLOCK)
        while write(end, [UInt8](repeating: 10, count: 4096), 4096) > 0 {}
        _ = fcntl(end, F_SETFL, flags)
        let running = try videos.semisup.start(
            SmallVideos.arguments(["--out", "run", "epochs=100000"]), standardError: pipe.fileHandleForWriting)
        while running.process.isRunning, !FileManager.default.fileExists(atPath: videos.semisup.folder + "/run/run.json") {
            Thread.sleep(forTimeInterval: 0.01)
        }
        Thread.sleep(forTimeInterval: 0.5)
        let begin = ContinuousClock.now
        running.process.terminate()
        #expect(try running.outcome().status == 75)
        #expect(begin.duration(to: .now) < .seconds(10))
        #expect(try videos.object("run/run.json")["state"] == .string("stopped"))
    }

    @Test func aSignalDuringTheLastEvaluationKeepsWhatWasTrained() throws {
        let running = try videos.semisup.start(
            SmallVideos.arguments(["--out", "run", "epochs=1", "evaluation.views=100x3", "clip.length=8"]))
        while running.process.isRunning,
            !FileManager.default.fileExists(atPath: videos.semisup.folder + "/run/checkpoints/step-00000003.json")
        {
            Thread.sleep(forTimeInterval: 0.002)
        }
        running.process.terminate()
        let outcome = try running.outcome()
        #expect(outcome.status == 75 && outcome.errors.contains("stopped after step 3"), "\(outcome.errors)")
        #expect(try videos.semisup("train", "--resume", "--out", "run").status == 0)
        #expect(videos.lineCount("run/metrics.jsonl") == 3)
    }
}
