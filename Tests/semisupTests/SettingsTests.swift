import Files
import Testing

/// `key=value`, `--config` and `--print-config`.
@Suite struct SettingsTests {
    private let semisup: CommandLineTool

    init() throws { semisup = try CommandLineTool() }

    @Test func printConfigNamesTheOriginOfEveryValue() throws {
        try semisup.file("run.yaml", "optimizer:\n  momentum: 0.8\nepochs: 7\n")
        let outcome = try semisup(
            "train", "--print-config", "--config", "run.yaml", "--seed", "3", "epochs=9", "clip.size=96")
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        func line(_ name: String) -> String { lines.first { $0[0] == "\(name):" }.map { $0.joined(separator: " ") } ?? "none" }
        #expect(line("optimizer.momentum") == "optimizer.momentum: 0.8 # run.yaml:2")
        #expect(line("epochs") == "epochs: 9 # command line")
        #expect(line("clip.size") == "clip.size: 96 # command line")
        #expect(line("seed") == "seed: 3 # command line")
        #expect(line("backbone") == "backbone: r3d10 # data set motions" || line("backbone").hasSuffix("# data set motions"))
        #expect(line("optimizer.clipNorm") == "optimizer.clipNorm: 0.0 # default")
    }

    @Test func printConfigIsAFileThatReadsBack() throws {
        try semisup.file("all.yaml", try semisup("train", "--print-config", "epochs=3", "--data", "videos").output)
        let again = try semisup("train", "--print-config", "--json", "--config", "all.yaml").objects
        #expect(again.count == 1 && again[0]["epochs"]?["value"] == .integer(3))
        #expect(again[0]["data"]?["value"]?.stringValue == "videos")
        #expect(again[0]["epochs"]?["origin"]?.stringValue?.hasPrefix("all.yaml:") == true)
    }

    @Test(arguments: [
        (["epocks=3"], 78, "did you mean epochs?"),
        (["learnigRate=3"], 78, "did you mean optimizer.learningRate?"),
        (["threads=0"], 78, "1 to 1024"),
        (["clip.size=big"], 78, "expected a whole number"),
        (["backbone=resnet"], 78, "r3d18"),
        (["epochs"], 78, "expected key=value"),
        (["--seed", "x"], 78, "seed is x"),
        (["--method", "supervised", "method.confidenceThreshold=0.5"], 78, "method.confidenceThreshold"),
        (["--config", "nothing.yaml"], 66, "nothing.yaml"),
        (["--method", "fixmatsh"], 69, "did you mean fixmatch?"),
        (["--data", "motoins"], 66, "did you mean motions?"),
        (["--data", "./motions"], 66, "./motions"),
    ])
    func mistakesStopBeforeAnyWork(arguments: [String], status: Int32, says: String) throws {
        let outcome = try semisup.run(["train"] + arguments)
        #expect(outcome.status == status && outcome.output.isEmpty)
        #expect(outcome.errors.contains(says), "\(outcome.errors)")
    }

    @Test func allMistakesAreToldAtOnce() throws {
        let errors = try semisup("train", "epocks=1", "threads=0").errors
        #expect(errors.contains("epocks") && errors.contains("threads"))
    }
}
