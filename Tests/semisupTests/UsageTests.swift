import Testing

/// What a person gets who asks for help, or mistypes.
@Suite struct UsageTests {
    private let semisup: CommandLineTool

    init() throws { semisup = try CommandLineTool() }

    @Test func helpListsTheCommandsAndAnExample() throws {
        let help = try semisup("--help")
        #expect(help.status == 0 && help.errors.isEmpty)
        #expect(help.output.contains("Example: semisup train --labels 1%"))
        for command in ["train", "evaluate", "predict", "sweep", "data", "models", "bench", "doctor"] {
            #expect(help.output.contains("\n  \(command) "), "\(command)")
        }
        #expect(try semisup().output == help.output)
    }

    @Test(arguments: [
        ["train"], ["evaluate"], ["predict"], ["data", "make"], ["data", "describe"], ["data", "show"],
        ["data", "split", "draw"],
        ["data", "split", "import"], ["data", "split", "check"], ["models", "list"], ["bench"], ["doctor"],
        ["sweep", "run"], ["sweep", "status"], ["sweep", "report"], ["sweep", "retry"], ["sweep", "collect"],
    ])
    func everyCommandHasAnExampleAndJSON(command: [String]) throws {
        let help = try semisup.run(command + ["--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("semisup \(command.joined(separator: " ")) ") && help.output.contains("Example"))
        #expect(help.output.contains("--json"))
    }

    @Test func trainHelpEndsWithTheTableOfSettings() throws {
        let help = try semisup("train", "--help").output
        for text in ["clip.length=8", "optimizer.learningRate=0.03", "method.confidenceThreshold=0.95", "METHOD supervised"] {
            #expect(help.contains(text), "\(text)")
        }
        #expect(try semisup("help", "train").output == help)
    }

    @Test(arguments: [
        (["trian"], "there is no command trian; did you mean train?"),
        (["data", "spilt"], "semisup data: there is no command spilt; did you mean split?"),
        (["data", "split", "darw"], "did you mean draw?"),
        (["train", "--lables", "1%"], "Did you mean '--labels'?"),
        (["bench", "gem"], "gemm"),
        (["bench"], "<benchmark>"),
        (["bench", "loader"], "at least one video file"),
        (["bench", "vectors"], "bench vectors needs at least one video file"),
        (["bench", "memory"], "bench memory needs at least one video file"),
        (["bench", "tokenizer"], "bench tokenizer needs at least one text file"),
        (["data", "make", "motion"], "did you mean motions?"),
        (["data", "show", "motions", "--clips", "0"], "--clips 0"),
        (["data", "describe"], "<data>"),
        (["data", "split", "draw", "x", "--labels", "1%", "--unit", "film"], "film"),
        (["data", "split", "check"], "name a list"),
        (["data", "split", "import", "mine", "--videos", "v", "--test", "t", "--out", "o"], "--train"),
        (["doctor", "now"], "now"),
        (["sweep", "runn"], "did you mean run?"),
        (["sweep", "run", "a.yaml", "--jobs", "0"], "--jobs 0"),
        (["sweep", "run", "a.yaml", "--sbatch=--time=1"], "--executor slurm"),
        (["train", "--resume"], "--out"),
        (["predict", "run"], "<file> ..."),
        (["predict", "run", "a.mp4", "--top", "0"], "--top 0"),
        (["train", "--labels", "0"], "no clip would be labelled"),
        (["train", "--labels", "5"], "5%"),
        (["train", "--labels", "many"], "1%"),
        (["train", "--labels=-1%"], "negative"),
        (["train", "--labels", ""], "--labels is empty"),
    ])
    func mistakesOfUsageEndWith64(arguments: [String], says: String) throws {
        let outcome = try semisup.run(arguments)
        #expect(outcome.status == 64 && outcome.output.isEmpty)
        #expect(outcome.errors.lowercased().hasPrefix("error:") && outcome.errors.contains(says), "\(outcome.errors)")
    }

    @Test func versionIsPrinted() throws {
        #expect(try semisup("--version").output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }

    @Test func aFullDiskBehindStandardOutputEndsWith74() throws {
        let outcome = try semisup.run(["models", "list"], standardOutput: "/dev/full")
        #expect(outcome.status == 74 && outcome.errors.contains("No space left"))
    }

    @Test func withoutLibavTheCommandsSayWhatToInstall() throws {
        for name in ["libavutil.so.57", "libcrypto.so.3"] { try semisup.file("libraries/\(name)", "no library") }
        let outcome = try semisup.run(["models", "list"], environment: ["LD_LIBRARY_PATH": semisup.folder + "/libraries"])
        #expect(outcome.status == 69 && outcome.errors.contains("libavcodec-dev"), "\(outcome.status) \(outcome.errors)")
    }

    @Test func errorsCarryNoColourWhereNothingIsATerminal() throws {
        #expect(try !semisup("trian").errors.contains("\u{1B}"))
    }
}
