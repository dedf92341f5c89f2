import Augment
import Datasets
import Foundation
import Media
import Tensor
import TestSupport
import Testing

/// Real videos of the media fixtures as a list, `count` samples in turn.
private func list(_ names: [String] = ["closed-gop.mp4", "no-b.mp4", "pyramid.mkv"], count: Int = 12) -> VideoList {
    let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Reference/media/"
    let samples = (0..<count).map { index in
        VideoSample(
            index: index, path: folder + names[index % names.count], name: "class\(index % 3)/clip\(index)", label: index % 3)
    }
    return VideoList(part: .train, samples: samples, classes: ClassList(["class0", "class1", "class2"]))
}

private func plan(labeled: Int = 2, unlabeled: Int = 3) throws -> ViewPlan {
    let window = TemporalWindow(length: 4, stride: 3, start: .random)
    let weak = try WeakAugmentation(output: PictureSize(side: 24), crop: .scale(0.6...1))
    return ViewPlan([
        StreamRequest(
            name: "labeled", source: .labeled, batchSize: labeled, views: [ViewRequest(name: "clip", source: .weak(window, weak))]
        ),
        StreamRequest(
            name: "unlabeled", source: .unlabeled, batchSize: unlabeled,
            views: [
                ViewRequest(name: "weak", source: .weak(window, weak)),
                ViewRequest(name: "strong", source: .view("weak"), photometry: .drawn(try StrongAugmentation())),
            ]),
    ])
}

private func makeLoader(
    workers: Int = 2, seed: UInt64 = 1, from first: Int = 0, to end: Int = 6, unlabeled: VideoList? = nil,
    ledger: DamageLedger = DamageLedger(), timing: VideoAccess.Timing = .frames
) throws -> ClipLoader {
    ClipLoader(
        training: try plan(), labeled: list(count: 5), unlabeled: unlabeled ?? list(), seed: seed, firstStep: first, endStep: end,
        access: VideoAccess(ledger: ledger, timing: timing, workers: workers))
}

private func batches(_ loader: ClipLoader) throws -> [[Float]] {
    var all: [[Float]] = []
    while let batch = try loader.next() {
        all.append(batch["labeled"]["clip"].values(as: Float.self))
        all.append(batch["unlabeled"]["weak"].values(as: Float.self))
        all.append(batch["unlabeled"]["strong"].values(as: Float.self))
        all.append((batch["labeled"].sampleIndices + batch["unlabeled"].sampleIndices).map(Float.init))
    }
    return all
}

@Suite struct ClipLoaderTests {
    @Test func anyNumberOfWorkersGivesTheSameBits() throws {
        let one = try batches(makeLoader(workers: 1))
        #expect(one.count == 24)
        #expect(try batches(makeLoader(workers: 2)) == one)
        #expect(try batches(makeLoader(workers: 4)) == one)
    }

    @Test func anotherSeedGivesOtherBatches() throws {
        #expect(try batches(makeLoader(seed: 1)) != batches(makeLoader(seed: 2)))
    }

    @Test func aLoaderThatBeginsLaterGoesOnAsIfItHadNeverStopped() throws {
        #expect(try Array(batches(makeLoader()).dropFirst(12)) == batches(makeLoader(from: 3)))
    }

    /// A method's own order is kept from the first step of the epoch on, wherever the loader begins; a sample that comes twice is seen
    /// anew each time.
    @Test func aSequenceIsShownInItsOrder() throws {
        let order = [7, 2, 2, 9, 4, 2, 0]
        func shown(from first: Int) throws -> [(samples: [Int], clips: [Float])] {
            let streams = try plan().streams.filter { $0.name == "unlabeled" }.map {
                StreamRequest(name: $0.name, source: .sequence(order), batchSize: $0.batchSize, views: $0.views)
            }
            let loader = ClipLoader(
                training: ViewPlan(streams, isForOneEpoch: true), labeled: list(count: 5), unlabeled: list(), seed: 1,
                firstStep: first, endStep: 13, epochStart: 10, access: VideoAccess(workers: 2))
            var all: [(samples: [Int], clips: [Float])] = []
            while let batch = try loader.next()?["unlabeled"] {
                #expect(batch.labels.isEmpty)
                all.append((batch.sampleIndices, batch["weak"].values(as: Float.self)))
            }
            return all
        }
        let whole = try shown(from: 10), rest = try shown(from: 11)
        #expect(whole.map(\.samples) == [[7, 2, 2], [9, 4, 2], [0, 7, 2]])
        #expect(rest.map(\.samples) == Array(whole.map(\.samples)[1...]) && rest.map(\.clips) == Array(whole.map(\.clips)[1...]))
        let clips = whole[0].clips, size = clips.count / 3
        #expect(clips[size..<2 * size] != clips[(2 * size)...])
    }

    @Test func viewsHaveTheirShapesAndLieChannelsLast() throws {
        let batch = try #require(try makeLoader().next())
        #expect(batch["unlabeled"]["strong"].shape == [3, 3, 4, 24, 24])
        #expect(batch["unlabeled"]["strong"].array.isChannelsLast)
        #expect(batch["labeled"].labels.count == 2)
    }

    @Test func labelsOfUnlabeledClipsNeverReachABatch() throws {
        let batch = try #require(try makeLoader().next())
        #expect(batch["unlabeled"].labels.isEmpty)
    }

    @Test func everyPassShowsEachSampleOnce() throws {
        let loader = try makeLoader(to: 4)
        var seen: [Int] = []
        while let batch = try loader.next() { seen += batch["unlabeled"].sampleIndices }
        #expect(seen.sorted() == Array(0..<12))
    }

    @Test func framesAreDecodedOnceForAllViewsAndNoMoreThanTheClipsNeed() throws {
        let loader = try makeLoader(workers: 1)
        while try loader.next() != nil {}
        // Between the first and the last of 4 frames at stride 3 lie 10; going back to a start of decoding may add a group.
        let decoded = try #require(loader.decodedFrames["unlabeled"])
        #expect(decoded >= 18 * 4)
        let again = try makeLoader(workers: 1)
        while try again.next() != nil {}
        #expect(again.decodedFrames == loader.decodedFrames, "frames were kept from an earlier loader")
    }

    @Test func damagedVideosAreReplacedTheSameWayEveryTimeAndNoted() throws {
        let damaged = list(["closed-gop.mp4", "cut-off.mp4", "sound-only.m4a"])
        let ledger = DamageLedger()
        let first = try batches(makeLoader(workers: 1, unlabeled: damaged, ledger: ledger))
        #expect(try batches(makeLoader(workers: 4, unlabeled: damaged)) == first)
        #expect(ledger.damaged.map { URL(fileURLWithPath: $0.path).lastPathComponent } == ["cut-off.mp4", "sound-only.m4a"])
        #expect(ledger.damaged.allSatisfy { !$0.reason.isEmpty })
    }

    /// A picture of `no-b.mp4` is damaged such that the decoder patches it up.
    @Test func aDamagedClipIsReplacedOrKeptAsThePolicySays() throws {
        let temporary = try TemporaryFolder(), path = temporary("patched.mp4")
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: list().samples[1].path)))
        let data = try #require(bytes.firstRange(of: Array("mdat".utf8)))
        for offset in data.upperBound + 930..<data.upperBound + 1000 { bytes[offset] = 0x5a }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        // The second and the third picture of the group that is frames 0 to 11: whatever is shown of it is predicted from there.
        let damaged = VideoSample(index: 1, path: path, name: "class1/patched", label: 1, start: 0, end: 0.48)
        let both = VideoList(part: .train, samples: [list().samples[0], damaged], classes: list().classes)
        for policy in [DamageTolerance.Policy.skip, .keep] {
            let ledger = DamageLedger(DamageTolerance(policy: policy))
            let loader = try makeLoader(workers: 1, unlabeled: both, ledger: ledger)
            var shown: Set<Int> = []
            while let batch = try loader.next() { shown.formUnion(batch["unlabeled"].sampleIndices) }
            let record = ledger.record
            #expect(shown == (policy == .keep ? [0, 1] : [0]))
            #expect(record.damaged.map(\.path) == [path] && record.damaged.first?.verdict == .damaged)
            // 6 steps of 2 + 3 clips.
            let inBatches = (record.clips[.ok] ?? 0) + (policy == .keep ? record.clips[.damaged] ?? 0 : 0)
            #expect(inBatches == 30 && record.clips[.damaged] == record.damaged.first?.occurrences)
            let again = try makeLoader(workers: 4, unlabeled: both, ledger: DamageLedger(DamageTolerance(policy: policy)))
            #expect(try batches(again) == batches(makeLoader(workers: 1, unlabeled: both, ledger: ledger)))
        }
    }

    /// All frames that are left are whole, but the clips are not drawn from where they should be.
    @Test func aFileWhoseEndIsMissingIsDamagedUnlessTheClipEndsBefore() throws {
        let temporary = try TemporaryFolder(), path = temporary("cut.avi")
        let folder = URL(fileURLWithPath: list().samples[0].path).deletingLastPathComponent()
        let bytes = Array(try Data(contentsOf: folder.appendingPathComponent("mpeg4.avi"))), name = Array("00dc".utf8)
        let chunks = bytes.indices.dropLast(4).filter { Array(bytes[$0..<$0 + 4]) == name }
        // The first of these names stands in the header.
        try Data(bytes.prefix(chunks[31])).write(to: URL(fileURLWithPath: path))
        for (end, isWhole) in [(nil, false), (0.8, true)] as [(Double?, Bool)] {
            let sample = VideoSample(index: 1, path: path, name: "class1/cut", label: 1, end: end)
            let both = VideoList(part: .train, samples: [list().samples[0], sample], classes: list().classes)
            let ledger = DamageLedger(), loader = try makeLoader(unlabeled: both, ledger: ledger)
            while try loader.next() != nil {}
            #expect(ledger.damaged.map(\.reason) == (isWhole ? [] : ["\(path): 18 packets missing at the end"]))
        }
    }

    @Test func whatMakesAListUnreadableIsInTheLedgerAndEndsAtTheSameStep() throws {
        let videos = list(["sound-only.m4a", "cut-off.mp4"], count: 2)
        func outcome(workers: Int) throws -> (steps: Int, paths: [String]) {
            let ledger = DamageLedger(), loader = try makeLoader(workers: workers, unlabeled: videos, ledger: ledger)
            var steps = 0
            #expect(throws: TooMuchDamage.self) { while try loader.next() != nil { steps += 1 } }
            #expect(throws: TooMuchDamage.self) { try loader.next() }
            return (steps, ledger.damaged.map(\.path))
        }
        let one = try outcome(workers: 1), four = try outcome(workers: 4)
        #expect(one.steps == four.steps && one.paths == four.paths && one.paths.count == 2)
    }

    @Test func damageOverTheLimitEndsTheLoaderAtTheSameStepForAnyNumberOfWorkers() throws {
        let videos = list(["closed-gop.mp4", "sound-only.m4a", "no-b.mp4", "cut-off.mp4"])
        func steps(workers: Int) throws -> Int {
            let tolerance = DamageTolerance(files: 1, share: 0.25)
            let loader = try makeLoader(workers: workers, unlabeled: videos, ledger: DamageLedger(tolerance, fileCount: 4))
            var steps = 0
            #expect(throws: DamageOverLimit.self) { while try loader.next() != nil { steps += 1 } }
            return steps
        }
        #expect(try steps(workers: 1) == steps(workers: 4))
        let tolerant = DamageLedger(DamageTolerance(files: 1, share: 0.5), fileCount: 4)
        #expect(try batches(makeLoader(unlabeled: videos, ledger: tolerant)).count == 24)
    }

    @Test func evenTimesChangeNothingWhereTheRateIsConstantAndMuchWhereItVaries() throws {
        #expect(try batches(makeLoader(timing: .time)) == batches(makeLoader()))
        let varying = list(["variable-rate.mp4"])
        #expect(try batches(makeLoader(unlabeled: varying, timing: .time)) != batches(makeLoader(unlabeled: varying)))
        // A placement says which frames came of it.
        let index = try VideoReader(path: varying.samples[0].path).makeIndex()
        let batch = try #require(try makeLoader(unlabeled: varying, timing: .time).next())["unlabeled"]
        let placements = batch.placements(of: "weak"), times = placements.times.values(as: Double.self)
        for (sample, first) in placements.firstFrames.values(as: Int64.self).enumerated() {
            #expect(index.seconds(of: Int(first)) == times[4 * sample])
        }
    }

    @Test func aListOfDamagedVideosOnlyEndsWithTheirNames() throws {
        let loader = try makeLoader(unlabeled: list(["sound-only.m4a"]))
        #expect(throws: TooMuchDamage.self) { while try loader.next() != nil {} }
    }

    @Test func evaluationLeavesDamagedVideosOutAndNeverReplacesThem() throws {
        let window = TemporalWindow(length: 4, stride: 3, start: .uniform(index: 0, of: 1))
        let crops = try EvaluationCrops(shortSide: 28, output: PictureSize(side: 24), layout: .centre)
        let videos = list(["closed-gop.mp4", "sound-only.m4a"], count: 7)
        let ledger = DamageLedger()
        let loader = ClipLoader(
            evaluating: videos, views: [ViewRequest(name: "view", source: .evaluation(window, crops, crop: 0))], batchSize: 4,
            access: VideoAccess(ledger: ledger, workers: 2))
        var seen: [Int] = []
        while let batch = try loader.next()?["videos"] {
            #expect(batch["view"].shape[0] == batch.count)
            seen += batch.sampleIndices
        }
        #expect(seen == [0, 2, 4, 6])
        #expect(ledger.damaged.count == 1 && ledger.record.clips == [.ok: 4, .rejected: 3])
    }

    @Test func oneClipDecodesTheFewestPossibleFrames() throws {
        let sample = list(["no-b.mp4"], count: 1)
        let window = TemporalWindow(length: 4, stride: 1, start: .uniform(index: 0, of: 1))
        let crops = try EvaluationCrops(shortSide: 28, output: PictureSize(side: 24), layout: .three)
        let views = (0..<3).map { ViewRequest(name: "crop \($0)", source: .evaluation(window, crops, crop: $0)) }
        let loader = ClipLoader(
            evaluating: sample, views: views, batchSize: 1, access: VideoAccess(workers: 1))
        while try loader.next() != nil {}
        let index = try VideoReader(path: sample.samples[0].path).makeIndex()
        var stream = RandomKey(seed: 0, purpose: .clipStart).stream
        let first = window.firstFrame(of: index.frameCount, using: &stream)
        let start = index.keyFrames.last { $0 <= first } ?? 0
        #expect(loader.decodedFrames["videos"] == first + 4 - start)
    }
}

@Suite struct TemporalWindowTests {
    // protocol card, section 2: N 180, W 64, n 10 and n 1.
    @Test func evenlySpreadClipsBeginWhereTheProtocolSays() {
        var stream = RandomKey(seed: 0, purpose: .clipStart).stream
        let starts = (0..<10).map {
            TemporalWindow(length: 8, stride: 8, start: .uniform(index: $0, of: 10)).firstFrame(of: 180, using: &stream)
        }
        #expect(starts == [5, 17, 29, 40, 52, 64, 76, 87, 99, 111])
        #expect(TemporalWindow(length: 8, stride: 8, start: .uniform(index: 0, of: 1)).firstFrame(of: 180, using: &stream) == 58)
    }

    @Test func shortVideosWrapAround() {
        let window = TemporalWindow(length: 8, stride: 8, start: .random)
        var stream = RandomKey(seed: 0, purpose: .clipStart).stream
        #expect(window.firstFrame(of: 20, using: &stream) == 0)
        #expect(ClipWindow(first: 0, length: 8, stride: 8).positions(frameCount: 20) == [0, 8, 16, 4, 12, 0, 8, 16])
    }

    @Test func randomStartsReachBothEndsAndNeverWrapALongVideo() {
        let window = TemporalWindow(length: 8, stride: 4, start: .random)
        var stream = RandomKey(seed: 3, purpose: .clipStart).stream
        let starts = Set((0..<200).map { _ in window.firstFrame(of: 32, using: &stream) })
        #expect(starts == [0, 1, 2, 3])
    }
}
