import Media
import Testing

@Suite struct VideoReaderTests {
    @Test(arguments: Fixture.videos) func everyFrameIsTheOneThatFFmpegDecodes(_ fixture: Fixture) throws {
        let expected = try fixture.expectedFrames()
        let reader = try VideoReader(path: fixture.path)
        let index = try reader.makeIndex()
        var clip = PixelClip()
        let report = try reader.frames(at: Array(0..<index.frameCount), using: index, into: &clip)
        #expect(report.isClean)
        #expect(report.convertedFrames == expected.count)
        for (position, frame) in expected.enumerated() {
            #expect(greatestDifference(samples(of: clip, frame: position), frame.samples) <= 1, "frame \(position)")
        }
    }

    /// The reference tells neighbouring frames apart, so that the test above would notice a frame out of place.
    @Test(arguments: Fixture.videos) func neighbouringFramesOfTheReferenceDiffer(_ fixture: Fixture) throws {
        let frames = try fixture.expectedFrames()
        for (a, b) in zip(frames, frames.dropFirst()) { #expect(greatestDifference(a.samples, b.samples) > 2) }
    }

    @Test(arguments: Fixture.videos) func randomAccessEqualsSequentialDecoding(_ fixture: Fixture) throws {
        let reader = try VideoReader(path: fixture.path)
        let index = try reader.makeIndex()
        var whole = PixelClip()
        try reader.frames(at: Array(0..<index.frameCount), using: index, into: &whole)
        var clip = PixelClip()
        var state: UInt64 = 1
        for attempt in 0..<200 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let position = Int(state >> 33) % index.frameCount
            // Sometimes with a second reader, which has only the index to go by.
            let opened = attempt % 10 == 0 ? try VideoReader(path: fixture.path, index: index) : reader
            let report = try opened.frames(at: [position], using: index, into: &clip)
            #expect(report.isClean, "position \(position)")
            #expect(clip.frame(0) == whole.frame(position)[...], "position \(position)")
        }
    }

    @Test(arguments: Fixture.videos) func clipsEqualSequentialDecoding(_ fixture: Fixture) throws {
        let reader = try VideoReader(path: fixture.path)
        let index = try reader.makeIndex()
        var whole = PixelClip()
        try reader.frames(at: Array(0..<index.frameCount), using: index, into: &whole)
        var clip = PixelClip()
        for start in 0..<min(index.frameCount, 24) {
            for stride in [1, 2, 5, 9] {
                let positions = (0..<6).map { (start + $0 * stride) % index.frameCount }
                #expect(try reader.frames(at: positions, using: index, into: &clip).isClean)
                for (slot, position) in positions.enumerated() {
                    #expect(clip.frame(slot).elementsEqual(whole.frame(position)), "\(positions), slot \(slot)")
                }
            }
        }
    }

    @Test func aPositionMayAppearTwiceAndInAnyOrder() throws {
        let reader = try VideoReader(path: Fixture(name: "closed-gop.mp4").path)
        let index = try reader.makeIndex()
        var clip = PixelClip()
        let report = try reader.frames(at: [40, 3, 40, 3, 3], using: index, into: &clip)
        #expect(report.convertedFrames == 2)
        #expect(clip.frame(0).elementsEqual(clip.frame(2)))
        #expect(clip.frame(1).elementsEqual(clip.frame(3)))
        #expect(clip.frame(1).elementsEqual(clip.frame(4)))
        #expect(!clip.frame(0).elementsEqual(clip.frame(1)))
    }

    @Test func problemsAreNamedInWords() throws {
        let reader = try VideoReader(path: Fixture(name: "cut-off.mp4").path)
        let index = try reader.makeIndex()
        var clip = PixelClip()
        #expect(try reader.frames(at: [0], using: index, into: &clip).problem == nil)
        let report = try reader.frames(at: [index.frameCount - 1], using: index, into: &clip)
        #expect(report.problem == "errors of the decoder: \(report.errors)")
    }

    @Test func noPositionsMakeAnEmptyClip() throws {
        let reader = try VideoReader(path: Fixture(name: "no-b.mp4").path)
        var clip = PixelClip(frames: 2, height: 3, width: 4)
        let report = try reader.frames(at: [], using: try reader.makeIndex(), into: &clip)
        #expect(report.decodedFrames == 0)
        #expect(clip.frames == 0)
        #expect(clip.pixels.isEmpty)
    }

    @Test func aSmallerClipKeepsTheBuffer() throws {
        var clip = PixelClip(frames: 8, height: 48, width: 64)
        let capacity = clip.pixels.capacity
        clip.resize(frames: 2, height: 48, width: 64)
        #expect(clip.pixels.count == 2 * 48 * 64 * 3)
        clip.resize(frames: 8, height: 48, width: 64)
        #expect(clip.pixels.capacity == capacity)
    }

    @Test func aReaderIsUsedForAnyNumberOfClips() throws {
        let reader = try VideoReader(path: Fixture(name: "open-gop.mp4").path)
        let index = try reader.makeIndex()
        var first = PixelClip()
        var again = PixelClip()
        try reader.frames(at: [30, 31, 32], using: index, into: &first)
        for position in [59, 0, 17, 44] { try reader.frames(at: [position], using: index, into: &again) }
        try reader.frames(at: [30, 31, 32], using: index, into: &again)
        #expect(first == again)
    }
}

/// How many pictures are decoded, counted by hand from the structure that `tools/reference/media_fixtures.py` asks the encoder for.
@Suite struct DecodedFrameTests {
    private func decoded(_ name: String, _ positions: [Int]) throws -> Int {
        let reader = try VideoReader(path: Fixture(name: name).path)
        let index = try reader.makeIndex()
        let before = reader.decodedFrames
        var clip = PixelClip()
        let report = try reader.frames(at: positions, using: index, into: &clip)
        #expect(report.decodedFrames == reader.decodedFrames - before)
        #expect(report.isClean)
        return report.decodedFrames
    }

    @Test func onlyFromTheLastKeyFrameToTheLastWantedOne() throws {
        // Groups of twelve without B pictures.
        #expect(try decoded("no-b.mp4", [12]) == 1)
        #expect(try decoded("no-b.mp4", [17]) == 6)
        #expect(try decoded("no-b.mp4", [11]) == 12)
        #expect(try decoded("no-b.mp4", [47]) == 12)
    }

    @Test func groupsWithoutAWantedFrameAreLeftOut() throws {
        #expect(try decoded("no-b.mp4", [1, 38]) == 2 + 3)
        #expect(try decoded("no-b.mp4", [0, 12, 24, 36]) == 4)
        // Groups that touch are decoded through.
        #expect(try decoded("no-b.mp4", [11, 12]) == 13)
    }

    @Test func unreferencedFramesThatNobodyWantsAreLeftOut() throws {
        // Display order I B B P B B P B B P B P: up to the P at 9 there are I, P, P, P.
        #expect(try decoded("closed-gop.mp4", [9]) == 4)
        // The B at 1 needs the I at 0 and the P at 3.
        #expect(try decoded("closed-gop.mp4", [1]) == 3)
        #expect(try decoded("closed-gop.mp4", [0, 3, 6, 9]) == 4)
        // A pyramid, I b B b P: the B in the middle is referred to, so that it is decoded for the P at 8, but no b is.
        #expect(try decoded("pyramid.mkv", [0]) == 1)
        #expect(try decoded("pyramid.mkv", [4]) == 2)
        #expect(try decoded("pyramid.mkv", [8]) == 4)
        #expect(try decoded("pyramid.mkv", [1]) == 4)
    }

    @Test func openGroupsBeginAtTheirRecoveryPoint() throws {
        // In the file: 0 | 4 2 1 3 8 6 5 7 | 12 10 9 11 16 ...; 2, 6 and 10 are referred to.
        #expect(try decoded("open-gop.mp4", [12]) == 1)
        #expect(try decoded("open-gop.mp4", [16]) == 3)
        // What is shown before the recovery point but follows it needs the group before.
        #expect(try decoded("open-gop.mp4", [9]) == 8)
        // Pictures behind the recovery point dismiss some that came before it: nothing is decoded again for that.
        for position in [32, 56, 80] { #expect(try decoded("open-references.mp4", [position]) == 5) }
    }

    @Test func mpeg4LeavesUnwantedBPicturesOut() throws {
        // I B B P B B P: the P at 6.
        #expect(try decoded("mpeg4.avi", [6]) == 3)
    }
}
