import Foundation
import Media
import TestSupport
import Testing

@Suite struct MotionVectorTests {
    private static let videos = [
        "closed-gop.mp4", "open-gop.mp4", "open-references.mp4", "pyramid.mkv", "no-b.mp4", "slices.mov", "h264.ts",
        "interlaced.mp4",
        "mpeg4.avi", "mpeg4.mov", "packed.avi", "raw.m4v", "odd-size.avi", "mpeg2.mpg", "mpeg2.ts", "h263.3gp", "rotated.mp4",
        "mirrored.mp4", "cropped.mp4",
    ].map(Fixture.init(name:))

    /// The number of cells with a vector, and sums of their vectors, plain and weighted by the cell's number.
    private func sums(of clip: VectorClip, frame: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: 5)
        for row in 0..<clip.rows {
            for column in 0..<clip.columns {
                guard let vector = clip[frame, row, column] else { continue }
                let number = Double(row * clip.columns + column + 1)
                let terms = [1, Double(vector.x), Double(vector.y), Double(vector.x) * number, Double(vector.y) * number]
                sums = zip(sums, terms).map { $0 + $1 }
            }
        }
        return sums
    }

    /// tools/reference/motion_vectors.py paints the blocks pixel by pixel, in numpy.
    @Test(arguments: videos) func vectorsAreThoseOfTheReference(_ fixture: Fixture) throws {
        let reader = try VideoReader(path: fixture.path), index = try reader.makeIndex()
        let lines = try String(contentsOfFile: fixture.path + ".vectors.txt", encoding: .utf8).split(separator: "\n")
        let expected = lines.map { $0.split(separator: " ").compactMap { Double($0) } }
        var frames = DecodedFrames()
        let all = FrameRequest(vectors: Array(0..<index.frameCount))
        #expect(try reader.read(all, using: index, into: &frames).isClean && expected.count == index.frameCount)
        for (frame, line) in expected.enumerated() {
            let found = sums(of: frames.vectors, frame: frame)
            let isClose = zip(found, line).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) }
            #expect(isClose, "frame \(frame): \(found) instead of \(line)")
        }
    }

    /// tools/reference/motion_vectors.py: sides of blocks and quantizers.
    @Test(arguments: ["closed-gop.mp4", "mpeg4.avi", "mpeg2.mpg", "rotated.mp4", "cropped.mp4"].map(Fixture.init(name:)))
    func blocksAreThoseOfTheReference(_ fixture: Fixture) throws {
        let reader = try VideoReader(path: fixture.path), index = try reader.makeIndex()
        let lines = try String(contentsOfFile: fixture.path + ".blocks.txt", encoding: .utf8).split(separator: "\n")
        var frames = DecodedFrames()
        let all = Array(0..<index.frameCount)
        #expect(try reader.read(FrameRequest(vectors: all, blocks: all), using: index, into: &frames).isClean)
        for (frame, line) in lines.enumerated() {
            let expected = line.split(separator: " ").compactMap { Double($0) }, cells = frames.blocks.cellsPerFrame
            var sums = [Double](repeating: 0, count: 5)
            for cell in 0..<cells {
                let (number, place) = (Double(cell + 1), frame * cells + cell)
                let side = Double(frames.blocks.vectors[2 * place]), quantizer = Double(frames.blocks.vectors[2 * place + 1])
                let terms = [Double(frames.blocks.validity[place]), side, quantizer, side * number, quantizer * number]
                sums = zip(sums, terms).map { $0 + $1 }
            }
            let isClose = zip(sums, expected).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) }
            #expect(isClose, "frame \(frame): \(sums) instead of \(expected)")
        }
    }

    @Test(arguments: videos) func vectorsAndPixelsAreTheSameTogetherAndApartAndInAnyOrder(_ fixture: Fixture) throws {
        let reader = try VideoReader(path: fixture.path), index = try reader.makeIndex()
        var all = DecodedFrames(), pixels = PixelClip(), some = DecodedFrames()
        let positions = Array(0..<index.frameCount)
        try reader.frames(at: positions, using: index, into: &pixels)
        try reader.read(FrameRequest(pixels: positions, vectors: positions), using: index, into: &all)
        #expect(all.pixels == pixels)
        let wanted = [index.frameCount - 1, 5, 2, 5].map { min($0, index.frameCount - 1) }
        let opened = try VideoReader(path: fixture.path, index: index)
        try opened.read(FrameRequest(pixels: [3], vectors: wanted), using: index, into: &some)
        #expect(Array(some.pixels.frame(0)) == Array(pixels.frame(3)))
        for (slot, position) in wanted.enumerated() {
            #expect(sums(of: some.vectors, frame: slot) == sums(of: all.vectors, frame: position))
        }
    }

    @Test func filesOfCodecsWithoutVectorsSayWhichCodec() throws {
        let reader = try VideoReader(path: Fixture(name: "vp9.webm").path), index = try reader.makeIndex()
        var frames = DecodedFrames()
        #expect(!reader.hasMotionVectors)
        #expect(throws: MediaError.noVectors(path: reader.path, codec: "vp9")) {
            try reader.read(FrameRequest(vectors: [0]), using: index, into: &frames)
        }
    }

    /// The card's stream fixture: 300 macroblocks of 4 cells in each of 55 P pictures, all of them (+2, 0).
    @Test func aCameraThatPansByTwoPixelsGivesNothingElse() throws {
        let temporary = try TemporaryFolder(), path = temporary("pan.mp4")
        try PanningTexture.write(to: path)
        let reader = try VideoReader(path: path), index = try reader.makeIndex()
        var frames = DecodedFrames(), predicted = 0
        try reader.read(FrameRequest(vectors: Array(0..<60)), using: index, into: &frames)
        for frame in 0..<60 where index.pictureType(of: frame) == .predicted {
            predicted += 1
            #expect(sums(of: frames.vectors, frame: frame).prefix(3) == [1200, 2400, 0])
        }
        #expect(predicted == 55)
        for frame in index.keyFrames { #expect(sums(of: frames.vectors, frame: frame)[0] == 0) }
    }
}
