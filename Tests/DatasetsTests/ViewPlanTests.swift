import Augment
import Datasets
import Foundation
import Media
import Tensor
import Testing

/// Views that refer to each other, windows that are drawn together, values before normalisation, and places as tensors.
@Suite struct ViewPlanTests {
    private static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
        + "/Reference/media/"
    private let window = TemporalWindow(length: 4, stride: 3, start: .random)
    private let weak: WeakAugmentation
    private let list = VideoList(
        part: .train,
        samples: ["closed-gop.mp4", "no-b.mp4", "pyramid.mkv"].enumerated().map {
            VideoSample(index: $0, path: folder + $1, name: "a/\($0)", label: 0)
        }, classes: ClassList(["a"]))

    init() throws { weak = try WeakAugmentation(output: PictureSize(side: 24), crop: .scale(0.6...1)) }

    private func batch(_ views: [ViewRequest], sampler: (any ClipSampler)? = nil, workers: Int = 1) throws -> StreamBatch {
        let stream = StreamRequest(name: "clips", source: .unlabeled, batchSize: 3, sampler: sampler, views: views)
        #expect(ViewPlan([stream]).problem == nil)
        let loader = ClipLoader(
            training: ViewPlan([stream]), labeled: list, unlabeled: list, seed: 1, firstStep: 0, endStep: 1,
            access: VideoAccess(workers: workers))
        return try #require(try loader.next())["clips"]
    }

    private func levels(_ name: String, _ source: ViewRequest.Source, _ kind: ViewRequest.Kind = .rgb) -> ViewRequest {
        ViewRequest(name: name, kind: kind, values: .levels, source: source)
    }

    // MARK: Temporal gradient

    /// The worked example of the card: (10, 200, 128, 255, 0, 77) and its successor.
    @Test func halfDifferencesOfTheCard() {
        let clip = PixelClip(frames: 2, height: 1, width: 2, pixels: [10, 200, 128, 255, 0, 77, 10, 180, 131, 0, 255, 78])
        var gradient = PixelClip()
        gradient.takeTemporalGradients(of: clip, at: [0], next: [1])
        #expect(gradient.pixels == [127, 137, 126, 255, 0, 127] && gradient.frames == 1)
    }

    /// The gradient of frame t uses frame t + 1 of the video, in its full size, and the crop of the pictures that it goes with.
    @Test func gradientsUseTheNextFrameBeforeAnyResize() throws {
        let batch = try batch([
            levels("clip", .weak(window, weak)), levels("gradient", .aligned(with: "clip"), .temporalGradient),
        ])
        let placements = batch.placements(of: "clip")
        let first = placements.firstFrames.values(as: Int64.self).map(Int.init)
        let crops = placements.crops.values(as: Int64.self).map(Int.init), mirrored = placements.mirrored.values(as: Int64.self)
        for sample in 0..<3 {
            let path = list.samples[batch.sampleIndices[sample]].path
            let reader = try VideoReader(path: path), index = try reader.makeIndex()
            let frames = (0..<4).map { (first[sample] + 3 * $0) % (index.frameCount - 1) }
            var decoded = PixelClip(), gradient = PixelClip(), expected = PixelClip(), scratch = AugmentScratch()
            let wanted = Set(frames + frames.map { $0 + 1 }).sorted()
            _ = try reader.frames(at: wanted, using: index, into: &decoded)
            let place: [Int: Int] = Dictionary(uniqueKeysWithValues: wanted.enumerated().map { ($1, $0) })
            gradient.takeTemporalGradients(
                of: decoded, at: frames.compactMap { place[$0] }, next: frames.compactMap { place[$0 + 1] })
            let crop = Array(crops[4 * sample..<4 * sample + 4])
            let geometry = ClipGeometry(
                crop: PixelRectangle(left: crop[0], top: crop[1], width: crop[2], height: crop[3]),
                output: PictureSize(side: 24), mirrored: mirrored[sample] == 1)
            geometry.apply(to: gradient, into: &expected, scratch: &scratch)
            let found = batch["gradient"].rows(at: [sample]).permuted([0, 2, 3, 4, 1]).values(as: Float.self)
            #expect(found == expected.pixels.map(Float.init))
        }
    }

    @Test func alignedViewsOfOneKindAreEqual() throws {
        let batch = try batch([levels("clip", .weak(window, weak)), levels("twin", .aligned(with: "clip"))])
        #expect(batch["clip"].values(as: Float.self) == batch["twin"].values(as: Float.self))
    }

    @Test func operationsAreSharedOnlyWhereAsked() throws {
        let strong = try StrongAugmentation()
        let batch = try batch([
            ViewRequest(name: "one", source: .weak(window, weak), photometry: .drawn(strong)),
            ViewRequest(name: "same", source: .aligned(with: "one"), photometry: .same(as: "one")),
            ViewRequest(name: "other", source: .aligned(with: "one"), photometry: .drawn(strong)),
        ])
        #expect(batch["one"].values(as: Float.self) == batch["same"].values(as: Float.self))
        #expect(batch["one"].values(as: Float.self) != batch["other"].values(as: Float.self))
    }

    // MARK: Samplers and levels

    private struct Neighbours: ClipSampler {
        let windowLengths = [2, 3]
        func windows(frameCount: Int, using stream: inout RandomStream) -> [ClipWindow] {
            let first = stream.integer(below: frameCount - 6)
            return [ClipWindow(first: first, length: 2, stride: 1), ClipWindow(first: first + 3, length: 3, stride: 1)]
        }
    }

    @Test func windowsAreDrawnTogetherAndTheSameForAnyNumberOfWorkers() throws {
        let views = [
            levels("first", .clip(.sampled(0), .random(weak))), levels("second", .clip(.sampled(1), .same(as: "first"))),
        ]
        let one = try batch(views, sampler: Neighbours()), four = try batch(views, sampler: Neighbours(), workers: 4)
        let starts = ["first", "second"].map { one.placements(of: $0).firstFrames.values(as: Int64.self) }
        #expect(zip(starts[0], starts[1]).allSatisfy { $1 == $0 + 3 })
        #expect(one["second"].shape == [3, 3, 3, 24, 24])
        #expect(
            one.placements(of: "first").crops.values(as: Int64.self) == one.placements(of: "second").crops.values(as: Int64.self))
        #expect(one["second"].values(as: Float.self) == four["second"].values(as: Float.self))
        let times = one.placements(of: "second").times.values(as: Double.self)
        #expect(times.count == 9 && times[1] > times[0])
    }

    @Test func levelsAreNormalisedAsTheLoaderDoes() throws {
        let raw = try batch([levels("clip", .weak(window, weak))])
        let ready = try batch([ViewRequest(name: "clip", source: .weak(window, weak))])
        let normalized = Batch(["clips": raw]).normalized()
        #expect(Batch(["clips": raw]).hasLevels && !normalized.hasLevels)
        #expect(normalized["clips"]["clip"].values(as: Float.self) == ready["clip"].values(as: Float.self))
    }

    // MARK: Plans that cannot be met

    private func problem(_ views: [ViewRequest], sampler: (any ClipSampler)? = nil, batchSize: Int = 1) -> String? {
        ViewPlan([StreamRequest(name: "s", source: .labeled, batchSize: batchSize, sampler: sampler, views: views)]).problem?
            .description
    }

    @Test func plansThatCannotBeMetNameTheView() throws {
        let clip = ViewRequest(name: "clip", source: .weak(window, weak))
        let crops = try EvaluationCrops(shortSide: 28, output: PictureSize(side: 24), layout: .centre)
        #expect(problem([clip]) == nil)
        #expect(problem([]) == "view s: the stream has no view")
        #expect(problem([clip], batchSize: 0) == "view s: a stream needs at least one sample in a step")
        #expect(problem([clip, clip]) == "view s.clip: two views have this name")
        let lost = ViewRequest(name: "x", source: .view("y"))
        #expect(problem([lost]) == "view s.x: refers to y, which is no earlier view of the stream")
        let mixed = ViewRequest(name: "x", kind: .temporalGradient, source: .view("clip"))
        #expect(problem([clip, mixed]) == "view s.x: is temporal gradient and made from pixels that are not")
        let sampled = ViewRequest(name: "x", source: .clip(.sampled(2), .random(weak)))
        #expect(problem([sampled]) == "view s.x: wants a sampled window, and the stream has no sampler")
        #expect(problem([sampled], sampler: Neighbours()) == "view s.x: wants sampled window 2 of 2")
        let crop = ViewRequest(name: "x", source: .evaluation(window, crops, crop: 1))
        #expect(problem([crop]) == "view s.x: wants crop 1 of 1")
        let plain = ViewRequest(name: "x", source: .aligned(with: "clip"), photometry: .same(as: "clip"))
        #expect(problem([clip, plain]) == "view s.x: wants the operations of clip, which has none")
    }
}
