import Datasets
import Files
import Foundation
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
        #expect(outcome.output.split(separator: "\n").count { $0.hasPrefix("  ok") } == 36)
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
        #expect(try semisup("train", "--resume", "--out", "run").status == 0)
        #expect(try semisup("evaluate", "run").status == 0)
    }

    @Test(arguments: [
        ("initializer", Int32(69), "plugin queue-sketch: failed when it was made: a mistake on purpose"),
        ("views", 69, "failed in its view plan: view labeled.other: refers to nowhere"),
        ("testList", 69, "it asked for the test list in training"),
        ("losses", 69, "plugin queue-sketch: failed in its losses: a mistake on purpose"),
        ("notANumber", 65, "the loss strange is not finite at step 2 (labeled: "),
    ])
    func aMethodThatFailsEndsTheRunWithItsName(mistake: String, status: Int32, message: String) throws {
        let outcome = try train("--method", "misbehaving", "--out", "run", "method.mistake=\(mistake)")
        #expect(outcome.status == status && outcome.errors.contains(message), "\(outcome.errors)")
        let hasBegun = status == 65 || mistake == "losses"
        #expect(FileManager.default.fileExists(atPath: semisup.folder + "/run/checkpoints/step-00000002.safetensors") == hasBegun)
    }

    @Test func aCrashNamesThePluginAndKeepsTheCheckpoint() throws {
        let outcome = try train("--method", "misbehaving", "--out", "run", "method.mistake=crash")
        #expect(outcome.status != 0 && outcome.errors.contains("plugin queue-sketch: crashed"))
        #expect(FileManager.default.fileExists(atPath: semisup.folder + "/run/checkpoints/step-00000002.safetensors"))
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
        let tested = try semisup("plugin", "test", "my-idea/my-idea.so")
        #expect(tested.status == 0, "\(tested.output)")
        let trained = try semisup.run(["train", "--method", "my-idea", "--out", "run", "method.doubtWeight=0.2"] + small)
        #expect(trained.status == 0, "\(trained.errors)")
    }

    @Test func buildingWhatIsNoPluginSaysWhy() throws {
        #expect(try semisup("plugin", "build", "nowhere").status == 66)
        let outcome = try semisup("plugin", "build", "videos")
        #expect(outcome.status == 65 && outcome.errors.contains("expected a folder with a Package.swift"))
    }
}
