import Augment
import Datasets
import Files
import Foundation
import Media
import Networks
import Tensor
import TestSupport
import Testing
import Training

/// Vectors of frames: which frames they are of, and that files are made once.
@Suite struct FeatureExtractionTests {
    private let media = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../Reference/media/"

    private func identity(_ settings: String...) throws -> NetworkIdentity {
        try Engine.start(EngineConfiguration())
        return try NetworkIdentity(settings: ["backbone=resnet18", "backbone.width=0.0625", "clip.size=32"] + settings)
    }

    private func data(_ names: [String], in folder: String) -> DataSet {
        let samples = names.enumerated().map { VideoSample(index: $0, path: "\(folder)/\($1)", name: $1, label: 0) }
        let list = VideoList(part: .train, samples: samples, classes: ClassList(["a"]))
        return DataSet(name: "clips", root: folder, train: list, test: VideoList(part: .test, samples: [], classes: list.classes))
    }

    // MARK: Windows

    private func windows(_ framesPerSecond: Double, length: Int = 1, stride: Int = 1) throws -> FrameWindows {
        let crops = try EvaluationCrops(shortSide: 32, output: PictureSize(side: 32), layout: .centre)
        return try FrameWindows(
            of: media + "closed-gop.mp4", .init(framesPerSecond: framesPerSecond, length: length, stride: stride, crops: crops),
            indices: VideoIndexStore())
    }

    private func all(_ windows: FrameWindows) throws -> Tensor {
        var found: [Tensor] = []
        try windows.forEach { found.append($0) }
        return .concatenated(found)
    }

    /// Each frame of the video by itself, in the order of time: none is mirrored, left out or taken twice.
    @Test func asManyWindowsAsFramesShowEachFrameOnce() throws {
        let index = try VideoReader(path: media + "closed-gop.mp4").makeIndex(), rate = try #require(index.frameRate)
        let windows = try windows(rate), shown = try all(windows)
        #expect(windows.times.count == index.frameCount && shown.shape == [index.frameCount, 3, 1, 32, 32])
        var clip = PixelClip(), seen = PixelClip(), scratch = AugmentScratch()
        let reader = try VideoReader(path: media + "closed-gop.mp4", index: index)
        try reader.frames(at: Array(0..<index.frameCount), using: index, into: &clip)
        let crops = try EvaluationCrops(shortSide: 32, output: PictureSize(side: 32), layout: .centre)
        crops.geometries(of: PictureSize(height: clip.height, width: clip.width))[0].apply(
            to: clip, into: &seen, scratch: &scratch)
        var values = [Float](repeating: 0, count: seen.pixels.count)
        ChannelNormalization.imageNet.normalize(seen, into: &values)
        let expected = Tensor(values, shape: [index.frameCount, 1, 32, 32, 3]).permuted([0, 4, 1, 2, 3])
        #expect(shown.values(as: Float.self) == expected.values(as: Float.self))
    }

    @Test func threeASecondAreThoseNearestToTheirTimes() throws {
        let index = try VideoReader(path: media + "closed-gop.mp4").makeIndex(), rate = try #require(index.frameRate)
        let few = try windows(3), every = try all(windows(rate)), shown = try all(few)
        #expect(few.times == few.times.indices.map { Double($0) / 3 })
        #expect(few.times.count == Int((Double(index.frameCount) / rate * 3 - 1e-6).rounded(.up)))
        for (number, time) in few.times.enumerated() {
            let nearest = min(index.frameCount - 1, Int((time * rate).rounded()))
            #expect(
                shown.sliced(number..<number + 1).values(as: Float.self)
                    == every.sliced(nearest..<nearest + 1).values(as: Float.self))
        }
    }

    @Test func windowsReachRoundTheirTimeAndStayInTheVideo() throws {
        let index = try VideoReader(path: media + "closed-gop.mp4").makeIndex(), rate = try #require(index.frameRate)
        let every = try all(windows(rate)), wide = try all(windows(rate, length: 4, stride: 2)), last = index.frameCount - 1
        for middle in [0, last / 2, last] {
            for (place, offset) in [-4, -2, 0, 2].enumerated() {
                let frame = min(max(0, middle + offset), last)
                let found = wide.sliced(middle..<middle + 1).sliced(place..<place + 1, axis: 2)
                #expect(found.values(as: Float.self) == every.sliced(frame..<frame + 1).values(as: Float.self))
            }
        }
    }

    // MARK: Files

    private func copies(_ names: [String], to folder: String) throws {
        for name in names { try FileManager.default.copyItem(atPath: media + name, toPath: "\(folder)/\(name)") }
    }

    @Test func filesAreMadeOnceAndSayHow() throws {
        try withTemporaryFolder { folder in
            try copies(["closed-gop.mp4", "no-b.mp4"], to: folder)
            let clips = data(["closed-gop.mp4", "no-b.mp4"], in: folder), out = folder + "/features"
            let extraction = try FeatureExtraction(identity(), nil)
            let first = try extraction.run(on: clips, into: out)
            #expect(first.made == 2 && first.kept == 0 && first.damaged.isEmpty)
            let file = out + "/closed-gop.mp4.safetensors", bytes = try FileReader.bytes(of: file)
            #expect(try SafetensorsFile(opening: file).metadata["clip.length"] == "1", "a network of pictures sees one frame")
            try FileManager.default.removeItem(atPath: out + "/no-b.mp4.safetensors")
            let second = try extraction.run(on: clips, into: out)
            #expect(second.made == 1 && second.kept == 1)
            #expect(try FileReader.bytes(of: file) == bytes)
            let other = try FeatureExtraction(identity(), nil, framesPerSecond: 5)
            #expect { try other.run(on: clips, into: out) } throws: { error in
                guard case FeatureFolderError.otherwiseMade(let path, _, _) = error else { return false }
                return path == file && "\(error)".contains("framesPerSecond=3.0 instead of 5.0")
            }
            #expect(try FileReader.bytes(of: file) == bytes)
        }
    }

    @Test func damagedVideosAreToldAndTheOthersMade() throws {
        try withTemporaryFolder { folder in
            try copies(["closed-gop.mp4"], to: folder)
            try AtomicFile.write("no video", to: folder + "/broken.mp4")
            let outcome = try FeatureExtraction(identity(), nil).run(
                on: data(["broken.mp4", "gone.mp4", "closed-gop.mp4"], in: folder), into: folder + "/features")
            #expect(outcome.made == 1 && outcome.damaged.map(\.video) == ["\(folder)/broken.mp4", "\(folder)/gone.mp4"])
        }
    }

    @Test func partsOfAVideoHaveTheirOwnFrames() throws {
        try withTemporaryFolder { folder in
            let tensors = [
                StoredTensor(name: "features", shape: [6, 1], floats: [0, 1, 2, 3, 4, 5]),
                StoredTensor(name: "times", shape: [6], floats: [0, 0.5, 1, 1.5, 2, 2.5]),
            ]
            try SafetensorsFile.write(tensors, to: folder + "/a.mp4.safetensors")
            func sample(_ start: Double?, _ end: Double?) -> VideoSample {
                VideoSample(index: 0, path: "/videos/a.mp4", name: "a", label: nil, start: start, end: end)
            }
            let features = try FeatureFolder(folder, videosBelow: "/videos", first: sample(nil, nil))
            func found(_ start: Double?, _ end: Double?) throws -> FrameFeatures { try features.features(of: sample(start, end)) }
            #expect(try found(nil, nil).values == [0, 1, 2, 3, 4, 5])
            #expect(try found(1, 2) == FrameFeatures(featureCount: 1, values: [2, 3], times: [0, 0.5]))
            #expect(
                try found(2.1, 2.2) == FrameFeatures(featureCount: 1, values: [4], times: [0]), "the nearest to its beginning")
            #expect(throws: FeatureFolderError.missing(video: "/videos/b.mp4", file: folder + "/b.mp4.safetensors")) {
                _ = try features.features(of: VideoSample(index: 0, path: "/videos/b.mp4", name: "b", label: nil))
            }
        }
    }
}
