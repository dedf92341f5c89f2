/// Clips below each other in one picture: a row a clip, a column a frame.
public struct ContactSheet: Sendable {
    /// Some rows that belong together.
    public struct Section: Sendable {
        /// What stands above them; nil for nothing.
        public let title: String?
        /// The rows, each with what stands above it; nil for nothing.
        public let rows: [(caption: String?, clip: PixelClip)]

        /// Rows that belong together; see the properties.
        public init(title: String? = nil, rows: [(caption: String?, clip: PixelClip)]) {
            self.title = title
            self.rows = rows
        }
    }

    /// Rows and columns of the picture, in pixels.
    public let height: Int, width: Int
    /// RGB samples, `[height, width, 3]`.
    public let pixels: [UInt8]

    /// Columns of pixels for a caption, however narrow the pictures are.
    private static let captionRoom = 400

    /// Puts the rows of `sections` below each other, `gap` pixels of white apart, and a wider gap after every section of several rows.
    /// Of a text that is wider than the picture the end is shown.
    public init(_ sections: [Section], gap: Int = 2) {
        var top = 0
        var texts: [(text: String, top: Int)] = [], pictures: [(clip: PixelClip, top: Int)] = []
        func write(_ text: String?) {
            guard let text else { return }
            texts.append((text, top))
            top += Lettering.lineHeight
        }
        for section in sections {
            write(section.title)
            for row in section.rows {
                write(row.caption)
                pictures.append((row.clip, top))
                top += row.clip.height + gap
            }
            if section.rows.count > 1 { top += 3 * gap }
        }
        height = max(1, (pictures.last.map { $0.top + $0.clip.height } ?? 0))
        let captions = sections.flatMap(\.rows).compactMap(\.caption).map(Lettering.width)
        width = max(
            1, pictures.map { $0.clip.frames * ($0.clip.width + gap) - gap }.max() ?? 0,
            min(Self.captionRoom, captions.max() ?? 0))
        var canvas = [UInt8](repeating: 255, count: height * width * 3)
        for (clip, top) in pictures { ContactSheet.draw(clip, top: top, gap: gap, into: &canvas, width: width) }
        for (text, top) in texts { Lettering.draw(text, top: top, into: &canvas, width: width) }
        pixels = canvas
    }

    private static func draw(_ clip: PixelClip, top: Int, gap: Int, into canvas: inout [UInt8], width: Int) {
        for frame in 0..<clip.frames {
            let picture = clip.frame(frame)
            for line in 0..<clip.height {
                let target = ((top + line) * width + frame * (clip.width + gap)) * 3
                let source = picture.startIndex + line * clip.width * 3
                canvas.replaceSubrange(target..<target + clip.width * 3, with: picture[source..<source + clip.width * 3])
            }
        }
    }

    /// The picture as PNG. Throws `MediaError.failed`.
    public func png() throws(MediaError) -> [UInt8] { try PNG.encode(pixels, height: height, width: width) }
}
