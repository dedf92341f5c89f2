import Files
import Foundation
import Testing

/// A run that several processes train together over Open MPI (`mpirun`).
@Suite struct RankTests {
    private let videos: SmallVideos

    init() throws { videos = try SmallVideos() }

    /// What a run came to.
    private struct Traces: Equatable {
        let metrics: String, weights: String?, scores: String, state: [String: String], damage: String
    }

    private func traces(_ run: String) throws -> Traces {
        let folder = "\(videos.semisup.folder)/\(run)"
        return Traces(
            metrics: try FileReader.text(of: folder + "/metrics.jsonl"),
            weights: try videos.object("\(run)/run.json")["result"]?["weightsDigest"]?.stringValue,
            scores: try FileReader.text(of: folder + "/test-scores.tsv"), state: try CheckpointFile(newestOf: folder).digests,
            damage: try FileReader.text(of: folder + "/damage.tsv"))
    }

    private static let settings = [
        "batch.labeled=4", "batch.unlabeled=8", "batch.microbatches=4", "steps=6", "threads=1", "ema.decay=0.9",
        "evaluation.everyEpochs=1", "damage.policy=skip",
    ]

    private func arguments(_ run: String, _ more: [String]) -> [String] {
        ["train", "--data", "videos", "--labels", "2/class", "--out", run] + SmallVideos.settings + Self.settings + more
    }

    /// Runs commands together as so many ranks each.
    private func together(_ commands: (ranks: Int, arguments: [String])...) throws -> CommandLineTool.Outcome {
        try start(commands).outcome()
    }

    private func start(
        _ commands: [(ranks: Int, arguments: [String])], environment: [String: String] = [:]
    ) throws -> CommandLineTool.Running {
        let program = try CommandLineTool.executable
        let parts = commands.map { ["-n", "\($0.ranks)", program] + $0.arguments }.joined(separator: [":"])
        return try videos.semisup.start(
            ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"] + parts, environment: environment,
            executable: "/usr/bin/mpirun")
    }

    @Test(arguments: [
        ("fixmatch", ["method.weighting=freematch", "method.alignment=uniform"]),
        ("fixmatch", ["method.weighting=flexmatch", "method.confidenceThreshold=0.5"]),
        ("cmpl", []), ("temporal-gradient", ["method.warmupShare=0"]),
    ])
    func anyNumberOfRanksGivesTheSameBits(method: String, settings: [String]) throws {
        // One that cannot be read, whose place another takes.
        try videos.semisup.file("videos/train/dark/broken.mp4", "no video")
        let choice = ["--method", method] + settings
        let alone = try videos.semisup.run(arguments("1", choice))
        #expect(alone.status == 0, "\(alone.errors)")
        let expected = try traces("1")
        #expect(expected.metrics.split(separator: "\n").count >= 6 && expected.damage.contains("broken.mp4"))
        for ranks in [2, 4] {
            let outcome = try together((ranks, arguments("\(ranks)", choice)))
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try traces("\(ranks)") == expected, "\(ranks) ranks")
            #expect(outcome.output.components(separatedBy: "top-1").count == 2, "one rank speaks: \(outcome.output)")
        }
    }

    /// Runs that last a moment longer.
    private static let longer = ["steps=80", "evaluation.everyEpochs=0"]

    /// The processes that another has started.
    private func children(of parent: Int32) -> [Int32] {
        let processes = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
        return processes.filter { process in
            // The size of a file in /proc is 0: it has to be read to its end.
            let bytes = FileHandle(forReadingAtPath: "/proc/\(process)/status")?.readDataToEndOfFile() ?? Data()
            let status = String(decoding: bytes, as: UTF8.self)
            return status.contains("\nPPid:\t\(parent)\n")
        }.sorted()
    }

    @Test func whereARankIsKilledAllEndAndTheRunGoesOnWithAnotherNumber() throws {
        let all = Self.longer + ["checkpoint.everySteps=1"]
        #expect(try videos.semisup.run(arguments("whole", all)).status == 0)
        let running = try start([(4, arguments("run", all))])
        while running.process.isRunning, videos.lineCount("run/metrics.jsonl") < 3 { usleep(1000) }
        let ranks = children(of: running.process.processIdentifier)
        #expect(ranks.count == 4)
        if let last = ranks.last { kill(last, SIGKILL) }
        #expect(try running.outcome().status != 0)
        let outcome = try together((2, ["train", "--resume", "--out", "run"]))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try traces("run") == traces("whole"))
    }

    @Test func aSignalStopsAllRanksAfterTheSameStep() throws {
        #expect(try videos.semisup.run(arguments("whole", Self.longer)).status == 0)
        let expected = try traces("whole")
        let running = try start([(2, arguments("run", Self.longer))])
        while running.process.isRunning, videos.lineCount("run/metrics.jsonl") < 3 { usleep(1000) }
        // mpirun hands SIGUSR1 on to all ranks; here a single one gets it, and all stop.
        for rank in children(of: running.process.processIdentifier).suffix(1) { kill(rank, SIGUSR1) }
        let outcome = try running.outcome()
        #expect(outcome.status == 75, "\(outcome.errors)")
        #expect(outcome.errors.components(separatedBy: "go on with: semisup train --resume").count == 2, "\(outcome.errors)")
        #expect(try together((2, ["train", "--resume", "--out", "run"])).status == 0)
        #expect(try traces("run") == expected)
    }

    /// The losses of the steps of a run.
    private func losses(_ run: String) throws -> [Double] {
        try FileReader.text(of: "\(videos.semisup.folder)/\(run)/metrics.jsonl").split(separator: "\n").compactMap {
            try JSON(parsing: Array($0.utf8))["loss"]?.realValue
        }
    }

    @Test func ranksWithSynchronizedStatisticsTrainAsAWholeBatchDoes() throws {
        let common = arguments("", ["--method", "supervised", "optimizer.learningRate=0.01"])
        func command(_ run: String, _ more: String...) -> [String] { common.map { $0.isEmpty ? run : $0 } + more }
        #expect(try videos.semisup.run(command("whole", "batch.microbatches=1")).status == 0)
        let outcome = try together((4, command("ranks", "batch.statistics=synchronized")))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try videos.semisup.run(command("parts")).status == 0)
        let whole = try losses("whole"), ranks = try losses("ranks"), parts = try losses("parts")
        func distance(_ other: [Double]) -> Double { zip(whole, other).map { abs($0 - $1) }.max() ?? .infinity }
        #expect(whole.count == 6 && distance(ranks) < 1e-4 && distance(parts) > 1e-3, "\(whole) \(ranks) \(parts)")
        let refused = try together((2, command("two", "batch.statistics=synchronized")))
        #expect(refused.status == 78 && refused.errors.contains("start 4 ranks"), "\(refused.errors)")
    }

    /// A disk that is full from some operation on, of which the first rank alone knows.
    @Test(arguments: [3, 30]) func afterAFullDiskAllRanksEndAtOnceAndTheRunGoesOn(operation: Int) throws {
        let all = Self.longer + ["checkpoint.everySteps=2"]
        #expect(try videos.semisup.run(arguments("whole", all)).status == 0)
        let outcome = try start(
            [(4, arguments("run", all))],
            environment: [
                "LD_PRELOAD": try FaultInjector.library.get(), "SEMISUP_FAULT_PATH": "run/", "SEMISUP_FAULT": "full:\(operation)",
            ]
        ).outcome()
        #expect(outcome.status == 74, "\(outcome.errors)")
        #expect(outcome.errors.contains("rank 0 on ") && outcome.errors.contains("No space left"), "\(outcome.errors)")
        let isBegun = videos.lineCount("run/run.json") > 0
        let words = isBegun ? ["train", "--resume", "--out", "run"] : arguments("run", all)
        #expect(try together((2, words)).status == 0)
        #expect(try traces("run") == traces("whole"))
    }

    @Test func aDirectoryIsTrainedInByOneJobAtATime() throws {
        let running = try start([(2, arguments("run", Self.longer))])
        while running.process.isRunning, videos.lineCount("run/metrics.jsonl") < 3 { usleep(1000) }
        let second = try together((2, ["train", "--resume", "--out", "run"]))
        #expect(second.status == 73, "\(second.errors)")
        #expect(second.errors.components(separatedBy: "error: ").count == 2, "one rank tells it: \(second.errors)")
        #expect(try running.outcome().status == 0)
    }

    @Test func moreRanksThanTestClipsEvaluateEachOnce() throws {
        let eight = ["batch.microbatches=8", "batch.labeled=8", "batch.unlabeled=8", "steps=2"]
        #expect(try videos.semisup.run(arguments("1", eight)).status == 0)
        let outcome = try together((8, arguments("8", eight)))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try traces("8") == traces("1"))
        #expect(try FileReader.text(of: videos.semisup.folder + "/8/test-scores.tsv").split(separator: "\n").count >= 4)
    }

    @Test func whatRanksCannotShareIsRefusedByOneOfThem() throws {
        let outcome = try together((3, arguments("run", [])))
        #expect(outcome.status == 78)
        #expect(
            outcome.errors.components(separatedBy: "batch.microbatches=4: 3 ranks cannot share 4 parts of a batch alike").count
                == 2,
            "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: videos.semisup.folder + "/run"))
    }

    @Test func ranksThatWouldTrainOtherwiseAreRefused() throws {
        let outcome = try together((1, arguments("run", [])), (1, arguments("run", ["--seed", "7"])))
        #expect(outcome.status == 78)
        #expect(
            outcome.errors.contains("rank 1 on ") && outcome.errors.contains("option seed is 7 there and 0 on rank 0"),
            "\(outcome.errors)")
        #expect(outcome.errors.components(separatedBy: "would not train").count == 2, "\(outcome.errors)")
    }

    @Test func aRankWithoutTheDataIsNamed() throws {
        let other = arguments("run", []).map { $0 == "videos" ? "elsewhere" : $0 }
        let outcome = try together((1, arguments("run", [])), (1, other))
        #expect(outcome.status == 66, "\(outcome.errors)")
        #expect(outcome.errors.contains("rank 1 on ") && outcome.errors.contains("elsewhere"), "\(outcome.errors)")
    }

    @Test func onlyTrainSharesItsWork() throws {
        let outcome = try together((2, ["data", "describe", "videos"]))
        #expect(outcome.status == 64 && outcome.errors.contains("only train shares its work"), "\(outcome.errors)")
    }

    @Test func processesOfSlurmThatCannotFindEachOtherAreRefused() throws {
        let outcome = try videos.semisup.run(arguments("run", []), environment: ["SLURM_STEP_NUM_TASKS": "4"])
        #expect(outcome.status == 78 && outcome.errors.contains("srun --mpi=pmix"), "\(outcome.errors)")
        let second = try videos.semisup.run(
            arguments("run", []), environment: ["SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "1"])
        #expect(second.status == 78 && second.errors.isEmpty, "\(second.errors)")
    }
}
