/// Clips side by side in one picture: a row a clip, a column a frame.
public struct ContactSheet: Sendable {
    /// Rows and columns of the picture, in pixels.
    public let height: Int, width: Int
    /// RGB samples, `[height, width, 3]`.
    public let pixels: [UInt8]

    /// Puts `clips` below each other, `gap` pixels of white apart, and a wider gap after every `group` of them.
    public init(_ clips: [PixelClip], group: Int = 1, gap: Int = 2) {
        let isLast = { (row: Int) in row + 1 == clips.count }
        let tops = clips.indices.reduce(into: [0]) { tops, row in
            let space = isLast(row) ? 0 : (row + 1) % max(1, group) == 0 && group > 1 ? 4 * gap : gap
            tops.append((tops.last ?? 0) + clips[row].height + space)
        }
        height = max(1, tops.last ?? 0)
        width = max(1, clips.map { $0.frames * ($0.width + gap) - gap }.max() ?? 0)
        var canvas = [UInt8](repeating: 255, count: height * width * 3)
        for (row, clip) in clips.enumerated() {
            for frame in 0..<clip.frames {
                let picture = clip.frame(frame)
                for line in 0..<clip.height {
                    let target = ((tops[row] + line) * width + frame * (clip.width + gap)) * 3
                    let source = picture.startIndex + line * clip.width * 3
                    canvas.replaceSubrange(target..<target + clip.width * 3, with: picture[source..<source + clip.width * 3])
                }
            }
        }
        pixels = canvas
    }

    /// The picture as PNG. Throws `MediaError.failed`.
    public func png() throws(MediaError) -> [UInt8] { try PNG.encode(pixels, height: height, width: width) }
}
