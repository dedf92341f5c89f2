import Datasets
import Files
import Foundation
import Networks
import Testing

/// Plugins as their authors and users meet them on the command line.
@Suite(.serialized) struct PluginCommandTests {
    private let semisup: CommandLineTool
    private let sketches: String

    init() throws {
        semisup = try CommandLineTool()
        sketches = try PluginFixtures.sketches.get()
        try makeMotions()
    }

    private func makeMotions() throws {
        let videos = "\(semisup.folder)/videos"
        try Motions.ensure(at: videos, count: Motions.Count(train: 20, test: 10))
    }

    private let small = [
        "--data", "videos/list.csv", "--labels", "1/class", "steps=4", "backbone=r3d10", "backbone.width=0.125",
        "clip.length=4", "clip.stride=4", "clip.size=32", "batch.labeled=2", "batch.unlabeled=3", "checkpoint.everySteps=1",
    ]

    private func train(_ arguments: String...) throws -> CommandLineTool.Outcome {
        try semisup.run(["train", "--plugin", sketches] + arguments + small)
    }

    /// Built outside the tree without a change to the kit: a queue, stages with fresh heads, a sampler with its places as tensors.
    @Test func theSketchesPassWhatEveryMethodMust() throws {
        let outcome = try semisup("plugin", "test", sketches)
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.split(separator: "\n").count { $0.hasPrefix("  ok") } == 45)
    }

    @Test(arguments: [
        ("gradient", "gradients agree with central differences"), ("state", "a resumed run ends as one that never stopped"),
    ])
    func theSuiteFindsWhatIsWrong(mistake: String, check: String) throws {
        let outcome = try semisup("plugin", "test", sketches, "--method", "misbehaving", "method.mistake=\(mistake)")
        #expect(outcome.status == 69)
        #expect(outcome.output.contains("FAILED \(check)"), "\(outcome.output)")
    }

    @Test func infoAndHelpShowWhatAPluginDeclaresWithoutLoadingIt() throws {
        let info = try semisup("plugin", "info", sketches)
        #expect(info.status == 0 && info.output.contains("method.queue=32") && info.output.contains("fits this semisup"))
        let help = try semisup.run(["train", "--help"], environment: ["SEMISUP_PLUGINS": sketches])
        #expect(help.output.contains("METHOD staged-sketch: Clusters, then labels"))
        let listed = try semisup.run(["plugin", "list", "--json"], environment: ["SEMISUP_PLUGINS": sketches]).objects
        #expect(listed.contains { $0["plugin"]?.stringValue == "queue-sketch" && $0["fits"] == .boolean(true) })
    }

    @Test func aPluginTrainsResumesAndIsEvaluatedWithoutItself() throws {
        let trained = try train("--method", "staged-sketch", "--out", "run", "--json")
        let result = try #require(try trained.objects.last)
        #expect(trained.status == 0 && result["scores"]?["clips"]?.realValue == 10)
        let record = try JSON(contentsOf: semisup.folder + "/run/run.json")
        #expect(record["versions"]?["plugin"]?.stringValue?.hasPrefix("queue-sketch 0.0.1 sha256:") ?? false)
        let again = try semisup("train", "--resume", "--out", "run")
        #expect(again.status == 73 && again.errors.contains("run: is finished"), "\(again.errors)")
        #expect(try semisup("evaluate", "run").status == 0)
    }

    /// A backbone that is pre-trained is scored by a probe, and handed on without the classifier that took no part.
    @Test func aMethodThatPreTrainsHandsItsBackboneOn() throws {
        let trained = try train("--method", "pretraining-sketch", "--out", "run", "--json")
        let result = try #require(try trained.objects.last, "\(trained.errors)")
        #expect(result["probe"]?["labeledClips"] == .integer(10) && result["testClips"] == .integer(10))
        let unasked = try semisup("evaluate", "run")
        #expect(unasked.status == 64 && unasked.errors.contains("--probe linear or --retrieval"), "\(unasked.errors)")
        #expect(try semisup("predict", "run", "videos/list.csv").status == 64)
        let evaluated = try #require(try semisup("evaluate", "run", "--probe", "linear", "--retrieval", "--json").objects.last)
        for key in ["accuracyTop1", "accuracyTop1Interval", "accuracyTop5", "probe", "weightsDigest"] {
            #expect(evaluated[key] == result[key], "\(key)")
        }
        let recall = try #require(evaluated["recall"]?.objectValue)
        #expect(recall.map(\.key) == ["1", "5", "10", "20"] && evaluated["retrieval"]?["galleryClips"] == .integer(20))

        let onward = ["--data", "videos/list.csv", "--init", "run", "--json"] + small.dropFirst(2) + ["steps=0", "epochs=0"]
        let taken = try semisup.run(["train", "--method", "supervised", "--out", "next"] + onward)
        #expect(taken.status == 0 && taken.errors.contains("init.part=backbone"), "\(taken.errors)")
        #expect(try JSON(contentsOf: semisup.folder + "/next/run.json")["configuration"]?["init.part"] == .string("backbone"))
        let all = try semisup.run(["train", "--method", "supervised", "--out", "all", "init.part=all"] + onward)
        #expect(all.status == 78 && all.errors.contains("no classifier"), "\(all.errors)")
        let frozen = try train("--method", "pretraining-sketch", "--out", "frozen", "--freeze", "backbone")
        #expect(frozen.status == 78 && frozen.errors.contains("trains nothing but that"), "\(frozen.errors)")

        for (format, name) in [("safetensors", "a.safetensors"), ("onnx", "a.onnx")] {
            let exported = try semisup("models", "export", "run", "--format", format, "--out", name)
            #expect(exported.status == 0, "\(exported.errors)")
        }
        let file = try SafetensorsFile(opening: semisup.folder + "/a.safetensors").contents()
        #expect(file.metadata["part"] == "backbone" && !file.tensors.contains { $0.name.hasPrefix("fc.") })
        #expect(try semisup("models", "info", "a.onnx").output.contains("features [N, 64]"))
        let again = try semisup.run(
            ["train", "--method", "supervised", "--out", "again"] + onward.map { $0 == "run" ? "a.safetensors" : $0 })
        #expect(again.status == 0 && again.errors.contains("init.part=backbone"), "\(again.errors)")
    }

    @Test(arguments: [
        ("initializer", Int32(69), "plugin queue-sketch: failed when it was made: a mistake on purpose"),
        ("views", 69, "failed in its view plan: view labeled.other: refers to nowhere"),
        ("testList", 69, "it asked for the test list in training"),
        ("sampler", 69, "in its views: view labeled: its sampler drew windows of [3] frames in a video of 32, and had said [4]"),
        ("stages", 69, "its stage main moves a network nobody, and it has classifier"),
        ("evaluated", 69, "failed when it was made: the network that is evaluated is not the one that backbone= names"),
        ("replaced", 69, "failed when an epoch began: it has replaced the network that is evaluated"),
        ("losses", 69, "plugin queue-sketch: failed in its losses: a mistake on purpose"),
        ("shape", 69, "failed in its losses: the loss supervised has the shape [2], expected one number"),
        ("notANumber", 65, "the loss strange is not finite at step 2 (labeled: "),
    ])
    func aMethodThatFailsEndsTheRunWithItsName(mistake: String, status: Int32, message: String) throws {
        let outcome = try train("--method", "misbehaving", "--out", "run", "method.mistake=\(mistake)")
        #expect(outcome.status == status && outcome.errors.contains(message), "\(outcome.errors)")
        let hasBegun = ["losses", "shape", "notANumber"].contains(mistake)
        #expect(FileManager.default.fileExists(atPath: semisup.folder + "/run/checkpoints/step-00000002.safetensors") == hasBegun)
    }

    @Test func aStepThatIsNoNumberIsSkippedWhereThePolicySaysSo() throws {
        let skipping = ["nonFinite.policy=skip-step", "nonFinite.limit=1"]
        let once = try train(
            "--method", "misbehaving", "--out", "once", "method.mistake=once", skipping[0], skipping[1], "checkpoint.keep=9")
        #expect(
            once.status == 0 && once.errors.contains("skipped step 2 (1 of at most 1): the loss strange is not finite at step 2"))
        let lines = try FileReader.text(of: semisup.folder + "/once/metrics.jsonl").split(separator: "\n")
        #expect(lines.count == 4 && lines[2] == #"{"step":2,"skipped":"the loss strange"}"#, "\(lines)")
        // What the step had begun with is back, in the head that was made anew too, and that learns on.
        let heads = try [2, 3, 4].map { step in
            let file = "\(semisup.folder)/once/checkpoints/step-0000000\(step).safetensors"
            return try SafetensorsFile(opening: file).tensor("network.head.weight")
        }
        #expect(heads[0] == heads[1] && heads[1] != heads[2])
        let always = try train(
            "--method", "misbehaving", "--out", "always", "method.mistake=notANumber", skipping[0], skipping[1])
        #expect(always.status == 65 && always.errors.contains("the loss strange is not finite at step 3"), "\(always.errors)")
    }

    /// The signal comes in the middle of step 2, of which nothing is left.
    @Test func aStepThatTakesTooLongIsLeftAndItsBeginningIsSaved() throws {
        let expected = try train("--method", "misbehaving", "--out", "whole")
        let running = try semisup.start(
            ["train", "--plugin", sketches, "--method", "misbehaving", "--out", "run", "method.mistake=slow"] + small
                + ["checkpoint.everySteps=0", "checkpoint.graceSeconds=0"])
        let metrics = semisup.folder + "/run/metrics.jsonl"
        while running.process.isRunning, (try? FileReader.text(of: metrics))?.split(separator: "\n").count != 2 { usleep(1000) }
        Thread.sleep(forTimeInterval: 0.3)
        let begin = ContinuousClock.now
        running.process.terminate()
        let outcome = try running.outcome()
        #expect(outcome.status == 75 && begin.duration(to: .now) < .seconds(0.7), "\(outcome.errors)")
        #expect(outcome.errors.contains("stopped after step 2; go on with"), "\(outcome.errors)")
        #expect(try JSON(contentsOf: semisup.folder + "/run/run.json")["state"] == .string("stopped"))
        let rest = try semisup("train", "--resume", "--out", "run", "--json")
        #expect(expected.status == 0 && rest.status == 0, "\(rest.errors)")
        let digest = try JSON(contentsOf: semisup.folder + "/whole/run.json")["result"]?["weightsDigest"]
        #expect(try rest.objects.last?["weightsDigest"] == digest)
        #expect(try FileReader.text(of: metrics) == FileReader.text(of: semisup.folder + "/whole/metrics.jsonl"))
    }

    @Test func aCrashNamesThePluginAndKeepsTheCheckpoint() throws {
        let outcome = try train("--method", "misbehaving", "--out", "run", "method.mistake=crash")
        #expect(outcome.status != 0 && outcome.errors.contains("plugin queue-sketch: crashed"))
        // That of step 2 may have been under way.
        let again = try semisup("train", "--resume", "--out", "run")
        #expect(
            again.errors.contains("going on after step 1") || again.errors.contains("going on after step 2"), "\(again.errors)")
    }

    @Test func aMovedPluginIsNamedOnceAndOneThatIsBuiltAnewIsRefused() throws {
        let file = semisup.folder + "/mine.so", moved = semisup.folder + "/moved.so"
        try FileManager.default.copyItem(atPath: sketches, toPath: file)
        let crashing = ["--plugin", "mine.so", "--method", "misbehaving", "--out", "run", "method.mistake=losses"]
        #expect(try semisup.run(["train"] + crashing + small).status == 69)
        #expect(rename(file, moved) == 0)
        let absent = try semisup("train", "--resume", "--out", "run")
        #expect(absent.status == 66 && absent.errors.contains("mine.so"), "\(absent.errors)")
        for arguments in [["--plugin", "moved.so"], []] {
            let again = try semisup.run(["train", "--resume", "--out", "run"] + arguments)
            #expect(again.status == 69 && again.errors.contains("a mistake on purpose"), "\(again.errors)")
        }
        try SealedPlugin(moved).rebuilt.write(to: moved)
        let other = try semisup("train", "--resume", "--out", "run")
        #expect(other.status == 78 && other.errors.contains("plugin was queue-sketch 0.0.1 sha256:"), "\(other.errors)")
    }

    @Test(arguments: [["--dry-run"], ["--out", "run"]])
    func aCrashBeforeTheFirstStepNamesThePlugin(arguments: [String]) throws {
        let crash = ["train", "--plugin", sketches, "--method", "misbehaving", "method.mistake=initializerCrash"]
        let outcome = try semisup.run(crash + arguments + small)
        #expect(outcome.status != 0 && outcome.errors.contains("plugin queue-sketch: crashed (\(sketches))"))
    }

    /// A signal may end a pass over the data; what was trained before it must not be lost with it.
    @Test func stagesAndEpochsThatPassOverDataBeginWithACheckpoint() throws {
        let settings = ["steps=6", "batch.unlabeled=10", "checkpoint.everySteps=0", "checkpoint.keep=9"]
        let trained = try semisup.run(
            ["train", "--plugin", sketches, "--method", "staged-sketch", "--out", "run"] + small + settings)
        #expect(trained.status == 0, "\(trained.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: semisup.folder + "/run/checkpoints")
        #expect([2, 3, 4, 6].map { "step-0000000\($0).json" } == names.filter { $0.hasSuffix(".json") }.sorted())
    }

    @Test func aDryRunBeginsTheFirstStage() throws {
        let outcome = try semisup.run(["train", "--plugin", sketches, "--method", "staged-sketch", "--dry-run"] + small)
        #expect(outcome.status == 0 && outcome.output.contains("a step"), "\(outcome.errors)")
    }

    @Test func placesWithoutAPluginAreNamed() throws {
        let absent = ["SEMISUP_PLUGINS": "nowhere"]
        let missing = try semisup.run(["train", "--method", "queue-sketch"], environment: absent)
        #expect(missing.status == 66 && missing.errors.contains("nowhere: there is no such plugin"))
        #expect(try semisup.run(["plugin", "list"], environment: absent).errors.contains("nowhere: there is nothing"))
        try AtomicFile.write("no library", to: semisup.folder + "/broken.so")
        let broken = try semisup.run(["train", "--method", "queue-sketch"], environment: ["SEMISUP_PLUGINS": "broken.so"])
        #expect(broken.status == 69 && broken.errors.contains("not read: ") && broken.errors.contains("broken.so: is no shared"))
    }

    @Test func theSameNameBesideANamedFileIsAnError() throws {
        try FileManager.default.copyItem(atPath: sketches, toPath: semisup.folder + "/copy.so")
        let places = ["SEMISUP_PLUGINS": semisup.folder + "/copy.so"]
        let outcome = try semisup.run(["train", "--plugin", sketches] + small, environment: places)
        #expect(outcome.status == 69 && outcome.errors.contains("two plugins are called queue-sketch: \(sketches) and "))
    }

    @Test(arguments: [("batch", Int32(64)), ("method", 64), ("training", 64), ("string", 64), ("swift", 64), ("cmpl", 69)])
    func namesThatWouldClashAreRefused(name: String, status: Int32) throws {
        #expect(try semisup("plugin", "new", name).status == status)
        #expect(!FileManager.default.fileExists(atPath: semisup.folder + "/" + name))
    }

    @Test func aValueThatNamesNoBackboneNamesItsOption() throws {
        let outcome = try semisup.run(["train", "--method", "cmpl", "method.auxiliaryBackbone=r3d81"] + small)
        #expect(outcome.status == 78 && outcome.errors.contains("method.auxiliaryBackbone=r3d81: there is no such backbone"))
        #expect(outcome.errors.contains("did you mean r3d18?"))
    }

    @Test func unknownMethodsAndOptionsNameTheNearest() throws {
        let method = try semisup.run(["train", "--method", "queue-sketsh"], environment: ["SEMISUP_PLUGINS": sketches])
        #expect(method.status == 69 && method.errors.contains("did you mean queue-sketch?"))
        let option = try train("--method", "queue-sketch", "method.queu=3")
        #expect(option.status == 78 && option.errors.contains("did you mean method.queue?"))
    }

    @Test func aNewPluginBuildsPassesAndTrainsAsItIs() throws {
        #expect(try semisup("plugin", "new", "my-idea").status == 0)
        #expect(try semisup("plugin", "new", "my-idea").status == 73)
        #expect(try semisup("plugin", "new", "My_Idea").status == 64)
        let source = try FileReader.text(of: semisup.folder + "/my-idea/Sources/MyIdea/MyIdea.swift")
        #expect((60...100).contains(source.split(separator: "\n", omittingEmptySubsequences: false).count))
        let built = try semisup("plugin", "build", "my-idea")
        #expect(built.output == semisup.folder + "/my-idea/my-idea.so\n", "\(built.errors)")
        let libraries = try FileManager.default.contentsOfDirectory(atPath: semisup.folder + "/my-idea").filter {
            $0.hasSuffix(".so")
        }
        #expect(libraries == ["my-idea.so"])
        #expect(try semisup("plugin", "info", "my-idea").output.contains("my-idea/my-idea.so"))
        let tested = try semisup("plugin", "test", "my-idea")
        #expect(tested.status == 0, "\(tested.output)")
        let trained = try semisup.run(["train", "--method", "my-idea", "--out", "run", "method.doubtWeight=0.2"] + small)
        #expect(trained.status == 0, "\(trained.errors)")
    }

    /// SwiftPM does not see such a change by itself: old code must not get the new kit's record.
    @Test func anotherBuildOfTheKitCompilesAPluginAnew() throws {
        let prefix = try PluginFixtures.installation(in: semisup.folder + "/prefix"),
            record = { (path: String) in
                try SealedPlugin(path).record
            }
        func build() throws -> JSON {
            let outcome = try semisup.run(["plugin", "build", "my-idea"], executable: prefix + "/bin/semisup")
            try #require(outcome.status == 0, "\(outcome.errors)")
            return try record(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        #expect(try semisup("plugin", "new", "my-idea").status == 0)
        let first = try build()
        // The compiler takes what follows a module's blocks for padding.
        let module = prefix + "/lib/semisup/modules/Augment.swiftmodule"
        try AtomicFile.write(try FileReader.bytes(of: module) + [0, 0, 0, 0], to: module)
        let second = try build()
        #expect(first["layout"] != second["layout"])
        let scratches = try FileManager.default.contentsOfDirectory(atPath: semisup.folder + "/my-idea/.build")
        #expect(scratches.count { $0.hasPrefix("kit-") } == 2)
        #expect(
            try semisup("plugin", "check", "my-idea/my-idea.so").errors.contains(
                "was built against another build of semisup's kit"))
    }

    @Test func buildingWhatIsNoPluginSaysWhy() throws {
        #expect(try semisup("plugin", "build", "nowhere").status == 66)
        let outcome = try semisup("plugin", "build", "videos")
        #expect(outcome.status == 65 && outcome.errors.contains("expected a folder with a Package.swift"))
    }
}
