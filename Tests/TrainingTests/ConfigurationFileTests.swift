import Files
import TestSupport
import Testing
import Training

private let schema = ConfigurationSchema.training

private func resolve(yaml: String) throws -> Configuration {
    let folder = try TemporaryFolder()
    return try schema.resolve([.file(try folder.file("run.yaml", yaml))])
}

@Suite struct ConfigurationFileTests {
    @Test func sectionsAndDottedNamesMeanTheSame() throws {
        let configuration = try resolve(
            yaml: """
                # A comment.
                method: fixmatch
                labels: 1%
                optimizer:
                  learningRate: 0.1
                  nesterov: false
                backbone: r3d10
                backbone.width: 0.25
                checkpoint: {keep: 3}
                schedule:
                split: ~
                """)
        #expect(configuration[OptimizerOptions.self].learningRate == 0.1 && !configuration[OptimizerOptions.self].nesterov)
        #expect(configuration[BackboneOptions.self].name == "r3d10" && configuration[BackboneOptions.self].width == 0.25)
        #expect(configuration[CheckpointOptions.self].keep == 3 && configuration[RunOptions.self].split == nil)
    }

    @Test(arguments: ["", "# nothing\n", "---\n"])
    func anEmptyFileChangesNothing(text: String) throws {
        #expect(try resolve(yaml: text).differences(from: schema.resolve([])).isEmpty)
    }

    @Test func anAliasStandsForItsValue() throws {
        #expect(try resolve(yaml: "epochs: &n 7\nsteps: *n\n")[RunOptions.self].steps == 7)
    }

    @Test(arguments: [
        ("- epochs\n", 1), ("epochs: [1, 2\n", 2), ("epochs: 1\nepochs: 2\n", 1), ("epochs: 1\n\tsteps: 2\n", 2),
        ("optimizer:\n  momentum: 0.5\noptimizer.momentum: 0.6\n", 3), ("seed: 1\n---\nseed: 2\n", 1), ("seed: *nobody\n", 1),
        ("seed: 1\nepochs: [[1]]\n", 2), ("just text\n", 1), ("? [a]\n: 1\n", 1),
    ])
    func malformedFilesAreNamedWithTheLine(text: String, line: Int) throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("run.yaml", text)
        let error = #expect(throws: ConfigurationError.self) { try schema.resolve([.file(path)]) }
        guard case .malformed(.file(path, let found), _) = error?.findings.first else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(abs(found - line) <= 1, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        "epochs: \"5\"\n", "epochs: [5]\n", "optimizer.momentum:\n", "nesterov: 1\n", "optimizer: 3\n", "epochs: {a: 1}\n",
    ])
    func valuesOfTheWrongFormAreRefused(text: String) {
        #expect(throws: ConfigurationError.self) { try resolve(yaml: text) }
    }

    @Test func aliasesOfAliasesEndInsteadOfFillingTheMemory() {
        var text = "a0: &a0 {k: 1, l: 2, m: 3, n: 4, o: 5, p: 6, q: 7, r: 8}\n"
        for level in 1...12 {
            let before = (0..<8).map { "k\($0): *a\(level - 1)" }.joined(separator: ", ")
            text += "a\(level): &a\(level) {\(before)}\n"
        }
        #expect(throws: ConfigurationError.self) { try resolve(yaml: text) }
    }

    @Test func deepNestingIsRefusedAndDoesNotCrash() {
        let text = String(repeating: "{a: ", count: 100_000) + "1" + String(repeating: "}", count: 100_000)
        #expect(throws: ConfigurationError.self) { try resolve(yaml: text) }
    }

    @Test func unreadableFilesAreErrorsOfTheFile() throws {
        let folder = try TemporaryFolder()
        #expect(throws: FileError.missing(path: folder("none.yaml"))) { try ConfigurationLayer.file(folder("none.yaml")) }
        #expect(throws: FileError.notAFile(path: folder.path)) { try ConfigurationLayer.file(folder.path) }
        try AtomicFile.write([0xFF, 0xFE, 0x00], to: folder("binary.yaml"))
        #expect(throws: FileError.self) { try ConfigurationLayer.file(folder("binary.yaml")) }
    }
}

@Suite struct TrainingConfigurationTests {
    @Test func defaultsAreThoseOfTheCommandsPage() throws {
        let configuration = try schema.resolve([])
        let expected: [(String, JSON)] = [
            ("optimizer.learningRate", .real(0.03)), ("optimizer.momentum", .real(0.9)), ("optimizer.weightDecay", .real(5e-4)),
            ("clip.length", .integer(8)), ("clip.stride", .integer(8)), ("clip.size", .integer(112)),
            ("batch.labeled", .integer(5)),
            ("batch.unlabeled", .integer(5)), ("batch.microbatches", .integer(1)), ("epochs", .integer(180)),
            ("workers", .integer(2)),
            ("threads", .integer(2)), ("checkpoint.everySteps", .integer(0)), ("checkpoint.everyMinutes", .real(5)),
            ("checkpoint.keep", .integer(2)), ("precision", .string("auto")), ("kernels", .string("auto")),
            ("method", .string("fixmatch")),
            ("labels", .string("1%")), ("data", .string("motions")), ("seed", .integer(0)), ("split", .null),
            ("augment.strong.operations", .integer(2)), ("augment.strong.magnitude", .integer(9)),
            ("evaluation.views", .string("1x1")),
        ]
        for (name, value) in expected { #expect(configuration[name]?.value == value, "\(name)") }
    }

    @Test(arguments: [
        "threads=0", "workers=0", "clip.length=0", "batch.labeled=0", "seed=-1", "epochs=-1", "optimizer.momentum=1",
        "backbone=r4d",
        "precision=f16", "kernels=sse", "backbone.width=0", "evaluation.views=10x2", "evaluation.views=x3",
        "evaluation.views=0x1",
        "ema.decay=1", "checkpoint.keep=0", "batch.microbatches=6", "augment.weak.smallestArea=0.9 ", "optimizer.momentum=0",
    ])
    func nonsenseIsRefused(argument: String) {
        #expect(throws: ConfigurationError.self) { try schema.resolve([.commandLine([argument])]) }
    }

    @Test func viewsAreClipsTimesCrops() throws {
        let views = try schema.resolve([.commandLine(["evaluation.views=10x3"])])[EvaluationOptions.self].views
        #expect(views.clips == 10 && views.crops == 3)
    }

    @Test func recommendationsOfMotionsAreAllowedValues() throws {
        let layer = try #require(ConfigurationLayer.recommendations(for: "motions"))
        let configuration = try schema.resolve([layer])
        #expect(configuration["clip.stride"]?.origin == .dataSet("motions"))
        #expect(ConfigurationLayer.recommendations(for: "/data/mine") == nil)
    }

    @Test(arguments: [([], 1800), (["epochs=3"], 30), (["steps=7"], 7), (["epochs=0", "steps=7"], 0)])
    func stepsDecideOverEpochsUnlessThereAreNone(arguments: [String], expected: Int) throws {
        #expect(try schema.resolve([.commandLine(arguments)])[RunOptions.self].stepCount(stepsPerEpoch: 10) == expected)
    }

    @Test func everyOptionHasHelpAndANameOfItsOwn() {
        let declarations = schema.declarations
        #expect(Set(declarations.map(\.name)).count == declarations.count)
        for option in declarations { #expect(option.help.hasSuffix(".") && option.help.count < 80, "\(option.name)") }
    }
}
