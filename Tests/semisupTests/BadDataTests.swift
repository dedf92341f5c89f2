import Files
import Foundation
import Testing

/// What `train` and `evaluate` make of data that is not what it should be.
@Suite struct BadDataTests {
    private let videos: SmallVideos
    private var semisup: CommandLineTool { videos.semisup }

    init() throws { videos = try SmallVideos() }

    private func bytes(_ name: String) throws -> [UInt8] { try FileReader.bytes(of: "\(semisup.folder)/\(name)") }

    private func put(_ bytes: some Collection<UInt8>, _ name: String) throws {
        try AtomicFile.write(bytes, to: "\(semisup.folder)/\(name)")
    }

    @Test func damagedTrainingVideosAreReplacedCountedAndListed() throws {
        let whole = try bytes("videos/train/dark/dark0.mp4")
        try put([], "videos/train/dark/empty.mp4")
        try put(Array("a text".utf8), "videos/train/bright/text.mp4")
        try put(whole.prefix(whole.count / 3), "videos/train/dark/cut.mp4")
        let outcome = try videos.train(["--out", "run", "--json", "epochs=2"])
        #expect(outcome.status == 0 && outcome.errors.contains("damage.tsv"), "\(outcome.errors)")
        #expect(try outcome.objects.last?["damagedVideos"] == .integer(3))
        let table = try FileReader.text(of: semisup.folder + "/run/damage.tsv")
        for name in ["empty.mp4", "text.mp4", "cut.mp4"] { #expect(table.contains(name), "\(table)") }
    }

    @Test func damageOverTheLimitEndsTheRunAndNamesTheFiles() throws {
        for number in 0..<4 { try put([], "videos/train/dark/empty\(number).mp4") }
        let outcome = try videos.train(["--out", "run", "epochs=4"])
        #expect(outcome.status == 65 && outcome.errors.contains("4 of 20 video files are damaged"), "\(outcome.errors)")
        let table = try FileReader.text(of: semisup.folder + "/run/damage.tsv")
        for number in 0..<4 {
            #expect(outcome.errors.contains("empty\(number).mp4") && table.contains("empty\(number).mp4\trejected"))
        }
        let resumed = try semisup("train", "--resume", "--out", "run", "damage.files=4", "--json")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try resumed.objects.last?["damagedVideos"] == .integer(4))
    }

    @Test func noDamageIsToleratedWhereThePolicySaysSo() throws {
        try put([], "videos/train/dark/empty.mp4")
        let outcome = try videos.train(["--out", "run", "epochs=4", "damage.policy=error"])
        #expect(outcome.status == 65 && outcome.errors.contains("damage.policy=error allows none"), "\(outcome.errors)")
        let record = try JSON(contentsOf: semisup.folder + "/run/run.json")
        #expect(record["damage"]?["videos"] == .integer(1) && record["damage"]?["clips"]?["rejected"] == .integer(1))
    }

    @Test(arguments: ["error", "keep"]) func testVideosAreLeftOutWhateverThePolicy(_ policy: String) throws {
        try put(Array("a text".utf8), "videos/test/dark/text.mp4")
        let arguments = ["--out", "run", "--json", "epochs=0", "damage.policy=\(policy)"]
        let result = try #require(try videos.train(arguments).objects.last)
        #expect(result["testClips"] == .integer(4) && result["damagedTestClips"] == .integer(1))
        #expect(result["clipsRead"]?["ok"] == .integer(4) && result["clipsRead"]?["rejected"] == .integer(1))
    }

    @Test func damagedTestVideosAreLeftOutAndCounted() throws {
        try put(Array("a text".utf8), "videos/test/dark/text.mp4")
        let result = try #require(try videos.train(["--out", "run", "--json", "epochs=0"]).objects.last)
        #expect(result["testClips"] == .integer(4) && result["damagedTestClips"] == .integer(1))
    }

    @Test func aTestPartWithoutAReadableVideoIsAnErrorAndTheTrainedNetworkIsKept() throws {
        for name in ["bright/bright0", "bright/bright1", "dark/dark0", "dark/dark1"] { try put([], "videos/test/\(name).mp4") }
        let outcome = try videos.train(["--out", "run", "epochs=1", "damage.share=1"])
        #expect(outcome.status == 65 && outcome.errors.contains("none of the 4 videos"), "\(outcome.errors)")
        #expect(FileManager.default.fileExists(atPath: semisup.folder + "/run/checkpoints/step-00000003.safetensors"))
    }

    @Test func aClassWhoseLabelledVideosAreAllDamagedIsNamed() throws {
        for number in 0..<6 { try put([], "videos/train/dark/dark\(number).mp4") }
        let outcome = try videos.train(["--out", "run", "epochs=2", "damage.share=1"])
        #expect(outcome.errors.contains("class dark: none of its labelled clips could be read"), "\(outcome.errors)")
    }

    @Test func oneFileUnderTwoSpellingsAndTwoLabelsIsRefused() throws {
        let path = semisup.folder + "/videos/train/dark/dark0.mp4"
        try semisup.file(
            "list.csv", "video,label\nvideos/train/dark/dark0.mp4,dark\n\(path),bright\nvideos/train/dark/dark1.mp4,dark\n")
        let outcome = try semisup("train", "--data", "list.csv", "--labels", "all")
        #expect(outcome.status == 65 && outcome.errors.contains("dark, bright"), "\(outcome.errors)")
    }

    @Test func aSplitAndARateTogetherAreRefused() throws {
        try semisup.file("split.txt", "dark/dark0\nbright/bright0\n")
        let both = try videos.train(["--split", "split.txt", "--out", "run"])
        #expect(both.status == 78 && both.errors.contains("both choose the labelled clips"))
        let one = try semisup.run(
            ["train", "--data", "videos", "--split", "split.txt", "--out", "run", "--json", "epochs=0"] + SmallVideos.settings)
        #expect(try one.objects.last?["labels"] == .string("split.txt"))
    }

    @Test(arguments: [
        (["labels.pool=complement", "labels=all"], "needs unlabelled clips"),
        (["batch.unlabeled=0"], "batch.unlabeled"), (["epochs=9223372036854775807"], "epochs"), (["threads=0"], "threads"),
        (["backbone=r3d18-pooled", "clip.length=1"], "layer2.0.conv1.0 expects"),
    ])
    func valuesThatNothingCanBeTrainedWithStopBeforeAnyWork(settings: [String], says: String) throws {
        let fixed = SmallVideos.settings.filter { setting in
            !settings.contains { $0.prefix { $0 != "=" } == setting.prefix { $0 != "=" } }
        }
        let outcome = try semisup.run(["train", "--data", "videos", "--out", "run"] + fixed + settings)
        #expect(outcome.status == 78 && outcome.errors.contains(says), "\(outcome.status) \(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: semisup.folder + "/run"))
    }

    @Test func flexMatchTrainsWhereATestPartIsDrawn() throws {
        try FileManager.default.removeItem(atPath: semisup.folder + "/videos/test")
        let outcome = try semisup.run(
            ["train", "--data", "videos/train", "--labels", "1/class", "method.weighting=flexmatch", "epochs=2"]
                + ["method.confidenceThreshold=0.1"] + SmallVideos.settings)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test func theBestOnValidationIsMarkedAndTestClipsMarkNone() throws {
        let settings = ["--json", "epochs=2", "evaluation.everyEpochs=1"]
        #expect(try videos.train(["--out", "run"] + settings).status == 0)
        #expect(try FileReader.text(of: semisup.folder + "/run/metrics.jsonl").contains("test.accuracyTop1"))
        #expect(!FileManager.default.fileExists(atPath: semisup.folder + "/run/checkpoints/best.json"))
        let rows = ["train", "test"].flatMap { part in
            ["dark", "bright"].flatMap { name in
                (0..<(part == "train" ? 6 : 2)).map {
                    "videos/\(part)/\(name)/\(name)\($0).mp4,\(name),\(part == "train" && $0 > 4 ? "validation" : part)\n"
                }
            }
        }
        try semisup.file("list.csv", "video,label,split\n" + rows.joined())
        #expect(
            try semisup.run(
                ["train", "--data", "list.csv", "--labels", "2/class", "--out", "other"] + settings + SmallVideos.settings
            ).status == 0)
        #expect(try FileReader.text(of: semisup.folder + "/other/metrics.jsonl").contains("validation.accuracyTop1"))
        #expect(FileManager.default.fileExists(atPath: semisup.folder + "/other/checkpoints/best.json"))
        #expect(try semisup("evaluate", "other", "--best").status == 0)
        #expect(try semisup("evaluate", "run", "--best").status == 65)
    }

    @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
    func aFolderThatCannotBeWrittenEndsWith74() throws {
        try FileManager.default.createDirectory(atPath: semisup.folder + "/locked", withIntermediateDirectories: false)
        chmod(semisup.folder + "/locked", 0o555)
        let outcome = try videos.train(["--out", "locked/run", "epochs=0"])
        #expect(outcome.status == 74 && outcome.errors.contains("Permission denied"))
    }

    @Test func placesWhereNoRunCanBeAreNamed() throws {
        try semisup.file("file", "mine")
        let below = try videos.train(["--out", "file/run", "epochs=0"])
        #expect(below.status == 74 && below.errors.contains("Not a directory"), "\(below.errors)")
        #expect(try videos.train(["--out", ""]).status == 64)
        #expect(try videos.train(["--out", "missing/../run", "epochs=0"]).status == 0)
        #expect(try videos.object("run/run.json")["state"] == .string("finished"))
    }

    /// Where standard output is closed, the next file opened would get its number, and the result.
    @Test func closedStandardStreamsHarmNoFile() throws {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        let command = ["-c", "exec \"$0\" \"$@\" <&- >&- 2>&-", try CommandLineTool.executable]
        shell.arguments = command + SmallVideos.arguments(["--json", "--out", "run", "epochs=1"])
        shell.currentDirectoryURL = URL(fileURLWithPath: semisup.folder)
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0)
        let lines = try FileReader.text(of: semisup.folder + "/run/metrics.jsonl").split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("{\"step\":") }, "\(lines)")
    }
}
