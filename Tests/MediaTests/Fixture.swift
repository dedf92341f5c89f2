import Foundation
import Media
import Testing

/// One of the small videos of Tests/Reference/media, with what FFmpeg's tools say about it (tools/reference/media_fixtures.py).
struct Fixture: CustomTestStringConvertible {
    struct Frame {
        let type: PictureType
        let isKey: Bool
        let time: Int?
        /// Twelve pixels, RGB.
        let samples: [UInt8]
    }

    let name: String

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Reference/media").path

    static let videos =
        [
            "closed-gop.mp4", "open-gop.mp4", "open-references.mp4", "pyramid.mkv", "no-b.mp4", "slices.mov", "variable-rate.mp4",
            "refresh.mp4", "interlaced.mp4", "h264.avi", "h264.ts", "full-range-709.mp4", "mpeg4.avi", "mpeg4.mov", "packed.avi",
            "raw.m4v", "odd-size.avi", "mpeg2.mpg", "mpeg2.ts", "h263.3gp", "vp9.webm", "av1.mp4", "hevc.mp4", "ten-bit.mkv",
            "chroma-444.mkv", "grey.mkv", "alpha.mkv", "rotated.mp4", "mirrored.mp4", "cropped.mp4", "trimmed.mp4",
            "cut-open.mkv",
        ].map(Fixture.init(name:)) + pixelFormats

    /// One picture each, of packed and planar RGB, packed Y'CbCr and samples of 16 bits.
    static let pixelFormats = [
        "packed-422.avi", "packed-422.mov", "rgb.mkv", "rgb-alpha.mkv", "rgb-planes.mkv", "rgb-16.nut", "rgb-565.nut",
        "rgb-10.mkv",
        "sixteen-bit.mkv", "sixteen-bit.nut", "grey-16.mkv", "grey-alpha.nut",
    ].map(Fixture.init(name:))

    var testDescription: String { name }

    var path: String { "\(Self.folder)/\(name)" }

    func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    /// In output order.
    func expectedFrames() throws -> [Frame] {
        try String(contentsOfFile: path + ".txt", encoding: .utf8).split(separator: "\n").map { line in
            let fields = line.split(separator: " ")
            let letters: [Substring: PictureType] = ["I": .intra, "P": .predicted, "B": .bidirectional]
            return Frame(
                type: letters[fields[0]] ?? .unknown, isKey: fields[1] == "1", time: Int(fields[2]),
                samples: stride(from: 0, to: fields[3].count, by: 2).map { offset in
                    let start = fields[3].index(fields[3].startIndex, offsetBy: offset)
                    return UInt8(fields[3][start..<fields[3].index(start, offsetBy: 2)], radix: 16) ?? 0
                })
        }
    }

    /// The first frame entire, `[H, W, 3]`.
    func expectedFirstFrame() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path + ".rgb"))) }
}

/// The twelve pixels of a frame that the reference lists.
func samples(of clip: PixelClip, frame: Int) -> [UInt8] {
    let pixels = Array(clip.frame(frame))
    return (0..<12).flatMap { s in
        let offset = ((104_729 * s + 7) % clip.height * clip.width + (7919 * s + 13) % clip.width) * 3
        return pixels[offset..<offset + 3]
    }
}

/// The greatest difference between two lists of samples.
func greatestDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
    a.count == b.count ? zip(a, b).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) } : .max
}
