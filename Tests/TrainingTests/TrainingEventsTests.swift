import Augment
import Datasets
import Files
import Foundation
import Media
import Networks
import Synchronization
import Tensor
import TestSupport
import Testing
import Training

/// What real runs tell TensorBoard.
@Suite(.serialized) struct TrainingEventsTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    private func folder() -> String { temporary(UUID().uuidString) }

    /// The numbers in a file of JSON lines by name and step.
    private func numbers(_ path: String) throws -> [String: [Int: Float]] {
        var found: [String: [Int: Float]] = [:]
        for line in try FileReader.text(of: path).split(separator: "\n") {
            let members = try #require(try JSON(parsing: Array(line.utf8)).objectValue)
            let step = try #require(members.first?.value.integerValue)
            for (name, value) in members.dropFirst() {
                if let value = value.realValue { found[name, default: [:]][step] = Float(value) }
            }
        }
        return found
    }

    /// What the events of a run have to hold, without the scores at its end.
    private func expected(_ run: String) throws -> [String: [Int: Float]] {
        let metrics = try numbers(run + "/metrics.jsonl").map { name, values in
            switch name {
            case "loss": ("loss/total", values)
            case "loss.supervised", "loss.unlabeled": ("loss/" + name.dropFirst(5), values)
            case "test.accuracyTop1", "test.accuracyTop5": ("test/" + name.dropFirst(5), values)
            default: ("train/" + name, values)
            }
        }
        let timings = try numbers(run + "/timings.jsonl").map { ("time/" + $0.key, $0.value) }
        return Dictionary(uniqueKeysWithValues: metrics + timings)
    }

    private func pictures(_ run: String) throws -> [(step: Int, tag: String, picture: PixelClip)] {
        try EventReader.paths(in: run).flatMap { try EventReader($0).events }.flatMap { event in
            try event.pictures.map { shown in
                let picture = try PNG.decode(shown.png)
                #expect((shown.height, shown.width) == (picture.height, picture.width))
                return (event.step, shown.tag, picture)
            }
        }
    }

    @Test func theyAreTheMetricsAndTheScoresAtTheEnd() throws {
        let plan = try plan("evaluation.everyEpochs=1", "batch.unlabeled=10")
        let outcome = try TrainingRun(plan, out: folder(), observer: Silent()).run(), test = try #require(outcome.test)
        var expected = try expected(outcome.run)
        for tag in ["loss/supervised", "loss/unlabeled", "train/learningRate", "train/gradientNorm", "train/keptRatio"] {
            #expect(expected[tag]?.keys.sorted() == [0, 1, 2, 3], "\(tag)")
        }
        #expect(expected["test/accuracyTop1"]?.keys.sorted() == [1] && expected["time/seconds"]?.count == 4)
        for (name, value) in [
            ("accuracyTop1", test.accuracy(top: 1)), ("accuracyTop5", test.accuracy(top: 5)),
            ("meanClassAccuracy", test.meanClassAccuracy),
        ] {
            expected["test/\(name)", default: [:]][3] = Float(try #require(value))
        }
        #expect(try EventReader.scalars(ofRun: outcome.run) == expected)

        let shown = try pictures(outcome.run)
        #expect(shown.map(\.tag) == ["views/clips", "test/confusion"] && shown.map(\.step) == [0, 3])
        #expect(shown[1].picture == test.confusionPicture)
    }

    @Test func ofARunThatWentOnEveryStepIsLeftOnce() throws {
        let plan = try plan("evaluation.everyEpochs=1", "batch.unlabeled=10", "checkpoint.keep=9")
        let run = folder()
        do {
            let stopped = try TrainingRun(plan, out: run, observer: Silent())
            stopped.stopsAfterStep = 3
            #expect(throws: Interrupted.self) { try stopped.run() }
        }
        // As if the process had been killed after step 3, the last checkpoint being that of step 2.
        for name in ["step-00000003.json", "step-00000003.safetensors"] {
            try FileManager.default.removeItem(atPath: run + "/checkpoints/" + name)
        }
        let outcome = try TrainingRun(resuming: run, plan, observer: Silent()).run()
        let files = try EventReader.paths(in: run).map { try EventReader($0).events }
        try #require(files.count == 2 && files.allSatisfy { $0.first?.version == "brain.Event:2" })
        #expect(files[0].allSatisfy { !$0.isStart } && files[1][1].isStart && files[1][1].step == 2)
        #expect(Set(files[1].flatMap(\.scalars).map(\.tag)).isSuperset(of: ["loss/total", "test/accuracyTop1"]))

        var found = try EventReader.scalars(ofRun: run)
        let end = Float(try #require(outcome.test?.accuracy(top: 1)))
        #expect(found["test/accuracyTop1"]?.removeValue(forKey: 3) == end)
        #expect(found["test/accuracyTop5"]?.removeValue(forKey: 3) != nil)
        #expect(found.removeValue(forKey: "test/meanClassAccuracy")?.count == 1)
        #expect(try found == expected(run))
        #expect(try pictures(run).map(\.tag) == ["views/clips", "test/confusion"], "views are shown by the first process alone")
    }

    /// Sees views of all kinds, then others.
    private final class Watching: Method {
        static let manifest = MethodManifest(name: "watching", summary: "Sees views of all kinds", paper: "none")
        /// The clips that it saw first.
        static let first = Mutex<[Float]>([])

        let views: ViewPlan, stages: [TrainingStage]
        private let network: VideoClassifier

        init(_ setup: MethodSetup) throws {
            network = setup.networks.classifier()
            let kinds: [(String, ViewRequest.Kind)] = [
                ("gradient", .temporalGradient), ("vectors", .motionVectors(.init(cellSide: 8))),
                ("residual", .residual(.oneStep)),
                ("blocks", .blocks(cellSide: 4)), ("mel", .logMel(.init(absence: .silent))),
                ("wave", .waveform(.init(absence: .silent))),
            ]
            let others = kinds.map { ViewRequest(name: $0, kind: $1, source: .aligned(with: "clip"), absence: .invalid) }
            let levels = ViewRequest(name: "levels", values: .levels, source: .view("clip"))
            views = ViewPlan([setup.standardViews.labeledStream(and: others + [levels])])
            let plain = ViewPlan([setup.standardViews.labeledStream(), setup.standardViews.unlabeledStream()])
            stages = [TrainingStage("all"), TrainingStage("plain", views: plain)]
        }

        var networks: NetworkSet { NetworkSet(network) }

        func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
            let clips = batch["labeled"]["clip"]
            if step.step == 0 {
                Self.first.withLock { $0 = clips.permuted([0, 2, 3, 4, 1]).values(as: Float.self) }
            }
            let loss = crossEntropy(logits: network(clips, step.training), targets: batch["labeled"].labels).mean()
            return [LossTerm("total", loss), LossTerm("a.b", loss)]
        }
    }

    @Test func theFirstClipsOfEachStageAreShownAsTheMethodSeesThem() throws {
        let schema = ConfigurationSchema.training(of: Watching.self)
        let settings = [
            "steps=4", "backbone=r3d10", "backbone.width=0.125", "clip.length=10", "clip.stride=1", "clip.size=64",
            "batch.labeled=3", "batch.unlabeled=1", "labels=2/class", "precision=f32",
        ]
        let plan = try TrainingPlan(
            configuration: schema.resolve([.commandLine(settings, flags: [("method", "watching")])]), dataSet: smallMotions.get(),
            methods: MethodCatalogue([Watching.self]))
        let run = try TrainingRun(plan, out: folder(), observer: Silent()).run().run
        let shown = try pictures(run).filter { $0.tag == "views/clips" }
        #expect(shown.map(\.step) == [0, 2])

        // Eight of ten frames, with two columns between them, below two lines of letters of 16 rows each.
        let picture = shown[0].picture, side = 64, values = Watching.first.withLock { $0 }
        #expect(picture.width == 8 * (side + 2) - 2)
        var difference: Float = 0
        let normalization = ChannelNormalization.imageNet
        for (column, frame) in [0, 1, 2, 3, 5, 6, 7, 8].enumerated() {
            for place in 0..<side * side * 3 {
                let (row, rest) = place.quotientAndRemainder(dividingBy: side * 3), channel = place % 3
                let level =
                    values[frame * side * side * 3 + place] * normalization.standardDeviation[channel]
                    + normalization.mean[channel]
                let drawn = picture.pixels[(32 + row) * picture.width * 3 + column * (side + 2) * 3 + rest]
                difference = max(difference, abs(Float(drawn) - level))
            }
        }
        #expect(difference < 0.51)

        // Two clips of three, each with nine rows and ten lines of letters: blocks take two rows of 16, sound one of 40 and one of 41.
        let rows = 4 * side + 8 + 2 * 16 + 40 + 41 + 10 * 16
        #expect((2 * rows...2 * rows + 50).contains(picture.height), "\(picture.height)")

        let scalars = try EventReader.scalars(ofRun: run)
        #expect(scalars["loss/a.b"]?.count == 4 && scalars["train/loss.total"]?.count == 4)
        #expect(scalars["loss/total"]?[0].map { abs($0 - 2 * (scalars["loss/a.b"]?[0] ?? 0)) < 1e-5 } == true)
    }
}
