import Files
import Foundation
import Media
import TestSupport
import Testing

@Suite struct BadInputTests {
    private func expect(_ expected: MediaError, exitCode: ExitCode, opening path: String) {
        #expect(throws: expected) { try VideoReader(path: path) }
        #expect(expected.exitCode == exitCode)
        #expect(expected.description.contains(path))
    }

    @Test func missingFile() { expect(.missing(path: "/nowhere/a.mp4"), exitCode: .inputMissing, opening: "/nowhere/a.mp4") }

    @Test func folderAndFIFOAreNoFiles() throws {
        try withTemporaryFolder { folder in
            expect(.notAFile(path: folder), exitCode: .badData, opening: folder)
            let fifo = "\(folder)/fifo.mp4"
            try #require(mkfifo(fifo, 0o600) == 0)
            expect(.notAFile(path: fifo), exitCode: .badData, opening: fifo)
        }
    }

    @Test func zeroBytesAndText() throws {
        try withTemporaryFolder { folder in
            let empty = "\(folder)/empty.mp4"
            try AtomicFile.write([UInt8](), to: empty)
            expect(.empty(path: empty), exitCode: .badData, opening: empty)
            for (name, text) in [
                ("prose", String(repeating: "This is not a video. ", count: 500)), ("tiny", "x"),
                ("playlist", "#EXTM3U\n#EXTINF:1,\n/etc/hostname\n"), ("script", "ffconcat version 1.0\nfile /etc/hostname\n"),
            ] {
                let path = "\(folder)/\(name).mp4"
                try AtomicFile.write(text, to: path)
                expect(.notMedia(path: path), exitCode: .badData, opening: path)
            }
        }
    }

    @Test func noPermission() throws {
        // The superuser may read everything.
        guard getuid() != 0 else { return }
        try withTemporaryFolder { folder in
            let path = "\(folder)/secret.mp4"
            try AtomicFile.write(try Fixture(name: "no-b.mp4").bytes(), to: path)
            chmod(path, 0)
            expect(.unreadable(path: path, code: EACCES), exitCode: .inputMissing, opening: path)
        }
    }

    @Test func linkThatLeadsToItself() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/loop.mp4"
            try #require(symlink(path, path) == 0)
            expect(.unreadable(path: path, code: ELOOP), exitCode: .inputMissing, opening: path)
        }
    }

    @Test func soundOnly() {
        let path = Fixture(name: "sound-only.m4a").path
        expect(.noVideo(path: path), exitCode: .badData, opening: path)
    }

    @Test func headerCutOff() throws {
        try withTemporaryFolder { folder in
            // The header of this file is at its end.
            let bytes = try Fixture(name: "no-b.mp4").bytes()
            for share in [2, 10, 50, 90] {
                let path = "\(folder)/cut-\(share).mp4"
                try AtomicFile.write(bytes.prefix(bytes.count * share / 100), to: path)
                expect(.damagedHeader(path: path), exitCode: .badData, opening: path)
            }
        }
    }

    @Test func noPictureCanBeDecoded() throws {
        try withTemporaryFolder { folder in
            var bytes = try Fixture(name: "no-b.mp4").bytes()
            let data = try #require(bytes.firstRange(of: Array("mdat".utf8)))
            let header = try #require(bytes.lastRange(of: Array("moov".utf8)))
            for offset in data.upperBound..<header.lowerBound - 4 { bytes[offset] = 0 }
            let path = "\(folder)/blank.mp4"
            try AtomicFile.write(bytes, to: path)
            let reader = try VideoReader(path: path)
            #expect(throws: MediaError.noFrames(path: path)) { try reader.makeIndex() }
        }
    }

    /// The data of this file end in the middle: what is there is read, and nothing is passed off as whole.
    @Test func dataCutOff() throws {
        let reader = try VideoReader(path: Fixture(name: "cut-off.mp4").path)
        let index = try reader.makeIndex()
        #expect(index.frameCount > 10 && index.frameCount < 48)
        var clip = PixelClip()
        #expect(try reader.frames(at: [0, 5, 10], using: index, into: &clip).isClean)
        let report = try reader.frames(at: [index.frameCount - 1], using: index, into: &clip)
        #expect(!report.isClean)
    }

    @Test func damagedPictureIsReportedAndOthersAreClean() throws {
        try withTemporaryFolder { folder in
            var bytes = try Fixture(name: "no-b.mp4").bytes()
            let data = try #require(bytes.firstRange(of: Array("mdat".utf8)))
            // Within the first group of pictures, behind its first frame.
            for offset in data.upperBound + 2200..<data.upperBound + 2300 { bytes[offset] = 0x5a }
            let path = "\(folder)/damaged.mp4"
            try AtomicFile.write(bytes, to: path)
            let reader = try VideoReader(path: path)
            let index = try reader.makeIndex()
            var clip = PixelClip()
            let positions = Array(0..<index.frameCount)
            #expect(try !reader.frames(at: positions, using: index, into: &clip).isClean)
            #expect(try reader.frames(at: [36, 40], using: index, into: &clip).isClean)
        }
    }

    /// The decoder need not see that a picture has changed; its packet's checksum shows it.
    @Test func aFileThatHasChangedSinceItWasIndexedIsFoundOut() throws {
        try withTemporaryFolder { folder in
            let whole = Fixture(name: "no-b.mp4")
            let index = try VideoReader(path: whole.path).makeIndex()
            var bytes = try whole.bytes()
            let data = try #require(bytes.firstRange(of: Array("mdat".utf8)))
            bytes[data.upperBound + 2200] ^= 1
            let path = "\(folder)/changed.mp4"
            try AtomicFile.write(bytes, to: path)
            let reader = try VideoReader(path: path, index: index)
            var clip = PixelClip()
            let report = try reader.frames(at: Array(0..<12), using: index, into: &clip)
            #expect(report.changedPackets == 1 && report.problem?.contains("changed since the file was indexed: 1") == true)
            #expect(try reader.frames(at: [36, 40], using: index, into: &clip).isClean)
        }
    }

    @Test func anAngleThatIsNoQuarterTurnIsRefused() throws {
        try withTemporaryFolder { folder in
            var bytes = try Fixture(name: "rotated.mp4").bytes()
            let quarter: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0]
            let matrix = try #require(bytes.firstRange(of: quarter))
            // As large along the sides as across: a turn by 45 degrees.
            bytes.replaceSubrange(matrix.lowerBound..<matrix.lowerBound + 4, with: [0, 1, 0, 0])
            let path = "\(folder)/aslant.mp4"
            try AtomicFile.write(bytes, to: path)
            expect(.unsupportedOrientation(path: path), exitCode: .badData, opening: path)
            // One that was never filled in says nothing.
            bytes.replaceSubrange(matrix.lowerBound..<matrix.lowerBound + 16, with: [UInt8](repeating: 0, count: 16))
            let empty = "\(folder)/empty.mp4"
            try AtomicFile.write(bytes, to: empty)
            #expect(try VideoReader(path: empty).info.rotation == 0)
        }
    }

    @Test func picturesOfAnotherSizeAreNamedAndThoseBeforeAreWhole() throws {
        let reader = try VideoReader(path: Fixture(name: "two-sizes.h264").path), index = try reader.makeIndex()
        var frames = DecodedFrames()
        #expect(index.frameCount == 24)
        #expect(try reader.read(FrameRequest(pixels: [3, 11], vectors: [3, 11]), using: index, into: &frames).isClean)
        for (frame, request) in [(12, FrameRequest(pixels: [12])), (20, FrameRequest(vectors: [20]))] {
            #expect(throws: MediaError.sizeChanged(path: reader.path, frame: frame)) {
                try reader.read(request, using: index, into: &frames)
            }
        }
        #expect(throws: MediaError.sizeChanged(path: reader.path, frame: 12)) { try reader.examine() }
    }

    @Test(arguments: [(16, 16), (4096, 2304)]) func theSmallestAndTheLargestPictures(_ width: Int, _ height: Int) throws {
        let temporary = try TemporaryFolder(), path = temporary("one.mp4")
        let grey = [UInt8](repeating: 90, count: 3 * width * height)
        let writer = try VideoWriter(path: path, width: width, height: height, frameRate: .init(25))
        try writer.append(picture: grey)
        try writer.finish()
        let reader = try VideoReader(path: path), index = try reader.makeIndex()
        var clip = PixelClip()
        #expect(index.frameCount == 1 && (reader.info.width, reader.info.height) == (width, height))
        #expect(try reader.frames(at: [0, 0], using: index, into: &clip).isClean)
        #expect(clip.pixels.allSatisfy { (88...92).contains($0) })
    }

    @Test func aFileThatHasShrunkSinceItWasIndexedIsNoticed() throws {
        let temporary = try TemporaryFolder(), path = temporary("shrinks.mkv")
        try Data(Fixture(name: "pyramid.mkv").bytes()).write(to: URL(fileURLWithPath: path))
        let index = try VideoReader(path: path).makeIndex()
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 3000)
        var clip = PixelClip()
        #expect(try !VideoReader(path: path, index: index).frames(at: [70], using: index, into: &clip).isClean)
    }

    @Test func positionsOutsideTheFile() throws {
        let fixture = Fixture(name: "no-b.mp4")
        let reader = try VideoReader(path: fixture.path)
        let index = try reader.makeIndex()
        var clip = PixelClip()
        for position in [-1, 48] {
            #expect(throws: MediaError.positionOutOfRange(path: fixture.path, position: position, frameCount: 48)) {
                try reader.frames(at: [0, position], using: index, into: &clip)
            }
        }
    }

    @Test func anIndexOfAnotherFileIsRefused() throws {
        let path = Fixture(name: "no-b.mp4").path
        let other = try VideoReader(path: Fixture(name: "open-gop.mp4").path).makeIndex()
        let reader = try VideoReader(path: path, index: other)
        var clip = PixelClip()
        #expect(throws: MediaError.changedSinceIndexed(path: path)) { try reader.frames(at: [40], using: other, into: &clip) }
    }

    @Test func descriptorsAreClosed() throws {
        func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        let fixture = Fixture(name: "closed-gop.mp4")
        let before = try descriptors()
        for _ in 0..<100 {
            let reader = try VideoReader(path: fixture.path)
            var clip = PixelClip()
            try reader.frames(at: [20], using: try reader.makeIndex(), into: &clip)
            _ = try? VideoReader(path: Fixture(name: "sound-only.m4a").path)
        }
        // Other tests run at the same time and hold some of their own.
        #expect(try descriptors() < before + 50)
    }
}
