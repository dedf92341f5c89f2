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

    /// RGB is copied or rounded (libswscale dithers where it has more than eight bits); packed Y'CbCr and 16 bits go the way of the others.
    @Test(arguments: Fixture.pixelFormats) func pixelsOfEveryLayoutAreWithinOneLevelOfLibswscale(_ fixture: Fixture) throws {
        let reader = try VideoReader(path: fixture.path)
        var clip = PixelClip()
        try reader.frames(at: [0], using: try reader.makeIndex(), into: &clip)
        #expect(try greatestDifference(clip.pixels, fixture.expectedFirstFrame()) <= 1)
        #expect(try reader.examine().problem == nil)
    }

    @Test(arguments: ["rgb.mkv", "rgb-alpha.mkv", "rgb-planes.mkv", "rgb-565.nut"])
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

    @Test func captionsStandAboveTheirRowsInsideThePicture() {
        let clip = PixelClip(frames: 2, height: 6, width: 20, pixels: [UInt8](repeating: 128, count: 720))
        let sheet = ContactSheet([.init(title: "A title that is wider", rows: [("i", clip), (nil, clip)])])
        #expect(sheet.width == 42 && sheet.height == 16 + 16 + 6 + 2 + 6)
        func colours(_ rows: Range<Int>) -> Set<UInt8> { Set(sheet.pixels[rows.lowerBound * 126..<rows.upperBound * 126]) }
        #expect(colours(0..<16) == [0, 255] && colours(16..<32) == [0, 255] && colours(32..<38) == [128, 255])
        // The letter I: 3 squares, 1, 1, 1, 3, of 2 x 2 pixels.
        let letter = (16..<32).reduce(0) { sum, row in sum + (0..<42).count { sheet.pixels[3 * (row * 42 + $0)] == 0 } }
        #expect(letter == 9 * 4)
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
