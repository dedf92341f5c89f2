import Files
import Media
import TestSupport
import Testing

@Suite struct PixelTests {
    /// BT.601 and BT.709, limited and full range, odd size, 4:4:4, grey, ten bits: against libswscale.
    @Test(arguments: [
        "closed-gop.mp4", "full-range-709.mp4", "odd-size.avi", "ten-bit.mkv", "chroma-444.mkv", "grey.mkv", "alpha.mkv",
    ])
    func coloursAreWithinOneLevelOfLibswscale(_ name: String) throws {
        let fixture = Fixture(name: name)
        let reader = try VideoReader(path: fixture.path)
        var clip = PixelClip()
        try reader.frames(at: [0], using: try reader.makeIndex(), into: &clip)
        let expected = try fixture.expectedFirstFrame()
        #expect(greatestDifference(clip.pixels, expected) <= 1)
        // Rounding differs here and there, but there is no bias.
        let sum = zip(clip.pixels, expected).reduce(0) { $0 + Int($1.0) - Int($1.1) }
        #expect(abs(Double(sum) / Double(expected.count)) < 0.05)
    }

    /// RGB is copied or rounded; packed Y'CbCr and 16 bits go the way of the others.
    @Test(arguments: Fixture.pixelFormats) func pixelsOfEveryLayoutAreWithinOneLevelOfLibswscale(_ fixture: Fixture) throws {
        try coloursAreWithinOneLevelOfLibswscale(fixture.name)
        #expect(try VideoReader(path: fixture.path).examine().problem == nil)
    }

    @Test(arguments: ["rgb.mkv", "rgb-alpha.mkv", "rgb-planes.mkv", "rgb-16.nut", "rgb-10.mkv"])
    func rgbIsExact(_ name: String) throws {
        let fixture = Fixture(name: name), reader = try VideoReader(path: fixture.path)
        var clip = PixelClip()
        try reader.frames(at: [0], using: try reader.makeIndex(), into: &clip)
        #expect(try clip.pixels == fixture.expectedFirstFrame())
    }

    /// A palette: what cannot be shown is told when the file is indexed or examined, not in the middle of a run.
    @Test func picturesThatCannotBeConvertedAreNamedByTheIndex() throws {
        let temporary = try TemporaryFolder(), path = temporary("palette.avi")
        var bytes = try Fixture(name: "packed-422.avi").bytes()
        let format = try #require(bytes.firstRange(of: [16, 0] + Array("YUY2".utf8)))
        bytes.replaceSubrange(format, with: [8, 0, 0, 0, 0, 0])
        try AtomicFile.write(bytes, to: path)
        let reader = try VideoReader(path: path)
        #expect(throws: MediaError.unsupportedPixelFormat(path: path, format: "pal8")) { try reader.makeIndex() }
        #expect(throws: MediaError.unsupportedPixelFormat(path: path, format: "pal8")) { try reader.examine() }
    }

    @Test func pngGivesThePixelsBack() throws {
        for (height, width) in [(1, 1), (7, 13), (48, 64)] {
            let pixels = (0..<height * width * 3).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
            let bytes = try PNG.encode(pixels, height: height, width: width)
            #expect(bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
            #expect(try PNG.decode(bytes) == PixelClip(frames: 1, height: height, width: width, pixels: pixels))
        }
    }

    @Test func whatIsNoPNGIsRefused() throws {
        #expect(throws: MediaError.notAPicture) { try PNG.decode([]) }
        #expect(throws: MediaError.notAPicture) { try PNG.decode(Array("no picture".utf8)) }
        let bytes = try PNG.encode([UInt8](repeating: 9, count: 300), height: 10, width: 10)
        #expect(throws: MediaError.notAPicture) { try PNG.decode(Array(bytes.prefix(30))) }
    }
}
