import Files
import Media

extension ClassificationReport {
    /// The confusion matrix as a picture: a row a true class, a column a predicted one, the darker the larger the share of the
    /// row; the diagonal in blue, mistakes in red. Classes stand in index order, from the top and from the left.
    public var confusionPicture: PixelClip {
        let cell = max(4, 480 / max(1, classCount)), side = classCount * cell
        var pixels = [UInt8](repeating: 255, count: side * side * 3)
        for (label, counts) in confusion.enumerated() {
            let total = max(1, counts.reduce(0, +))
            for (prediction, count) in counts.enumerated() {
                let rest = UInt8(255 - 255 * count / total)
                let colour: [UInt8] = label == prediction ? [rest, rest, 255] : [255, rest, rest]
                // One pixel on the right and below stays white, so that cells can be told apart.
                for row in label * cell..<(label + 1) * cell - 1 {
                    for column in prediction * cell..<(prediction + 1) * cell - 1 {
                        let start = (row * side + column) * 3
                        pixels.replaceSubrange(start..<start + 3, with: count == 0 ? [240, 240, 240] : colour)
                    }
                }
            }
        }
        return PixelClip(frames: 1, height: side, width: side, pixels: pixels)
    }

    /// Writes `confusionPicture` as PNG. Throws `MediaError` and `FileError`.
    public func writeConfusionPicture(to path: String) throws {
        let picture = confusionPicture
        try AtomicFile.write(try PNG.encode(picture.pixels, height: picture.height, width: picture.width), to: path)
    }
}
