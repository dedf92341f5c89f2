import Files
import TestSupport
import Testing
import Training

/// Every kind of value that an option can have.
private struct EveryKind: ConfigurationGroup {
    enum Shape: String, ConfigurationChoice { case round, square }

    var flag = false
    var count = 3
    var ratio = 0.5
    var name = "one"
    var shape = Shape.round
    var limit: Int?
    var file: String?
    var stages = [1, 2]

    static let options: [ConfigurationOption<Self>] = [
        .init("flag", \.flag, help: "A flag."),
        .init("method.count", \.count, in: 1...9, unit: "pieces", help: "A count."),
        .init("method.ratio", \.ratio, in: 0..<1, help: "A ratio."),
        .init("method.name", \.name, oneOf: ["one", "two"], help: "A name."),
        .init("method.shape", \.shape, help: "A shape."),
        .init("method.limit", \.limit, help: "A limit."),
        .init("method.file", \.file, help: "A file."),
        .init("method.stages", \.stages, help: "Some stages.", changesResults: false),
    ]

    var conflicts: [String] { flag && count == 9 ? ["flag and method.count=9 do not go together"] : [] }
}

private let schema = ConfigurationSchema([EveryKind.self])

private func findings(_ layers: ConfigurationLayer..., schema: ConfigurationSchema = schema) -> [ConfigurationFinding] {
    do throws(ConfigurationError) {
        _ = try schema.resolve(layers)
        return []
    } catch {
        return error.findings
    }
}

@Suite struct ConfigurationValueTests {
    @Test func commandLineSetsEveryKindOfValue() throws {
        let layer = ConfigurationLayer.commandLine([
            "flag=true", "method.count=7", "method.ratio=5e-2", "method.name=two", "method.shape=square", "method.limit=-4",
            "method.file=a=b", "method.stages=4,5,6",
        ])
        let values = try schema.resolve([layer])[EveryKind.self]
        #expect(values.flag && values.count == 7 && values.ratio == 0.05 && values.name == "two" && values.shape == .square)
        #expect(values.limit == -4 && values.file == "a=b" && values.stages == [4, 5, 6])
    }

    @Test func noneMakesAnOptionalEmptyAgain() throws {
        let values = try schema.resolve([.commandLine(["method.limit=4"]), .commandLine(["method.limit=none"])])[EveryKind.self]
        #expect(values.limit == nil)
    }

    @Test(arguments: [
        "flag=yes", "method.count=2.0", "method.count=", "method.ratio=half", "method.ratio=nan", "method.ratio=inf",
        "method.shape=oval", "method.limit=4.5", "method.stages=1,,2", "method.stages=1,b", "method.file=",
    ])
    func valueOfTheWrongTypeIsRefused(argument: String) {
        let found = findings(.commandLine([argument]))
        guard case .wrongType(let key, _, _, .commandLine) = found.first else {
            Issue.record("\(argument) gave \(found)")
            return
        }
        #expect(argument.hasPrefix(key + "=") && found.count == 1)
    }

    @Test(arguments: ["method.count=0", "method.count=10", "method.ratio=1", "method.ratio=-0.1", "method.name=three"])
    func valueOutOfRangeIsRefused(argument: String) {
        let found = findings(.commandLine([argument]))
        guard case .outOfRange = found.first else {
            Issue.record("\(argument) gave \(found)")
            return
        }
        #expect(found.count == 1)
    }

    @Test func valuesThatDoNotFitTogetherAreRefused() {
        #expect(
            findings(.commandLine(["flag=true", "method.count=9"])) == [
                .conflict(reason: "flag and method.count=9 do not go together")
            ])
    }

    @Test func theRecordOfARunReadsBackAsTheSameConfiguration() throws {
        let original = try schema.resolve([
            .commandLine(["method.ratio=0.1", "method.limit=8", "method.stages=", "method.name=two"])
        ])
        let document = try JSON(parsing: Array(original.json.serialized().utf8))
        let again = try schema.resolve([.recorded(document, path: "runs/a")])
        #expect(again.differences(from: original).isEmpty && again.digest == original.digest)
        #expect(again["method.ratio"]?.origin == .run(path: "runs/a"))
    }

    @Test func aRecordThatIsNoObjectOfValuesIsRefused() {
        #expect(findings(.recorded(.array([]), path: "runs/a")).count == 1)
        #expect(findings(.recorded(.object([("flag", .object([]))]), path: "runs/a")).count == 1)
    }
}

@Suite struct ConfigurationPrecedenceTests {
    @Test func laterLayersWinAndEveryValueKnowsItsOrigin() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("a.yaml", "method.count: 5\nmethod.ratio: 0.25\n")
        let recommended = ConfigurationLayer.dataSet(
            "motions", recommends: [("method.count", .text("4")), ("method.name", .text("two"))])
        let configuration = try schema.resolve([recommended, .file(path), .commandLine(["method.ratio=0.75"])])
        let values = configuration[EveryKind.self]
        #expect(values.count == 5 && values.ratio == 0.75 && values.name == "two" && values.shape == .round)
        #expect(configuration["method.count"]?.origin == .file(path: path, line: 1))
        #expect(configuration["method.ratio"]?.origin == .commandLine)
        #expect(configuration["method.name"]?.origin.description == "data set motions")
        #expect(configuration["method.shape"]?.origin.description == "default")
    }

    @Test func theLastOfTwoArgumentsWins() throws {
        #expect(try schema.resolve([.commandLine(["method.count=5", "method.count=6"])])[EveryKind.self].count == 6)
    }

    @Test func flagsAreOptionsLikeAnyOther() throws {
        let layer = ConfigurationLayer.commandLine([], flags: [("method.name", "two")])
        #expect(try schema.resolve([layer])[EveryKind.self].name == "two")
        #expect(ConfigurationLayer.text(of: "method.name", in: [layer, .commandLine([])]) == "two")
        #expect(ConfigurationLayer.text(of: "method.shape", in: [layer]) == nil)
    }

    @Test func aDataSetMayRecommendWhatTheMethodDoesNotHave() {
        #expect(findings(.dataSet("motions", recommends: [("method.threshold", .text("1"))])) == [])
        #expect(findings(.dataSet("motions", recommends: [("metod.threshold", .text("1"))])).count == 1)
    }
}

@Suite struct ConfigurationMessageTests {
    @Test func allMistakesAreReportedTogether() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("a.yaml", "method:\n  count: many\n  shap: round\n")
        let error = #expect(throws: ConfigurationError.self) {
            try schema.resolve([.file(path), .commandLine(["method.ratio=2", "flag", "=3"])])
        }
        #expect(
            error?.findings == [
                .wrongType(key: "method.count", found: "many", expected: "a whole number", origin: .file(path: path, line: 2)),
                .unknownKey(key: "method.shap", origin: .file(path: path, line: 3), nearest: "method.shape"),
                .notAnAssignment(argument: "flag"), .notAnAssignment(argument: "=3"),
                .outOfRange(key: "method.ratio", found: "2", allowed: "0 to below 1", origin: .commandLine),
            ])
        #expect(error?.exitCode == .configuration)
        #expect(
            error?.description.hasPrefix("the configuration has 5 mistakes:\n  \(path):2: method.count is many; expected") == true
        )
    }

    @Test func oneMistakeIsOneSentence() {
        let error = #expect(throws: ConfigurationError.self) { try schema.resolve([.commandLine(["method.cuont=3"])]) }
        #expect(error?.description == "command line: there is no option method.cuont; did you mean method.count?")
    }

    @Test(arguments: [
        ("optimizer.learnigRate", "optimizer.learningRate"), ("learningrate", "optimizer.learningRate"),
        ("lenght", "clip.length"),
        ("epoch", "epochs"), ("Seed", "seed"), ("batch.labelled", "batch.labeled"), ("ema", "ema.decay"),
    ])
    func theNearestNameIsWhatWasMeant(written: String, meant: String) {
        #expect(NearestName.to(written, among: ConfigurationSchema.training.declarations.map(\.name)) == meant)
    }

    @Test func helpShowsNameDefaultRangeUnitAndMeaning() {
        let line = schema.helpTable.split(separator: "\n").first { $0.contains("method.count") }
        #expect(
            line?.contains("method.count=3") == true && line?.contains("1 to 9 (pieces)") == true
                && line?.hasSuffix("A count.") == true)
    }

    @Test func thePrintedConfigurationIsAFileThatReadsBack() throws {
        let original = try schema.resolve([.commandLine(["method.file=a: #b \"c\"", "method.stages=7", "flag=true"])])
        let folder = try TemporaryFolder()
        let again = try schema.resolve([.file(try folder.file("a.yaml", original.yaml))])
        #expect(again.differences(from: original).isEmpty)
        #expect(original.yaml.contains("flag: true") && original.yaml.contains("# command line"))
    }

    @Test(arguments: ["true", "007", "1e3", "null", "none", "a", "-", "x-1", "~", "1%", "4/class"])
    func printedTextsStayTexts(text: String) throws {
        let original = try schema.resolve([.recorded(.object([("method.file", .string(text))]), path: "runs/a")])
        let folder = try TemporaryFolder()
        #expect(try schema.resolve([.file(try folder.file("a.yaml", original.yaml))])[EveryKind.self].file == text)
    }

    @Test func jsonHoldsValueAndOrigin() throws {
        let json = try schema.resolve([.commandLine(["method.count=4"])]).jsonWithOrigins
        #expect(json["method.count"]?["value"] == .integer(4) && json["method.count"]?["origin"] == .string("command line"))
    }
}

@Suite struct ConfigurationComparisonTests {
    @Test func differencesNameTheOptionAndBothValues() throws {
        let old = try schema.resolve([])
        let new = try schema.resolve([.commandLine(["method.count=4", "method.stages=1"])])
        let differences = new.differences(from: old)
        #expect(differences.map(\.description) == ["method.count: 3, now 4", "method.stages: 1,2, now 1"])
        #expect(differences.map(\.changesResults) == [true, false])
    }

    @Test func digestIsThatOfWhatChangesResults() throws {
        let plain = try schema.resolve([]).digest
        #expect(try schema.resolve([.commandLine(["method.stages=1"])]).digest == plain)
        #expect(try schema.resolve([.commandLine(["method.count=4"])]).digest != plain)
    }

    @Test func optionsOfAnotherMethodAreDifferencesToo() throws {
        let old = try ConfigurationSchema.training.adding([EveryKindUnderOtherNames.self]).resolve([])
        let new = try ConfigurationSchema.training.resolve([])
        #expect(new.differences(from: old).map(\.name) == ["method.other"])
    }
}

private struct EveryKindUnderOtherNames: ConfigurationGroup {
    var other = 1
    static let options: [ConfigurationOption<Self>] = [.init("method.other", \.other, help: "Another.")]
}
