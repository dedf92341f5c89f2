import Files
import Foundation
import Media
import Testing

/// `train`, `evaluate`, `predict`, `data show` on a small real data set: bright and dark clips, which a tiny network tells apart.
@Suite struct TrainCommandTests {
    private let videos: SmallVideos
    private var semisup: CommandLineTool { videos.semisup }

    init() throws { videos = try SmallVideos() }

    private func train(_ arguments: String...) throws -> CommandLineTool.Outcome { try videos.train(arguments) }

    private func object(_ file: String) throws -> JSON { try videos.object(file) }

    @Test func aRunTrainsEvaluatesPredictsAndIsNeverOverwritten() throws {
        let trained = try train("--out", "run", "--json", "epochs=2")
        #expect(trained.status == 0, "\(trained.errors)")
        let result = try #require(try trained.objects.last)
        #expect(result["event"] == .string("result") && result["method"] == .string("fixmatch"))
        #expect(result["labels"] == .string("2/class") && result["seed"] == .integer(0) && result["run"] == .string("run"))
        #expect(result["steps"] == .integer(6) && result["testClips"] == .integer(4))
        #expect(trained.errors.contains("4 labelled"))

        let table = try FileReader.text(of: semisup.folder + "/run/test-scores.tsv").split(separator: "\n")
        #expect(table.count == 5 && table[0] == "video\tgroup\tlabel\tprediction\trank\tbright\tdark")
        let right = table.dropFirst().count { $0.split(separator: "\t", omittingEmptySubsequences: false)[4] == "1" }
        #expect(result["accuracyTop1"]?.realValue == Double(right) / 4)
        let interval = try #require(result["accuracyTop1Interval"])
        #expect(interval["units"] == .integer(4) && interval["by"] == .string("video"))

        let evaluated = try #require(try semisup("evaluate", "run", "--json", "--picture", "matrix.png").objects.last)
        for key in ["accuracyTop1", "accuracyTop1Interval", "accuracyTop5", "weightsDigest", "testClips", "method", "labels"] {
            #expect(evaluated[key] == result[key], "\(key)")
        }
        #expect(try PNG.decode(FileReader.bytes(of: semisup.folder + "/matrix.png")).width > 0)
        #expect(try semisup("evaluate", "run", "--picture", "matrix.png").status == 73)
        #expect(try semisup("evaluate", "run", "--views", "2x3").status == 0)
        #expect(try semisup("evaluate", "run", "--views", "2x2").status == 78)

        let predicted = try semisup("predict", "run", "videos/test/dark/dark0.mp4", "--json")
        let classes = try #require(try predicted.objects.first?["classes"]?.arrayValue)
        #expect(classes.count == 2 && abs(classes.compactMap { $0["probability"]?.realValue }.reduce(0, +) - 1) < 1e-9)

        let before = try object("run/run.json")
        let second = try train("--out", "run", "epochs=1")
        #expect(second.status == 73 && second.errors.contains("--resume"))
        #expect(try object("run/run.json") == before)
    }

    @Test func noEpochsTrainNothingButEvaluateAndSave() throws {
        let result = try #require(try train("--out", "run", "--json", "epochs=0").objects.last)
        #expect(result["steps"] == .integer(0) && result["testClips"] == .integer(4))
        #expect(try object("run/run.json")["state"] == .string("finished"))
    }

    @Test func aProfileShowsOperationsAndLayersAndIsATrace() throws {
        let trained = try train("--out", "run", "--profile", "trace.json", "epochs=2")
        #expect(trained.status == 0, "\(trained.errors)")
        for text in [
            "3 steps of", "outside convolutions", "convolution, gradient of weights", "GFLOP/s", "trace: trace.json",
        ] {
            #expect(trained.errors.contains(text), "\(text)")
        }
        let events = try #require(try object("trace.json")["traceEvents"]?.arrayValue)
        let steps = events.filter { $0["name"] == .string("step") }, inner = events.filter { $0["cat"] == .string("operation") }
        #expect(steps.count == 3 && inner.contains { $0["args"]?["layer"] == .string("layer4.0.conv2.1") })
        #expect(
            inner.contains {
                $0["name"] == .string("convolution, gradient of weights") && $0["args"]?["layer"] == .string("stem.0")
            })
        let start = steps.first?["ts"]?.realValue ?? .infinity
        #expect(inner.allSatisfy { $0["ph"] == .string("X") && $0["ts"]?.realValue ?? 0 >= start })
        let again = try train("--out", "other", "--profile", "trace.json", "epochs=1")
        #expect(again.status == 73 && again.errors.contains("trace.json"))
        let short = try train("--out", "short", "--profile", "short.json", "epochs=1")
        #expect(short.status == 0 && short.errors.contains("no step was measured: the first 3 are left out"), "\(short.errors)")
    }

    @Test func theWayOfConvolutionsIsRecordedAndComparedOnResume() throws {
        let blas = ["SEMISUP_CONVOLUTION": "blas"]
        #expect(try semisup.run(SmallVideos.arguments(["--out", "run", "epochs=0"]), environment: blas).status == 0)
        try videos.reopen("run")
        let other = try semisup("train", "--resume", "--out", "run")
        #expect(other.status == 78 && other.errors.contains("convolution was blas, now auto"), "\(other.errors)")
        let unknown = try semisup.run(SmallVideos.arguments(["--out", "new"]), environment: ["SEMISUP_KERNELS": "avx51"])
        #expect(unknown.status == 78 && unknown.errors.contains("SEMISUP_KERNELS=avx51"), "\(unknown.errors)")
    }

    @Test func anotherBuildOfTheKitIsNamedOnResume() throws {
        #expect(try train("--out", "run", "epochs=0").status == 0)
        try videos.reopen("run")
        let prefix = try PluginFixtures.installation(in: semisup.folder + "/prefix")
        let other = try semisup.run(["train", "--resume", "--out", "run"], executable: prefix + "/bin/semisup")
        #expect(other.status == 78 && other.errors.contains("kit was "), "\(other.errors)")
        #expect(try semisup("train", "--resume", "--out", "run").status == 0)
    }

    /// Every block of a transformer is as large as the next, so that all are computed again.
    @Test(arguments: ["r3d10", "transformer"]) func recomputationIsPlanned(backbone: String) throws {
        func planned(_ parts: String) throws -> Double {
            let estimate = try train("--dry-run", "--json", "backbone=\(backbone)", "clip.size=32", "memory.recompute=\(parts)")
            return try #require(try estimate.objects.last?["plannedMiB"]?.realValue, "\(estimate.errors)")
        }
        #expect(try planned("block") < planned("none"))
    }

    @Test func halfPrecisionTrainsAndIsRecorded() throws {
        #expect(try train("--out", "half", "precision=bf16", "epochs=1").status == 0)
        #expect(try object("half/run.json")["precision"] == .string("bf16"))
        #expect(try object("half/run.json")["state"] == .string("finished"))
        let without = try train("--out", "avx2", "precision=bf16", "kernels=avx2", "epochs=0")
        #expect(without.status == 0 && without.errors.contains("does not multiply bf16"), "\(without.errors)")
    }

    @Test(arguments: ["stage", "block"]) func recomputedPartsChangeNoBits(parts: String) throws {
        func digest(_ run: String, _ setting: String) throws -> JSON? {
            try train("--out", run, "--json", "epochs=1", setting).objects.last?["weightsDigest"]
        }
        let plain = try digest("plain", "memory.recompute=none"), again = try digest("again", "memory.recompute=\(parts)")
        #expect(plain != nil && plain == again)
    }

    @Test func whatTheClockChoseIsReusedOnResume() throws {
        _ = try train("--out", "run", "--json", "epochs=1", "engine.tune=measure")
        let path = semisup.folder + "/run/tuning.json"
        let chosen = try #require(try JSON(contentsOf: path).objectValue)
        #expect(chosen.contains { $0.key.hasPrefix("backwardWeights float32") })
        // A lost file is no reason to measure anew: the checkpoint has the choices too.
        try videos.reopen("run")
        #expect(unlink(path) == 0)
        #expect(try semisup("train", "--resume", "--out", "run").status == 0)
        #expect(try JSON(contentsOf: path) == .object(chosen))
        // The slowest way would hardly be chosen by the clock for all, but it is what the file says now.
        let slowest = JSON.object(chosen.map { ($0.key, .string("blas")) })
        try slowest.serialized(indented: true).write(toFile: path, atomically: true, encoding: .utf8)
        try videos.reopen("run")
        let resumed = try semisup("train", "--resume", "--out", "run", "--json")
        #expect(resumed.status == 0)
        #expect(try JSON(contentsOf: path) == slowest)
        // What cannot be gone here is not gone: windows of 3 x 3 by steps of two are none for our own kernels.
        let weights = try #require(try object("run/run.json")["result"]?["weightsDigest"])
        for way in ["own", "direct", "onednn"] {
            try JSON.object(chosen.map { ($0.key, .string(way)) }).serialized().write(
                toFile: path, atomically: true, encoding: .utf8)
            let evaluated = try semisup(
                "evaluate", "run", "--json", environment: ["SEMISUP_CONVOLUTION": way == "onednn" ? "blas" : "auto"])
            #expect(evaluated.status == 0, "\(way): \(evaluated.errors)")
            #expect(try evaluated.objects.last?["weightsDigest"] == weights, "\(way)")
        }
        try videos.reopen("run")
        try #"{"forward": "magic"}"#.write(toFile: path, atomically: true, encoding: .utf8)
        let refused = try semisup("train", "--resume", "--out", "run")
        #expect(refused.status == 65 && refused.errors.contains("tuning.json: forward: expected one of own, direct"))
    }

    @Test func dryRunWritesNothing() throws {
        let estimate = try #require(try train("--dry-run", "--json", "epochs=5").objects.last)
        #expect(estimate["steps"] == .integer(15) && estimate["labeledClips"] == .integer(4))
        #expect(estimate["secondsPerStep"]?.realValue ?? 0 > 0 && estimate["peakMiB"]?.realValue ?? 0 > 1)
        #expect(!FileManager.default.fileExists(atPath: semisup.folder + "/runs"))
    }

    @Test func memoryIsKnownBeforeTheFirstStep() throws {
        let estimate = try #require(try train("--dry-run", "--json").objects.last)
        let planned = try #require(estimate["plannedMiB"]?.realValue)
        #expect(planned > 0.5 && planned < estimate["peakMiB"]?.realValue ?? 0)
        let refused = try semisup(
            "train", "--data", "videos", "--labels", "2/class", "--out", "run", "batch.unlabeled=65536", "clip.size=1024")
        #expect(refused.status == 78 && refused.errors.contains("batch.unlabeled (65536)"), "\(refused)")
        #expect(!FileManager.default.fileExists(atPath: semisup.folder + "/run"))
    }

    @Test func withoutOutEachRunGetsAFolderOfItsOwn() throws {
        let runs = try (0..<2).map { _ in try train("--json", "epochs=0").objects.last?["run"]?.stringValue }
        #expect(runs == ["runs/fixmatch-videos-2-class-seed0", "runs/fixmatch-videos-2-class-seed0-2"])
    }

    @Test func resumingWithOtherSettingsIsRefused() throws {
        _ = try train("--out", "run", "epochs=0")
        try videos.reopen("run")
        let other = try semisup("train", "--resume", "--out", "run", "optimizer.momentum=0.5")
        #expect(other.status == 78 && other.errors.contains("optimizer.momentum: 0.9, now 0.5"), "\(other.errors)")
        #expect(other.errors.contains("--allow-differences"))
        #expect(try semisup("train", "--out", "new", "--allow-differences").status == 64)
        let method = try semisup("train", "--resume", "--out", "run", "--method", "supervised")
        #expect(method.status == 78 && method.errors.contains("it is a run of fixmatch, not of supervised"), "\(method.errors)")
        #expect(try semisup("train", "--resume", "--out", "gone").status == 66)
        #expect(try semisup("train", "--resume", "--out", "videos").status == 65)
    }

    @Test func damagedVideosAreReportedAndTheOthersPredicted() throws {
        _ = try train("--out", "run", "epochs=0")
        try semisup.file("text.mp4", "no video")
        let outcome = try semisup("predict", "run", "text.mp4", "videos/test/dark/dark0.mp4", "--json")
        #expect(outcome.status == 65 && outcome.errors.contains("text.mp4"))
        let objects = try outcome.objects
        #expect(objects.count == 2 && objects[0]["damage"] != .null && objects[1]["classes"]?.arrayValue?.count == 2)
        #expect(try semisup("predict", "run", "gone.mp4").status == 66)
    }

    @Test func dataOfOtherClassesIsRefused() throws {
        _ = try train("--out", "run", "epochs=0")
        for name in ["bright", "grey"] { try semisup.file("other/train/\(name)/a.mp4") }
        for name in ["bright", "grey"] { try semisup.file("other/test/\(name)/b.mp4") }
        let outcome = try semisup("evaluate", "run", "--data", "other")
        #expect(outcome.status == 65 && outcome.errors.contains("grey") && outcome.errors.contains("dark"))
    }

    @Test func showDrawsThreeRowsAClip() throws {
        let arguments = ["data", "show", "videos", "--clips", "2", "--out", "views.png", "--json"] + SmallVideos.settings
        let object = try #require(try semisup.run(arguments).objects.last)
        let sheet = try PNG.decode(FileReader.bytes(of: semisup.folder + "/views.png"))
        #expect(object["width"] == .integer(sheet.width) && sheet.width == 4 * 16 + 3 * 2)
        // A line of 16 pixels above each clip and above each row.
        #expect(sheet.height == 2 * (16 + 3 * (16 + 16 + 2) + 6) - 8)
        #expect(try semisup.run(arguments).status == 73)
    }
}
