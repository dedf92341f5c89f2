import Datasets
import Foundation
import Networks
import Tensor
import TestSupport
import Testing
import Training
import XDC

/// XDC on small videos with sound: rounds, targets, orders, and what it cannot train on.
@Suite struct XDCTests {
    /// Twenty clips of `motions`, whose sound follows the picture.
    private static let videos: Result<DataSet, any Error> = Result {
        let folder = FileManager.default.temporaryDirectory.path + "/semisup-xdc-\(getpid())"
        try Motions.ensure(at: folder, count: Motions.Count(train: 20, test: 10))
        return try DataSet.open(folder + "/list.csv")
    }

    private func plan(_ settings: String..., steps: Int = 4, data: DataSet? = nil) throws -> TrainingPlan {
        let fixed = [
            "steps=\(steps)", "backbone=r3d10", "backbone.width=0.125", "clip.length=4", "clip.stride=4", "clip.size=32",
            "batch.labeled=2", "batch.unlabeled=5", "labels=2/class", "checkpoint.everyMinutes=0", "precision=f32",
            "method.clusters=4", "method.soundWidth=0.125", "method.soundDepth=0.5",
        ]
        let catalogue = MethodCatalogue([XDC.self])
        let configuration = try Configuration.training(
            flags: [("method", "xdc")], settings: fixed + settings, methods: catalogue)
        return try TrainingPlan(configuration: configuration, dataSet: try data ?? Self.videos.get(), methods: catalogue)
    }

    /// A method whose first round has begun.
    private func begun(_ plan: TrainingPlan) throws -> XDC {
        try Engine.start(plan.engine)
        let method = try #require(try plan.makeMethod() as? XDC)
        let data = try RunData(plan, access: VideoAccess(workers: 2))
        try method.willStartEpoch(EpochContext(epoch: 0, step: 0, totalSteps: plan.totalSteps, data: data))
        return method
    }

    /// By mistake the run would train all the same with a side's own clusters (card, pitfalls).
    @Test(arguments: ["xdc", "sdc", "mdc", "cdc"])
    func eachEncoderLearnsTheClustersOfItsVariant(variant: String) throws {
        let method = try begun(plan("method.variant=\(variant)")), samples = Array(0..<20)
        func clusters(_ clustering: Modality) throws -> [Int] {
            let table = try #require(method.round.tables[clustering])
            return try samples.map { try #require(table[$0]) }
        }
        let expected: (video: [Modality], sound: [Modality]) =
            switch variant {
            case "xdc": ([.sound], [.video])
            case "sdc": ([.video], [.sound])
            case "mdc": ([.video, .sound], [.sound, .video])
            default: ([.joint], [.joint])
            }
        #expect(try method.clusters(of: samples, for: method.video) == expected.video.map(clusters))
        #expect(try method.clusters(of: samples, for: method.sound) == expected.sound.map(clusters))
        if variant != "cdc" { #expect(try clusters(.video) != clusters(.sound)) }
    }

    /// By the clusters that the side itself learns, of two kinds the other side's.
    @Test(arguments: [
        ("xdc", Modality.sound, Modality.video), ("sdc", .video, .sound), ("mdc", .sound, .video), ("cdc", .joint, .joint),
    ])
    func everyClusterIsShownEquallyOften(variant: String, video: Modality, sound: Modality) throws {
        let method = try begun(plan("method.variant=\(variant)"))
        for (side, target) in [("video", video), ("sound", sound)] {
            let table = try #require(method.round.tables[target]), order = try #require(method.round.orders[side])
            let counts = Dictionary(order.compactMap { table[$0] }.map { ($0, 1) }, uniquingKeysWith: +)
            #expect(order.count == 20 && Set(counts.keys) == Set(table.samples.compactMap { table[$0] }))
            #expect((counts.values.max() ?? 0) <= 20 / counts.count + 1)
            #expect(method.views.streams.first { $0.name == side }?.source == .sequence(order))
        }
        #expect(method.round.orders["sound"] != method.round.orders["video"])
    }

    @Test func withoutBalanceBothSidesSeeAllClipsOnce() throws {
        let method = try begun(plan("method.balance=none"))
        #expect(method.views.streams.count == 1 && method.round.orders["clips"]?.sorted() == Array(0..<20))
    }

    /// Two groups that differ in one of 64 values, by as much as twelve deviations of the others.
    @Test func clipsOutnumberTheComponentsTheyAreClusteredBy() throws {
        let count = 40, width = 64
        let noise = HashValues("noise").uniform(count * width, -1, 1)
        let values = noise.enumerated().map { place, value in
            Float(value + (place % width == 5 && place / width % 2 == 0 ? 7 : 0))
        }
        let features = Tensor(values, shape: [count, width]), kMeans = KMeans(clusters: 2)
        let found = try ClusteringSettings(components: nil, kMeans: kMeans).clustering(
            of: features, .video, RandomKey(seed: 1, purpose: .epoch))
        let groups = (0..<count).map { found.assignments[$0] == found.assignments[$0 % 2] }
        #expect(found.centroids.shape == [2, 5] && groups.count(where: \.self) >= 38, "\(found.assignments)")
        let all = try ClusteringSettings(components: count - 1, kMeans: kMeans).rows(of: features)
        let products = all.matrixProduct(all.permuted([1, 0])).values(as: Double.self)
        #expect(
            products.enumerated().allSatisfy { place, product in
                abs(product - (place / count == place % count ? 1 : -1 / Double(count - 1))) < 1e-3
            }, "as many components as there can be put all rows of length 1 equally far apart")
    }

    /// A hum adds the same to its bands throughout a clip, and a clip that is louder altogether to all.
    @Test(arguments: [("clip", true), ("training", false)])
    func whatOnlySoundsOnIsNotHeardBesideTheMeanOfTheClip(mean: String, isUnheard: Bool) throws {
        let method = try begun(plan("method.soundMean=\(mean)"))
        let pictures = hashClips("pictures", [2, 1, 40, 100], .float32), hum = hashClips("hum", [2, 1, 40, 1], .float32) * 3
        let (plain, humming) = (method.standardized(pictures), method.standardized(pictures + hum))
        let difference = relativeDifference(humming.values(as: Double.self), plain.values(as: Double.self))
        #expect(isUnheard ? difference < 1e-5 : difference > 1e-3)
    }

    @Test func headsAreFreshInEveryRoundAndEncodersGoOn() throws {
        let method = try begun(plan()), sides = [method.video, method.sound]
        let clusters = method.round.tables
        let heads = sides.map(\.heads), backbones = sides.map(\.backbone), statistics = backbones.map(Self.statistics)
        let data = try RunData(plan(), access: VideoAccess(workers: 2))
        try method.willStartEpoch(EpochContext(epoch: 1, step: 4, totalSteps: 8, data: data))
        #expect(method.round.number == 2)
        // Of the same features, from other first centroids.
        for modality in [Modality.video, .sound] { #expect(method.round.tables[modality] != clusters[modality]) }
        for (side, old) in sides.enumerated() {
            let fresh = old.heads, weights = fresh.parts[0].weight.value.values(as: Double.self)
            #expect(fresh !== heads[side] && weights != heads[side].parts[0].weight.value.values(as: Double.self))
            #expect(fresh.parts[0].bias?.value.values(as: Float.self).allSatisfy { $0 == 0 } == true)
            let deviation = (weights.reduce(0) { $0 + $1 * $1 } / Double(weights.count)).squareRoot()
            #expect(abs(deviation - 0.01) < 0.002, "N(0, 0.01), \(weights.count) weights")
            #expect(
                old.backbone === backbones[side] && Self.statistics(of: old.backbone) == statistics[side], "a pass learns nothing"
            )
        }
    }

    private static func statistics(of backbone: any Backbone) -> [[Double]] {
        backbone.namedStatistics.flatMap {
            [$0.statistics.values.mean, $0.statistics.values.variance].map { $0.map { Double($0) } }
        }
    }

    /// Over all training clips each band has mean 0 and deviation 1.
    @Test func soundsAreStandardizedOverTheTrainingClips() throws {
        let plan = try plan(), method = try begun(plan), data = try RunData(plan, access: VideoAccess(workers: 2))
        let epoch = EpochContext(epoch: 0, step: 0, totalSteps: 4, data: data)
        let view = ViewRequest(name: "sound", kind: .logMel(.init()), source: epoch.plainView.source)
        var bands = [[Double]](repeating: [], count: 40)
        try epoch.pass(over: .training, views: [view]) { batch in
            let values = method.standardized(batch["sound"]).values(as: Double.self), columns = values.count / batch.count / 40
            for (place, value) in values.enumerated() { bands[place / columns % 40].append(value) }
        }
        for band in bands {
            let mean = band.reduce(0, +) / Double(band.count), square = band.reduce(0) { $0 + $1 * $1 } / Double(band.count)
            #expect(abs(mean) < 1e-3 && abs(square - 1) < 1e-3)
        }
    }

    @Test func roundsAreAsLongAsIsAsked() throws {
        let plan = try plan("method.epochsPerRound=3", "method.epochDecay=0.5"), method = try begun(plan)
        let data = try RunData(plan, access: VideoAccess(workers: 2)), table = method.round.tables[.sound]
        let order = method.round.orders["video"]
        try method.willStartEpoch(EpochContext(epoch: 1, step: 4, totalSteps: 8, data: data))
        #expect(method.round.number == 1 && method.round.tables[.sound] == table && method.round.orders["video"] != order)
        #expect(method.networks.members.allSatisfy { $0.learningRateFactor == 0.5 })
        try method.willStartEpoch(EpochContext(epoch: 2, step: 8, totalSteps: 16, data: data))
        #expect(method.networks.members.allSatisfy { $0.learningRateFactor == 0.25 })
        try method.willStartEpoch(EpochContext(epoch: 3, step: 12, totalSteps: 16, data: data))
        #expect(method.round.number == 2 && method.networks.members.allSatisfy { $0.learningRateFactor == 1 })
    }

    @Test func moreClustersThanClipsAreRefused() throws {
        #expect(throws: XDCError.tooManyClusters(clusters: 21, clips: 20, areAll: true)) {
            _ = try plan("method.clusters=21").makeMethod()
        }
    }

    @Test(arguments: [0, 2]) func featuresThatCannotBeClusteredAreNamed(components: Int) {
        let settings = ClusteringSettings(components: components, kMeans: KMeans(clusters: 2))
        let key = RandomKey(seed: 1, purpose: .epoch), equal = Tensor([Float](repeating: 1, count: 18), shape: [6, 3])
        #expect(throws: XDCError.cannotBeClustered(.sound, .constantFeatures(rows: 6))) {
            _ = try settings.clustering(of: equal, .sound, key)
        }
        let diverged = Tensor([0, 1, 2, 3, .nan, 5] as [Float], shape: [3, 2])
        #expect(throws: XDCError.cannotBeClustered(.video, .unusableValue(what: "features", row: 2))) {
            _ = try settings.clustering(of: diverged, .video, key)
        }
    }

    @Test func clipsWithoutSoundAreLeftOutAndCounted() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../Reference/media/",
            names = ["closed-gop.mp4", "no-b.mp4", "six-channels.mp4", "two-sounds.mkv", "pyramid.mkv"]
        let samples = names.enumerated().map { VideoSample(index: $0, path: folder + $1, name: "a/\($1)", label: 0) }
        func data(_ samples: [VideoSample]) -> DataSet {
            DataSet(
                name: "sounds", root: folder, train: VideoList(part: .train, samples: samples, classes: ClassList(["a"])),
                test: VideoList(part: .test, samples: samples, classes: ClassList(["a"])))
        }
        let mixed = try begun(plan("method.clusters=2", "labels=all", data: data(samples)))
        #expect(mixed.round.tables[.sound]?.samples == [0, 2, 3])
        #expect(throws: XDCError.tooManyClusters(clusters: 4, clips: 3, areAll: false)) {
            _ = try begun(plan("labels=all", data: data(samples)))
        }
        #expect(throws: XDCError.noSound(clips: 2)) {
            _ = try begun(plan("method.clusters=2", "labels=all", data: data([samples[1], samples[4]])))
        }
    }

    /// Stopped in the middle of a round: the same bits as a run that never was.
    @Test func aResumedRunEndsAsOneThatNeverStopped() throws {
        try withTemporaryFolder { folder in
            func run(_ name: String, stop: Int? = nil) throws -> TrainingRun {
                let run = try TrainingRun(plan(steps: 10), out: "\(folder)/\(name)", observer: Silent())
                run.stopsAfterStep = stop
                return run
            }
            let whole = try run("whole").run()
            #expect(throws: Interrupted.self) { _ = try run("stopped", stop: 6).run() }
            let rest = try TrainingRun(resuming: "\(folder)/stopped", plan(steps: 10), observer: Silent()).run()
            #expect(rest.weightsDigest == whole.weightsDigest)
            let metrics = try ["whole", "stopped"].map {
                try String(contentsOfFile: "\(folder)/\($0)/metrics.jsonl", encoding: .utf8)
            }
            #expect(metrics[0] == metrics[1] && metrics[0].contains("clusters.sound.agreementWithClasses"))
        }
    }
}

private final class Silent: TrainingObserver {
    func note(_ text: String) {}
}
