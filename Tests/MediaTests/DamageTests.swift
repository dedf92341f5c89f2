import Files
import Media
import TestSupport
import Testing

/// Damage that is found only where one looks beyond what libavcodec's decoders report by themselves.
@Suite struct DamageTests {
    /// A reader of a fixture whose bytes were changed, with the index that is made of it as it is now.
    private func damaged(_ name: String, _ change: (inout [UInt8]) -> Void) throws -> (VideoReader, VideoIndex) {
        try withTemporaryFolder { folder in
            var bytes = try Fixture(name: name).bytes()
            change(&bytes)
            let path = "\(folder)/\(name)"
            try AtomicFile.write(bytes, to: path)
            // An open file can be read after its folder is gone.
            let reader = try VideoReader(path: path)
            return (reader, try reader.makeIndex())
        }
    }

    private func report(_ reader: VideoReader, _ index: VideoIndex, _ positions: [Int]) throws -> DecodeReport {
        var clip = PixelClip()
        return try reader.frames(at: positions, using: index, into: &clip)
    }

    @Test func pictureThatIsNotWantedButReferredToCounts() throws {
        // libavcodec patches up frame 2 and reports no error; the frames behind it, until the next start, are wrong.
        let (reader, index) = try damaged("no-b.mp4") { $0[1035] ^= 1 }
        let whole = try report(reader, index, Array(0..<index.frameCount))
        #expect(whole.corruptPositions == [2])
        #expect(try !report(reader, index, [8, 10]).isClean)
        #expect(try report(reader, index, [0, 1]).isClean)
        #expect(try report(reader, index, [24, 30]).isClean)
    }

    @Test func zerosWithinAPictureAreNoticed() throws {
        // The decoder takes them for a picture.
        let (reader, index) = try damaged("no-b.mp4") { $0.replaceSubrange(5182..<5206, with: repeatElement(0, count: 24)) }
        #expect(try !report(reader, index, [30]).isClean)
        #expect(try report(reader, index, [0, 8, 40]).isClean)
    }

    @Test func chunkThatOnlyTheIndexOfAVIKnowsIsMissed() throws {
        let (reader, index) = try damaged("mpeg4.avi") { bytes in
            let name = Array("00dc".utf8)
            let chunks = bytes.indices.dropLast(4).filter { Array(bytes[$0..<$0 + 4]) == name }
            bytes.replaceSubrange(chunks[20]..<chunks[20] + 4, with: repeatElement(0, count: 4))
        }
        #expect(index.frameCount < 48)
        let first = try #require(index.firstDoubtfulFrame)
        #expect((12...21).contains(first))
        #expect(try report(reader, index, [0, 8]).isClean)
        #expect(try report(reader, index, [8, first + 12]).doubtfulPositions == [first + 12])
        #expect(try VideoIndex(serialized: index.serialized) == index)
    }

    @Test(.enabled(if: MediaLibrary.hasDecoder("libvpx-vp9"))) func damagedVP9IsNoticed() throws {
        // libavcodec's own decoder shows frames 25 to 29 wrongly without a word.
        let (reader, index) = try damaged("vp9.webm") { $0[5476] ^= 1 }
        #expect(index.keyFrames == [0, 12, 24])
        let isShort = index.frameCount < 30
        #expect(try isShort ? index.decodeErrors > 0 : !report(reader, index, [24, 29]).isClean)
        #expect(try report(reader, index, [0, 8]).isClean)
    }

    @Test(.enabled(if: MediaLibrary.hasDecoder("libvpx-vp9"))) func lostFirstKeyFrameMakesAllFramesDoubtful() throws {
        // The mark of a key frame, behind the header of the first block.
        let (_, index) = try damaged("vp9.webm") { bytes in
            guard let key = bytes.firstRange(of: [0x82, 0x49, 0x83, 0x42]) else { return }
            bytes[key.lowerBound + 1] = 0
        }
        #expect(index.frameCount < 30 && index.firstDoubtfulFrame == 0)
    }

    @Test func endOfMatroskaThatIsCutOffIsNoticed() throws {
        let (reader, index) = try damaged("vp9.webm") { $0.removeLast($0.count / 3) }
        #expect(index.frameCount < 30)
        #expect(try reader.examine().problem?.contains("the file ends before its header says so") == true)
        #expect(try VideoReader(path: Fixture(name: "vp9.webm").path).examine().problem == nil)
    }

    /// Packets of sound that are no sound any more; the pictures are whole.
    @Test func soundThatCannotBeDecodedIsFoundByExamining() throws {
        let whole = try VideoReader(path: Fixture(name: "closed-gop.mp4").path).examine()
        #expect(whole.problem == nil && whole.soundErrors == 0 && !whole.isSoundUnsupported)
        let (reader, index) = try damaged("closed-gop.mp4") { bytes in
            // Places of packets of sound, by ffprobe.
            for start in [5394, 6034, 6777, 7605, 8371] {
                for offset in start..<start + 240 { bytes[offset] = UInt8(truncatingIfNeeded: 151 &* offset) }
            }
        }
        let found = try reader.examine()
        #expect(found.soundErrors > 0 && found.corruptFrames == 0 && found.frames == index.frameCount)
        #expect(found.problem?.contains("errors of the sound's decoder") == true)
        #expect(try reader.sound(from: 0, count: 16_000, rate: 16_000).errors > 0)
        // What comes after it reads pictures as before.
        #expect(try report(reader, index, [3, 30]).isClean)
    }

    /// Cut between two packets, so that every byte that is left is whole; the index at the end goes with the rest.
    @Test func endOfAVIThatIsCutOffAtAChunkIsNoticedByTheIndex() throws {
        let (reader, index) = try damaged("mpeg4.avi") { bytes in
            let name = Array("00dc".utf8)
            let chunks = bytes.indices.dropLast(4).filter { Array(bytes[$0..<$0 + 4]) == name }
            // The first of these names stands in the header.
            bytes.removeSubrange(chunks[31]...)
        }
        #expect(index.lostPackets == 18 && index.problem == "18 packets missing at the end")
        #expect(try reader.examine().lostPackets == 18)
        #expect(try VideoIndex(serialized: index.serialized).lostPackets == 18)
    }

    @Test func endsThatAreMissingAreNoticedByTheIndex() throws {
        let cut = try VideoReader(path: Fixture(name: "cut-off.mp4").path)
        let lost = try cut.makeIndex().lostPackets
        #expect(try lost > 0 && lost == cut.examine().lostPackets)
        for name in ["vp9.webm", "pyramid.mkv"] {
            let (_, index) = try damaged(name) { $0.removeLast($0.count / 3) }
            #expect(index.truncation != nil, "\(name)")
        }
        let sizes = try VideoReader(path: Fixture(name: "two-sizes.h264").path).makeIndex()
        #expect(sizes.problem == "the picture changes its size at frame 12")
    }

    @Test(arguments: Fixture.videos) func theIndexOfAWholeFileHasNoProblem(_ fixture: Fixture) throws {
        let index = try VideoReader(path: fixture.path).makeIndex()
        #expect(index.problem == nil && index.lostPackets == 0)
    }

    /// Muxers that were written before the standard was finished left the version of the configuration at 0.
    @Test func hevcWhoseConfigurationHasNoVersionIsWhole() throws {
        let (reader, index) = try damaged("hevc.mp4") { bytes in
            guard let record = bytes.firstRange(of: Array("hvcC".utf8)) else { return }
            bytes[record.upperBound] = 0
        }
        #expect(try index.frameCount == 30 && report(reader, index, [0, 29]).isClean)
    }

    @Test func digestsBesidePicturesAreChecked() throws {
        let whole = try VideoReader(path: Fixture(name: "digests.mp4").path)
        let index = try whole.makeIndex()
        #expect(try report(whole, index, Array(0..<15)).isClean)
        // In the third picture, which HEVC's decoder shows without a word.
        let (reader, changed) = try damaged("digests.mp4") { bytes in
            guard let data = bytes.firstRange(of: Array("mdat".utf8)) else { return }
            bytes[data.upperBound + 450] ^= 1
        }
        #expect(try !report(reader, changed, [2, 9]).isClean)
    }
}
