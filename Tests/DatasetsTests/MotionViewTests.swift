import Augment
import Datasets
import Foundation
import Media
import Tensor
import TestSupport
import Testing

private let panningFolder = FileManager.default.temporaryDirectory.path + "/semisup-pan-\(getpid())"

/// The panning texture, made once: every vector of its predicted pictures is (+2, 0).
private let panning: Result<String, any Error> = Result {
    atexit { try? FileManager.default.removeItem(atPath: panningFolder) }
    try FileManager.default.createDirectory(atPath: panningFolder, withIntermediateDirectories: true)
    try PanningTexture.write(to: panningFolder + "/pan.mp4")
    return panningFolder + "/pan.mp4"
}

/// Motion vectors as views: they follow the pixels of the clip that they belong to.
@Suite struct MotionViewTests {
    private let list: VideoList
    private let window = TemporalWindow(length: 5, stride: 3, start: .random)

    init() throws {
        let sample = VideoSample(index: 0, path: try panning.get(), name: "a/0", label: 0)
        list = VideoList(part: .train, samples: [sample], classes: ClassList(["a"]))
    }

    private func weak(mirror: Double) throws -> WeakAugmentation {
        try WeakAugmentation(output: PictureSize(side: 56), crop: .scale(0.6...1), mirrorProbability: mirror)
    }

    private func batch(_ views: [ViewRequest], seed: UInt64 = 1, workers: Int = 1, list: VideoList? = nil) throws -> StreamBatch {
        let stream = StreamRequest(name: "clips", source: .unlabeled, batchSize: 4, views: views), list = list ?? self.list
        #expect(ViewPlan([stream]).problem == nil)
        let loader = ClipLoader(
            training: ViewPlan([stream]), labeled: list, unlabeled: list, seed: seed, firstStep: 0, endStep: 1,
            access: VideoAccess(workers: workers))
        return try #require(try loader.next())["clips"]
    }

    private func clip(mirror: Double = 0.5) throws -> ViewRequest {
        ViewRequest(name: "clip", source: .weak(window, try weak(mirror: mirror)))
    }

    private func motion(
        _ options: ViewRequest.MotionVectors = .init(), _ source: ViewRequest.Source = .aligned(with: "clip"),
        named name: String = "motion"
    ) -> ViewRequest {
        ViewRequest(name: name, kind: .motionVectors(options), source: source)
    }

    /// Values of a sample's view, by x and y.
    private func components(_ tensor: Tensor, sample: Int) -> [[Float]] {
        let shape = tensor.shape, values = tensor.values(as: Float.self), count = values.count / shape[0] / shape[1]
        return (0..<shape[1]).map { channel in
            let start = (sample * shape[1] + channel) * count
            return Array(values[start..<start + count])
        }
    }

    @Test func vectorsAreScaledAndTurnedRoundWithTheirPixels() throws {
        let batch = try batch([try clip(), motion()])
        let placements = batch.placements(of: "motion")
        let crops = placements.crops.values(as: Int64.self), mirrored = placements.mirrored.values(as: Int64.self)
        let first = placements.firstFrames.values(as: Int64.self)
        #expect(batch["motion"].shape == [4, 2, 5, 56, 56] && batch.mask(of: "motion").shape == [4, 1, 5, 56, 56])
        #expect(Set(mirrored) == [0, 1])
        for sample in 0..<4 {
            let expected = 2 * 56 / Float(crops[4 * sample + 2]) * (mirrored[sample] == 1 ? -1 : 1)
            let field = components(batch["motion"], sample: sample),
                mask = components(batch.mask(of: "motion"), sample: sample)[0]
            for frame in 0..<5 {
                // A keyframe comes at every twelfth and has no vectors.
                let isPredicted = (Int(first[sample]) + 3 * frame) % 12 != 0, places = frame * 3136..<(frame + 1) * 3136
                #expect(mask[places].allSatisfy { $0 == (isPredicted ? 1 : 0) })
                #expect(field[0][places].allSatisfy { abs($0 - (isPredicted ? expected : 0)) < 1e-5 })
                #expect(field[1][places].allSatisfy { $0 == 0 })
            }
        }
    }

    @Test func formsThatPublicationsUseAreThereToBeAskedFor() throws {
        func values(_ options: ViewRequest.MotionVectors) throws -> Set<Float> {
            Set(components(try batch([try clip(mirror: 1), motion(options)])["motion"], sample: 0)[0])
        }
        #expect(try values(.init(form: .coded, scaling: .asCoded)).subtracting([0]) == [2])
        #expect(try values(.init(sign: .flow, scaling: .asCoded)).subtracting([0]) == [-2])
        let blocks = try batch([try clip(), motion(.init(cellSide: 16))])
        #expect(blocks["motion"].shape == [4, 2, 5, 4, 4] && blocks.mask(of: "motion").shape == [4, 1, 5, 4, 4])
    }

    @Test func blocksShowSizesAndQuantizersAndAreMirroredWithTheirClip() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../Reference/media/"
        let sample = VideoSample(index: 0, path: folder + "no-b.mp4", name: "a/0", label: 0)
        let list = VideoList(part: .train, samples: [sample], classes: ClassList(["a"]))
        func batch(mirror: Double) throws -> StreamBatch {
            let blocks = ViewRequest(name: "blocks", kind: .blocks(cellSide: 8), source: .aligned(with: "clip"))
            return try self.batch([try clip(mirror: mirror), blocks], list: list)
        }
        let straight = try batch(mirror: 0), mirrored = try batch(mirror: 1)
        let first = straight.placements(of: "clip").firstFrames.values(as: Int64.self)
        #expect(straight["blocks"].shape == [4, 2, 5, 7, 7] && straight.mask(of: "blocks").shape == [4, 1, 5, 7, 7])
        var unlike = 0
        for sample in 0..<4 {
            let values = components(straight["blocks"], sample: sample), turned = components(mirrored["blocks"], sample: sample)
            let mask = components(straight.mask(of: "blocks"), sample: sample)[0]
            #expect(values[1].allSatisfy { (1...51).contains($0) })
            for place in 0..<5 * 49 {
                let opposite = place / 7 * 7 + 6 - place % 7
                #expect(values[0][place] == turned[0][opposite] && values[1][place] == turned[1][opposite])
                #expect((mask[place] == 1) == (values[0][place] >= 8))
                if values[0][place] != values[0][opposite] { unlike += 1 }
                let isIntra = (Int(first[sample]) + 3 * (place / 49)) % 48 % 12 == 0
                #expect(!isIntra || mask[place] == 0)
            }
        }
        #expect(unlike > 20)
    }

    /// Along k predicted pictures the content has come 2 k pixels from the right, where that is not outside.
    @Test func accumulatedVectorsAndResidualsLeadToTheKeyframe() throws {
        let whole = try EvaluationCrops(shortSide: 240, output: PictureSize(height: 240, width: 240), layout: .three)
        let clip = ViewRequest(
            name: "clip", source: .evaluation(TemporalWindow(length: 5, stride: 3, start: .random), whole, crop: 0))
        func view(_ name: String, _ kind: ViewRequest.Kind) -> ViewRequest {
            ViewRequest(name: name, kind: kind, source: .aligned(with: "clip"))
        }
        let batch = try batch([
            clip, view("motion", .motionVectors(.init(form: .accumulated))), view("residual", .residual(.accumulated)),
            view("step", .residual(.oneStep)),
        ])
        let first = batch.placements(of: "clip").firstFrames.values(as: Int64.self)
        for sample in 0..<4 {
            let field = components(batch["motion"], sample: sample),
                mask = components(batch.mask(of: "motion"), sample: sample)[0]
            #expect(mask.allSatisfy { $0 == 1 } && field[1].allSatisfy { $0 == 0 })
            for frame in 0..<5 {
                let steps = Float((Int(first[sample]) + 3 * frame) % 12)
                #expect(field[0][frame * 57_600..<(frame + 1) * 57_600].allSatisfy { $0 == 2 * steps })
            }
            // What the encoder lost: a few levels of 255 on average; the clip itself differs by tens from one picture to the next.
            for name in ["residual", "step"] {
                let values = components(batch[name], sample: sample)[0]
                let levels = values.map { abs($0 * 58.395 + 127.5 - 128) }
                #expect(levels.reduce(0, +) / Float(levels.count) < 4, "\(name)")
            }
        }
    }

    /// B-pictures of MPEG-4, whose vectors are read from memory that nobody wrote, and pictures of two fields.
    @Test(arguments: ["mpeg4.avi", "interlaced.mp4", "no-b.mp4"])
    func whatLeadsOverUntrustedVectorsIsInvalid(_ name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../Reference/media/"
        let sample = VideoSample(index: 0, path: folder + name, name: "a/0", label: 0)
        let list = VideoList(part: .train, samples: [sample], classes: ClassList(["a"]))
        func view(_ name: String, _ kind: ViewRequest.Kind) -> ViewRequest {
            ViewRequest(name: name, kind: kind, source: .aligned(with: "clip"))
        }
        let batch = try batch(
            [
                try clip(), view("accumulated", .motionVectors(.init(form: .accumulated))), view("step", .residual(.oneStep)),
                view("residual", .residual(.accumulated)),
            ], list: list)
        let index = try VideoReader(path: sample.path).makeIndex()
        let first = batch.placements(of: "clip").firstFrames.values(as: Int64.self)
        var found: Set<Bool> = []
        for sample in 0..<4 {
            for view in ["accumulated", "residual", "step"] {
                let mask = components(batch.mask(of: view), sample: sample)[0], values = components(batch[view], sample: sample)
                for frame in 0..<5 {
                    let type = index.pictureType(of: (Int(first[sample]) + 3 * frame) % index.frameCount)
                    let isValid =
                        switch name {
                        case "mpeg4.avi": type != .bidirectional
                        case "interlaced.mp4": type == .intra
                        default: true
                        }
                    let places = frame * 3136..<(frame + 1) * 3136
                    #expect(mask[places].allSatisfy { $0 == (isValid ? 1 : 0) }, "\(view) of frame \(frame)")
                    let nothing: Float = view == "accumulated" ? 0 : (128 - 127.5) / 58.395
                    if !isValid { #expect(values[0][places].allSatisfy { abs($0 - nothing) < 1e-5 }) }
                    found.insert(isValid)
                }
            }
        }
        #expect(found.contains(true) && found.contains(false) == (name != "no-b.mp4"))
    }

    /// CMD predicts the vectors of frames behind the clip (context_motion card).
    @Test func vectorsBehindAClipFollowItByTheGap() throws {
        for seed in 0..<4 {
            let source = ViewRequest.Source.clip(.following("clip", gap: 2, length: 8), .same(as: "clip"))
            let batch = try batch([try clip(), motion(.init(), source)], seed: UInt64(seed))
            let clips = batch.placements(of: "clip").firstFrames.values(as: Int64.self)
            let behind = batch.placements(of: "motion").firstFrames.values(as: Int64.self)
            #expect(behind == clips.map { $0 + 12 + 3 } && behind.allSatisfy { $0 + 8 <= 60 })
            #expect(batch["motion"].shape == [4, 2, 8, 56, 56])
        }
    }

    @Test func aKeyframeNearAClipIsOneOrTheNearest() throws {
        for (margin, reach) in [(12, 12), (0, 12)] {
            let frame = ViewRequest(
                name: "frame", source: .clip(.keyframe(near: "clip", margin: margin), .random(try weak(mirror: 0))))
            let batch = try batch([try clip(), frame])
            let clips = batch.placements(of: "clip").firstFrames.values(as: Int64.self)
            for (first, place) in zip(clips, batch.placements(of: "frame").firstFrames.values(as: Int64.self)) {
                #expect(place % 12 == 0 && place >= first - Int64(reach) && place <= first + 12 + Int64(reach))
            }
            #expect(batch["frame"].shape == [4, 3, 1, 56, 56])
        }
    }

    /// B-pictures are where threads within a decoder would race for vectors.
    @Test func workersDoNotChangeVectorsHoweverOftenTheyRun() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../Reference/media/"
        let samples = ["closed-gop.mp4", "pyramid.mkv", "mpeg2.mpg"].enumerated().map {
            VideoSample(index: $0, path: folder + $1, name: "a/\($0)", label: 0)
        }
        let list = VideoList(part: .train, samples: samples, classes: ClassList(["a"]))
        let views = [try clip(), motion(.init(cellSide: 8)), motion(.init(form: .coded, cellSide: 8), named: "coded")]
        func values(_ batch: StreamBatch) -> [[Float]] { views.map { batch[$0.name].values(as: Float.self) } }
        let one = values(try batch(views, list: list))
        #expect(one[1].contains { $0 != 0 })
        for _ in 0..<10 {
            for workers in [1, 2, 4] { #expect(values(try batch(views, workers: workers, list: list)) == one) }
        }
    }

    /// Never guessed: a clip whose codec gives no vectors is left out, and its file is named with the codec; it is not damaged.
    @Test func aFileWithoutVectorsIsNotedAndReplaced() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../Reference/media/"
        let none = VideoSample(index: 1, path: folder + "vp9.webm", name: "a/1", label: 0),
            ledger = DamageLedger(DamageTolerance(policy: .error))
        let both = VideoList(part: .train, samples: list.samples + [none], classes: list.classes)
        let stream = StreamRequest(name: "clips", source: .unlabeled, batchSize: 4, views: [try clip(), motion()])
        let loader = ClipLoader(
            training: ViewPlan([stream]), labeled: both, unlabeled: both, seed: 1, firstStep: 0, endStep: 1,
            access: VideoAccess(ledger: ledger, workers: 1))
        #expect(try loader.next()?["clips"].sampleIndices == [0, 0, 0, 0])
        let entry = try #require(ledger.entries.first)
        #expect(ledger.damaged.isEmpty && ledger.record.lacking == [entry] && entry.verdict == .lacking)
        #expect(entry.path == none.path && entry.reason.contains("no motion vectors of vp9"))
        let alone = VideoList(part: .train, samples: [none], classes: list.classes)
        let error = #expect(throws: NothingToShow.self) { try batch([try clip(), motion()], list: alone) }
        #expect(error?.exitCode == .badData && error?.description.contains("vp9.webm: libavcodec gives out no") == true)
    }

    /// What a view that accepts it shows of a file without vectors: its pictures, and nothing that counts.
    @Test func viewsThatAcceptItAreInvalidWhereThereAreNoVectors() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../Reference/media/"
        let sample = VideoSample(index: 0, path: folder + "vp9.webm", name: "a/0", label: 0)
        let kinds: [ViewRequest.Kind] = [
            .motionVectors(.init()), .motionVectors(.init(form: .accumulated)), .residual(.oneStep), .blocks(cellSide: 8),
        ]
        let views = kinds.enumerated().map { number, kind in
            ViewRequest(name: "\(number)", kind: kind, source: .aligned(with: "clip"), absence: .invalid)
        }
        let batch = try batch([try clip()] + views, list: VideoList(part: .train, samples: [sample], classes: list.classes))
        #expect(batch.count == 4 && Set(components(batch["clip"], sample: 0)[0]).count > 10)
        for number in kinds.indices { #expect(batch.mask(of: "\(number)").values(as: Float.self).allSatisfy { $0 == 0 }) }
    }

    @Test func whatVectorsCannotBeIsRefusedWithTheView() throws {
        let clip = try clip(), strong = try StrongAugmentation()
        let wrong: [(ViewRequest, String)] = [
            (
                ViewRequest(name: "motion", kind: .motionVectors(.init()), values: .levels, source: .aligned(with: "clip")),
                "levels"
            ),
            (ViewRequest(name: "motion", kind: .motionVectors(.init()), source: .view("clip")), "another view's pixels"),
            (
                ViewRequest(
                    name: "motion", kind: .motionVectors(.init()), source: .aligned(with: "clip"), photometry: .drawn(strong)),
                "operations on pixels"
            ),
            (motion(.init(cellSide: 0)), "squares of 0 pixels"),
            (motion(.init(), .clip(.following("nobody", gap: 1, length: 1), .same(as: "clip"))), "no earlier view"),
            (motion(.init(), .clip(.following("clip", gap: -1, length: 1), .same(as: "clip"))), "-1 frames behind clip"),
        ]
        for (view, reason) in wrong {
            let stream = StreamRequest(name: "clips", source: .unlabeled, batchSize: 1, views: [clip, view])
            let problem = try #require(ViewPlan([stream]).problem)
            #expect(problem.view == "clips.motion" && problem.reason.contains(reason), "\(problem)")
        }
    }

    /// Two seconds of a tone of 440 Hz from the time of the clip's first frame on; a file without sound is left out or silent.
    @Test func soundIsThatOfTheClipsTime() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../Reference/media/"
        let samples = ["closed-gop.mp4", "no-b.mp4"].enumerated().map {
            VideoSample(index: $0, path: folder + $1, name: "a/\($0)", label: 0)
        }
        let both = VideoList(part: .train, samples: samples, classes: list.classes)
        func sound(_ kind: ViewRequest.Kind) -> ViewRequest {
            ViewRequest(name: "sound", kind: kind, source: .aligned(with: "clip"))
        }
        let wave = try batch([try clip(), sound(.waveform(.init(seconds: 0.5, absence: .silent)))], list: both)
        #expect(wave["sound"].shape == [4, 1, 8_000] && Set(wave.sampleIndices) == [0, 1])
        let values = wave["sound"].values(as: Float.self), presence = wave.presence(of: "sound").values(as: Float.self)
        let reader = try VideoReader(path: samples[0].path), index = try reader.makeIndex()
        for (number, first) in wave.placements(of: "sound").firstFrames.values(as: Int64.self).enumerated() {
            let own = Array(values[8_000 * number..<8_000 * (number + 1)])
            if wave.sampleIndices[number] == 1 {
                #expect(presence[number] == 0 && own.allSatisfy { $0 == 0 })
            } else {
                let start = try #require(index.seconds(of: Int(first)))
                #expect(try own == reader.sound(from: start, count: 8_000, rate: 16_000).samples && presence[number] > 0.5)
            }
        }
        let mel = try batch([try clip(), sound(.logMel(.init()))], list: both)
        #expect(mel["sound"].shape == [4, 1, 40, 100] && mel.sampleIndices == [0, 0, 0, 0])
    }

    /// A fifth of a second of sound: a clip from the second second on has none, though its file does.
    @Test func soundThatIsOverBeforeTheClipIsNone() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../Reference/media/short-sound.mkv"
        let samples = [(0, 0.4), (1, 1.4)].enumerated().map { number, part in
            VideoSample(index: number, path: path, name: "a/\(number)", label: 0, start: part.0, end: part.1)
        }
        let both = VideoList(part: .train, samples: samples, classes: list.classes)
        func heard(_ absence: ViewRequest.Sound.Absence) throws -> StreamBatch {
            let sound = ViewRequest(
                name: "sound", kind: .waveform(.init(seconds: 0.1, absence: absence)), source: .aligned(with: "clip"))
            return try batch([try clip(), sound], list: both)
        }
        #expect(try Set(heard(.leftOut).sampleIndices) == [0])
        let all = try heard(.silent), presence = all.presence(of: "sound").values(as: Float.self)
        #expect(Set(all.sampleIndices) == [0, 1])
        #expect(zip(all.sampleIndices, presence).allSatisfy { $0 == 0 ? $1 > 0.5 : $1 == 0 })
    }
}
