import Media
import Testing

@Suite struct VideoIndexTests {
    /// H.264 of whole frames is indexed without decoding; MBAFF is one of its kinds.
    @Test(arguments: [
        ("closed-gop.mp4", Extent.all, Extent.none), ("interlaced.mp4", .none, .all), ("mpeg4.avi", .partly, .none),
        ("raw.m4v", .all, .none), ("vp9.webm", .none, .none), ("hevc.mp4", .none, .none), ("mpeg2.mpg", .all, .none),
    ])
    func whichFramesHaveVectorsAndFields(_ name: String, vectors: Extent, fields: Extent) throws {
        let index = try VideoReader(path: Fixture(name: name).path).makeIndex()
        #expect(index.motionVectors == vectors && index.interlacing == fields)
        let kept = try VideoIndex(serialized: index.serialized)
        #expect(kept.motionVectors == vectors && kept.interlacing == fields)
    }

    @Test(arguments: ["raw.m4v", "h264.ts", "mpeg2.ts", "mpeg4.avi", "closed-gop.mp4"])
    func theFrameRateIsThatOfTheTimesWhereNoHeaderSays(_ name: String) throws {
        let rate = try #require(try VideoReader(path: Fixture(name: name).path).makeIndex().frameRate)
        #expect(abs(rate - 25) < 0.01)
    }

    /// Inspection of packets (H.264 in MP4 and Matroska) and decoding (all else) against FFmpeg's own decoding.
    @Test(arguments: Fixture.videos) func framesAreThoseThatFFmpegDecodes(_ fixture: Fixture) throws {
        let expected = try fixture.expectedFrames()
        let reader = try VideoReader(path: fixture.path)
        let index = try reader.makeIndex()
        #expect(index.frameCount == expected.count)
        #expect((0..<index.frameCount).map(index.pictureType) == expected.map(\.type))
        #expect(index.decodeErrors == 0)
        if fixture.name.hasSuffix(".mp4") || fixture.name.hasSuffix(".mkv") || fixture.name.hasSuffix(".webm") {
            #expect((0..<index.frameCount).map(index.presentationTime) == expected.map(\.time))
        }
    }

    @Test func h264InMP4AndMatroskaIsIndexedWithoutDecoding() throws {
        for name in ["closed-gop.mp4", "open-gop.mp4", "pyramid.mkv", "trimmed.mp4", "interlaced.mp4"] {
            let reader = try VideoReader(path: Fixture(name: name).path)
            _ = try reader.makeIndex()
            #expect(reader.decodedFrames == 0, "\(name)")
        }
        let reader = try VideoReader(path: Fixture(name: "mpeg4.avi").path)
        _ = try reader.makeIndex()
        #expect(reader.decodedFrames == 48)
    }

    @Test func keyFramesAreWhereDecodingCanBegin() throws {
        func keyFrames(_ name: String) throws -> [Int] { try VideoReader(path: Fixture(name: name).path).makeIndex().keyFrames }
        #expect(try keyFrames("no-b.mp4") == [0, 12, 24, 36])
        #expect(try keyFrames("closed-gop.mp4") == [0, 12, 24, 36, 48])
        #expect(try keyFrames("pyramid.mkv") == [0])
        // Recovery points of a gradual refresh are no pictures to begin at.
        #expect(try keyFrames("refresh.mp4") == [0])
        #expect(try keyFrames("mpeg4.avi").first == 0)
        #expect(try keyFrames("open-gop.mp4").count == 5)
    }

    @Test func onlyUnreferencedFramesAreDisposable() throws {
        let closed = try VideoReader(path: Fixture(name: "closed-gop.mp4").path).makeIndex()
        for frame in 0..<closed.frameCount {
            #expect(closed.isDisposable(frame) == (closed.pictureType(of: frame) == .bidirectional))
        }
        // In a pyramid the middle one of three B pictures is referred to.
        let pyramid = try VideoReader(path: Fixture(name: "pyramid.mkv").path).makeIndex()
        let disposable = (0..<9).filter { pyramid.isDisposable($0) }
        #expect(disposable == [1, 3, 5, 7])
    }

    @Test(arguments: ["closed-gop.mp4", "open-gop.mp4", "mpeg4.avi", "raw.m4v", "trimmed.mp4"])
    func bytesOfAnIndexGiveTheIndexBack(_ name: String) throws {
        let index = try VideoReader(path: Fixture(name: name).path).makeIndex()
        #expect(try VideoIndex(serialized: index.serialized) == index)
    }

    @Test func damagedBytesOfAnIndexAreRefused() throws {
        let bytes = try VideoReader(path: Fixture(name: "closed-gop.mp4").path).makeIndex().serialized
        for position in stride(from: 0, to: bytes.count, by: 7) {
            var damaged = bytes
            damaged[position] ^= 0x10
            #expect(throws: MediaError.self) { try VideoIndex(serialized: damaged) }
            #expect(throws: MediaError.self) { try VideoIndex(serialized: Array(bytes.prefix(position))) }
        }
    }

    @Test func headerFactsAreReported() throws {
        let info = try VideoReader(path: Fixture(name: "closed-gop.mp4").path).info
        #expect(info.codec == "h264")
        #expect(info.pixelFormat == "yuv420p")
        #expect((info.width, info.height) == (64, 48))
        #expect(info.averageFrameRate.value == 25)
        #expect(info.realFrameRate.value == 25)
        #expect(info.hasSound)
        #expect(info.rotation == 0)
        #expect(abs((info.durationSeconds ?? 0) - 54.0 / 25) < 0.1)
        let rotated = try VideoReader(path: Fixture(name: "rotated.mp4").path).info
        #expect(rotated.rotation == 90 && !rotated.isMirrored && (rotated.width, rotated.height) == (48, 64))
        let upsideDown = try VideoReader(path: Fixture(name: "mirrored.mp4").path).info
        #expect(upsideDown.rotation == 180 && upsideDown.isMirrored && (upsideDown.width, upsideDown.height) == (64, 48))
        #expect(!rotated.hasSound)
    }

    /// Pictures 20, 24, ... 40 of 60 alone were kept of the middle.
    @Test func framesAtEvenTimesAreTheNearestOnes() throws {
        let index = try VideoReader(path: Fixture(name: "variable-rate.mp4").path).makeIndex()
        let kept = (0..<60).filter { $0 < 20 || $0 > 40 || $0 % 4 == 0 }
        #expect(index.frameCount == kept.count)
        for range in [0..<kept.count, 5..<30] {
            let (first, last) = (Double(kept[range.lowerBound]), Double(kept[range.upperBound - 1]))
            let expected = range.indices.map { place in
                let time = first + (last - first) * Double(place - range.lowerBound) / Double(range.count - 1)
                // Of two that are as near, the later one.
                return range.reversed().min { abs(Double(kept[$0]) - time) < abs(Double(kept[$1]) - time) }
            }
            #expect(index.framesAtEvenTimes(in: range).map(Optional.some) == expected)
        }
        for name in ["closed-gop.mp4", "pyramid.mkv", "mpeg4.avi", "raw.m4v"] {
            let constant = try VideoReader(path: Fixture(name: name).path).makeIndex()
            #expect(constant.framesAtEvenTimes(in: 3..<30) == Array(3..<30))
        }
    }

    @Test func timesAreInSeconds() throws {
        let index = try VideoReader(path: Fixture(name: "no-b.mp4").path).makeIndex()
        #expect(abs((index.seconds(of: 10) ?? 0) - 0.4) < 1e-9)
        #expect(index.frameRange(from: nil, to: nil) == 0..<48)
        #expect(index.frameRange(from: 0.4, to: 0.8) == 10..<20)
        #expect(index.frameRange(from: 1.8, to: 99) == 45..<48)
        #expect(index.frameRange(from: 5, to: 1).isEmpty)
    }
}
