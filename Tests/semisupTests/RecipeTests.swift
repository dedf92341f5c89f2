import Datasets
import Files
import Networks
import TestSupport
import Testing

/// The recipes of the methods: complete, with the settings of the methods' cards, for every published row that a method has.
@Suite struct RecipeTests {
    private let semisup: CommandLineTool

    init() throws { semisup = try CommandLineTool() }

    /// What the cards say, for a step of one of the publication's eight GPUs: data, labelled clips, backbone, clips of each stream in a
    /// step, epochs, and the share of warm-up.
    private static let settings:
        [(recipe: String, data: String, labels: String, backbone: String, clips: Int, epochs: Int, warmup: Double)] =
            [
                ("fixmatch ucf101-1%", "UCF-101", "1%", "slowonly50", 5, 180, 30 / 180),
                ("fixmatch ucf101-5%", "UCF-101", "ucf101-videossl-5", "r3d18-pooled", 5, 180, 30 / 180),
                ("fixmatch ucf101-10%", "UCF-101", "ucf101-videossl-10", "slowonly50", 5, 180, 30 / 180),
                ("fixmatch hmdb51-40%", "hmdb51.csv", "hmdb51-videossl-40", "r3d18-pooled", 5, 360, 60 / 360),
                ("fixmatch k400-1%", "kinetics400", "k400-videossl-1", "slowonly50", 8, 45, 10 / 45),
                ("fixmatch k400-10%", "kinetics400", "k400-videossl-10", "slowonly50", 8, 90, 15 / 90),
                ("fixmatch k100-5%", "kinetics100", "5%", "r3d18-pooled", 8, 90, 15 / 90),
                ("cmpl ucf101-1%", "UCF-101", "1%", "slowonly50", 5, 200, 1 / 6),
                ("cmpl ucf101-10%", "UCF-101", "ucf101-videossl-10", "slowonly50", 5, 200, 1 / 6),
                ("cmpl k400-1%", "kinetics400", "k400-videossl-1", "slowonly50", 5, 200, 1 / 6),
                ("cmpl k400-10%", "kinetics400", "k400-videossl-10", "slowonly50", 5, 200, 1 / 6),
                ("temporal-gradient ucf101-5%", "UCF-101", "ucf101-videossl-5", "r3d18-pooled", 5, 180, 30 / 180),
                ("temporal-gradient ucf101-10%", "UCF-101", "ucf101-videossl-10", "r3d18-pooled", 5, 180, 30 / 180),
                ("temporal-gradient ucf101-20%", "UCF-101", "ucf101-videossl-20", "r3d18-pooled", 5, 180, 30 / 180),
                ("temporal-gradient ucf101-50%", "UCF-101", "ucf101-videossl-50", "r3d18-pooled", 5, 180, 30 / 180),
                ("temporal-gradient hmdb51-40%", "hmdb51.csv", "hmdb51-videossl-40", "r3d18-pooled", 5, 360, 60 / 360),
                ("temporal-gradient hmdb51-50%", "hmdb51.csv", "hmdb51-videossl-50", "r3d18-pooled", 5, 360, 60 / 360),
                ("temporal-gradient hmdb51-60%", "hmdb51.csv", "hmdb51-videossl-60", "r3d18-pooled", 5, 360, 60 / 360),
                ("temporal-gradient k400-1%", "kinetics400", "k400-videossl-1", "r3d18-pooled", 8, 45, 10 / 45),
                ("temporal-gradient k400-10%", "kinetics400", "k400-videossl-10", "r3d18-pooled", 8, 90, 15 / 90),
            ]

    /// What all recipes of a method share; what all methods share is under the empty name.
    private static let common: [String: [String: String]] = [
        "": [
            "clip.length": "8", "clip.stride": "8", "clip.size": "224", "evaluation.views": "10x3", "evaluation.everyEpochs": "0",
            "optimizer": "sgd", "optimizer.learningRate": "0.025", "optimizer.momentum": "0.9", "optimizer.nesterov": "false",
            "optimizer.weightDecay": "0.0001", "schedule.kind": "cosine", "backbone.width": "1.0", "backbone.dropout": "0.5",
            "ema.decay": "0.0", "labels.pool": "all", "seed": "0", "steps": "0", "augment.strong.operations": "2",
            "augment.strong.magnitude": "9", "augment.weak.smallestArea": "0.08",
        ],
        "fixmatch": [
            "method.confidenceThreshold": "0.3", "method.unlabeledWeight": "1.0", "method.forward": "joint",
            "optimizer.clipNorm": "40.0", "method.producer": "student",
        ],
        "cmpl": ["method.confidenceThreshold": "0.8", "method.unlabeledWeight": "1.0", "method.auxiliaryWidth": "0.25"],
        "temporal-gradient": [
            "method.confidenceThreshold": "0.3", "method.unlabeledWeight": "0.5", "method.labeledWeight": "0.5",
            "optimizer.clipNorm": "40.0", "method.alignmentWeight": "1.0", "method.contrastWeight": "1.0",
            "method.contrastTemperature": "0.5",
        ],
    ]

    /// The cells of a recipe, each with its configuration.
    private func printed(_ recipe: Recipe) throws -> [JSON] {
        let outcome = try semisup("sweep", "run", recipe.path, "--print-config", "--json")
        #expect(outcome.status == 0, "\(recipe.testDescription): \(outcome.errors)")
        return try outcome.objects
    }

    private func text(_ configuration: JSON, _ option: String) -> String {
        switch configuration[option]?["value"] {
        case .string(let text)?: text
        case let value?: value.serialized()
        case nil: "no such option"
        }
    }

    @Test func recipesPrintTheSettingsOfTheirCards() throws {
        let recipes = try Recipe.all()
        #expect(recipes.map(\.testDescription).sorted() == Self.settings.map(\.recipe).sorted())
        for recipe in recipes {
            let expected = try #require(Self.settings.first { $0.recipe == recipe.testDescription })
            let cells = try printed(recipe), found = try #require(cells.first?["configuration"])
            var options = (Self.common[""] ?? [:]).merging(Self.common[recipe.method] ?? [:]) { $1 }
            options["method"] = recipe.method
            options["data"] = expected.data
            options[expected.labels.hasSuffix("%") ? "labels" : "split"] = expected.labels
            options["backbone"] = expected.backbone
            options["batch.labeled"] = "\(expected.clips)"
            options["batch.unlabeled"] = "\(expected.clips)"
            options["epochs"] = "\(expected.epochs)"
            if recipe.method == "temporal-gradient" {
                options["method.statisticsBatches"] = recipe.dataSet == "hmdb51" ? "120" : "200"
            }
            for (option, value) in options { #expect(text(found, option) == value, "\(recipe.testDescription): \(option)") }
            // CMPL warms its labels up alone.
            for option in ["method.warmupShare"] + (recipe.method == "cmpl" ? [] : ["schedule.warmupShare"]) {
                let share = try #require(Double(text(found, option)))
                #expect(abs(share - expected.warmup) < 1e-6, "\(recipe.testDescription): \(option)")
            }
            // The protocol's rule: three seeds where labels are few.
            #expect(cells.count == (["1%", "5%", "10%"].contains(recipe.rate) ? 3 : 1), "\(recipe.testDescription)")
        }
    }

    @Test func theirPublishedNumbersAreThoseOfTheirMethodDataSetAndRate() throws {
        let results = try PublishedResults.shipped()
        for recipe in try Recipe.all() {
            let entries = try recipe.results.map { try results.entry(named: $0) }
            #expect(!entries.isEmpty)
            for entry in entries {
                #expect(entry.method == recipe.method && entry.dataSet == recipe.dataSet && entry.rate == recipe.rate)
            }
            for cell in try printed(recipe) {
                #expect(cell["published"]?.arrayValue?.map { $0["percent"]?.realValue } == entries.map(\.accuracyTop1))
            }
            // Another rate must not have this number beside it.
            let option = try recipe.base.contains("split:") ? "split=ucf101-split1-train" : "labels=7%"
            let other = try semisup("sweep", "run", recipe.path, option, "--print-config", "--json").objects
            #expect(other.allSatisfy { $0["published"] == .array([]) }, "\(recipe.testDescription)")
        }
    }

    /// Published rows of our methods without a recipe: their backbone is not in the catalogue.
    private static let exceptions: Set<String> = ["k400-supervised-1%", "k400-supervised-5%", "k400-fixmatch-tsm-r18-5%"]

    @Test func everyPublishedRowOfAMethodHasARecipeOrAReason() throws {
        let recipes = try Recipe.all(), results = try PublishedResults.shipped()
        let methods = ["supervised"] + Recipe.folders.keys
        let rows = results.entries.filter { methods.contains($0.method) }
        let named = Set(try recipes.flatMap { try $0.results })
        #expect(named.isDisjoint(with: Self.exceptions))
        #expect(Set(rows.map(\.name)) == named.union(Self.exceptions))
        #expect(rows.filter { Self.exceptions.contains($0.name) }.allSatisfy { $0.backbone == "TSM-R18" })
        #expect(!BackboneCatalogue.entries.contains { $0.name.contains("tsm") })
    }

    /// A folder of the official clips, as it is unpacked; the files are empty and never opened.
    @Test func ucf101AsDownloadedNeedsNothingElse() throws {
        let videos = try TemporaryFolder(inMemory: true)
        try unpack(["ucf101-split1-train", "ucf101-split1-test"], into: videos, "UCF-101")
        for (recipe, labels) in ["fixmatch ucf101-1%": 101, "cmpl ucf101-10%": 953, "temporal-gradient ucf101-5%": 476] {
            let outcome = try estimate(recipe, "data=\(videos.path)/UCF-101")
            #expect(
                outcome.status == 0 && outcome.errors.contains("is ucf101, read by its official split 1"), "\(outcome.errors)")
            #expect(try counts(outcome) == [labels, 9537, 3783])
        }
    }

    @Test func hmdb51TakesTheCommandThatItsRecipesName() throws {
        let videos = try TemporaryFolder(inMemory: true)
        try unpack(["hmdb51-videossl-pool", "hmdb51-split1-test"], into: videos, "HMDB51")
        let folder = "\(videos.path)/HMDB51"
        let direct = try estimate("fixmatch hmdb51-40%", "data=\(folder)")
        #expect(direct.status == 65 && direct.errors.contains("1666 in neither left out (--extras train"), "\(direct.errors)")
        let imported = try semisup(
            "data", "split", "import", "hmdb51", "--videos", folder, "--extras", "train", "--out", "hmdb51.csv")
        #expect(imported.status == 0, "\(imported.errors)")
        for (recipe, labels) in ["fixmatch hmdb51-40%": 2094, "temporal-gradient hmdb51-60%": 3141] {
            #expect(try counts(estimate(recipe)) == [labels, 5236, 1530])
        }
    }

    private func unpack(_ lists: [String], into videos: TemporaryFolder, _ folder: String) throws {
        let catalogue = try SplitCatalogue.shipped()
        for list in lists {
            for clip in try catalogue.list(catalogue.entry(named: list)).clips { try videos.file("\(folder)/\(clip.name).avi") }
        }
    }

    /// A dry run of a recipe with a network that takes no time.
    private func estimate(_ recipe: String, _ settings: String...) throws -> CommandLineTool.Outcome {
        try semisup.file("base.yaml", try #require(Recipe.all().first { $0.testDescription == recipe }).base)
        let small = [
            "backbone=r3d10", "backbone.width=0.125", "clip.size=32", "clip.length=4", "batch.labeled=2", "batch.unlabeled=2",
        ]
        return try semisup.run(["train", "--config", "base.yaml", "--dry-run", "--json"] + small + settings)
    }

    private func counts(_ outcome: CommandLineTool.Outcome) throws -> [Int?] {
        let estimate = try #require(try outcome.objects.first, "\(outcome.errors)")
        return ["labeledClips", "unlabeledClips", "testClips"].map { estimate[$0]?.integerValue }
    }
}

extension PublishedResults {
    fileprivate static func shipped() throws -> PublishedResults {
        try PublishedResults(folder: SplitCatalogue.shipped().root + "/published-results")
    }
}

extension SplitCatalogue {
    fileprivate static func shipped() throws -> SplitCatalogue {
        try SplitCatalogue(root: CommandLineTool.repository + "/splits")
    }
}
