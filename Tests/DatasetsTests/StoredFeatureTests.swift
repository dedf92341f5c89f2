import Augment
import Datasets
import Tensor
import Testing

/// Vectors of frames that were computed before, as views of a batch. No file is opened for them.
@Suite struct StoredFeatureTests {
    /// Sample n has n + 1 frames of two values, a second apart.
    private struct Frames: FeatureSource {
        var width = 2
        var missing: Set<Int> = []

        struct Missing: Error, CustomStringConvertible { var description: String { "clip.safetensors: there is no such file" } }

        func features(of sample: VideoSample) throws -> FrameFeatures {
            if missing.contains(sample.index) { throw Missing() }
            let count = sample.index + 1, values = (0..<count * width).map { Float(100 * sample.index + $0) }
            return FrameFeatures(featureCount: width, values: values, times: (0..<count).map { Double($0) })
        }
    }

    private let list = VideoList(
        part: .train,
        samples: (0..<4).map {
            VideoSample(index: $0, path: "/nowhere/\($0)", name: "\($0)", label: $0 % 2, span: 0...Double($0))
        }, classes: ClassList(["a", "b"]))
    private let view = ViewRequest(name: "frames", kind: .stored(.init(features: 2, length: 3)), source: .stored)

    private func batch(
        of source: StreamRequest.Source = .sequence([0, 1, 2, 3]), _ features: (any FeatureSource)?,
        ledger: DamageLedger = DamageLedger()
    ) throws -> StreamBatch {
        var access = VideoAccess(ledger: ledger, workers: 2)
        access.features = features
        let plan = ViewPlan([StreamRequest(name: "clips", source: source, batchSize: 4, views: [view])])
        #expect(plan.problem == nil)
        let unlabeled = VideoList(part: .unlabelled, samples: list.samples.map { $0.withoutLabel() }, classes: list.classes)
        let loader = ClipLoader(
            training: plan, labeled: list, unlabeled: unlabeled, seed: 1, firstStep: 0, endStep: 1, access: access)
        return try #require(try loader.next())["clips"]
    }

    @Test func framesAreFilledUpWithZerosOrThinnedOut() throws {
        let batch = try batch(Frames()), mask = batch.mask(of: "frames")
        #expect(batch["frames"].shape == [4, 2, 3, 1, 1] && mask.shape == [4, 1, 3, 1, 1])
        let values = batch["frames"].permuted([0, 2, 1, 3, 4]).values(as: Float.self)
        #expect(Array(values[..<6]) == [0, 1, 0, 0, 0, 0] && Array(values[12..<18]) == [200, 201, 202, 203, 204, 205])
        #expect(Array(values[18...]) == [300, 301, 302, 303, 304, 305])
        #expect(mask.values(as: Float.self) == [1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1])
        let times = batch.placements(of: "frames").times.values(as: Double.self)
        #expect(times[0] == 0 && times[1].isNaN && times[2].isNaN && Array(times[9...]) == [0, 1, 2])
    }

    @Test func spansAreSeenWhereLabelsAre() throws {
        let labeled = try batch(of: .labeled, Frames())
        #expect(labeled.spans == labeled.sampleIndices.map { 0...Double($0) } && labeled.labels.count == 4)
        for source in [StreamRequest.Source.unlabeled, .sequence([0, 1, 2, 3])] {
            #expect(try batch(of: source, Frames()).spans.isEmpty && batch(of: source, Frames()).labels.isEmpty)
        }
    }

    @Test func aClipWithoutFeaturesIsReplacedAndTold() throws {
        let ledger = DamageLedger(), batch = try batch(Frames(missing: [2]), ledger: ledger)
        #expect(batch.count == 4 && !batch.sampleIndices.contains(2))
        #expect(ledger.entries.map(\.reason) == ["clip.safetensors: there is no such file"])
    }

    @Test func otherVectorsThanAreWantedAreRefused() throws {
        #expect {
            _ = try batch(Frames(width: 3))
        } throws: { error in
            "\(error)".contains("frames of 3 values are stored, expected one or more of 2")
        }
        #expect(throws: ViewPlanError(view: "frames", reason: "the data has no stored features")) { _ = try batch(nil) }
        let decoded = ViewRequest(name: "frames", source: .stored)
        let plan = ViewPlan([StreamRequest(name: "clips", source: .labeled, batchSize: 1, views: [decoded])])
        #expect(plan.problem?.reason == "is rgb, which is decoded, and wants what is stored")
    }
}
