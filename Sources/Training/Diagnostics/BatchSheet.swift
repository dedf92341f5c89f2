import Datasets
import Media

/// A picture of what some clips of a batch show: a row a view, as in `ViewSheet`.
enum BatchSheet {
    /// The most frames of a clip.
    private static let frameCount = 8
    /// Pixels, beyond which one clip of each stream is enough: drawing must not be felt.
    private static let pixelLimit = 1 << 20

    /// Draws the first clips of each stream of `plan`, each below its name, by sample index in `names`.
    static func picture(of batch: Batch, _ plan: ViewPlan, names: [Int: String]) -> PixelClip {
        let clips = 2 * pixels(ofClips: plan) <= pixelLimit ? 2 : 1
        let few = Batch(batch.streams.mapValues { $0.excerpt(clips: clips, frames: frameCount) }).normalized()
        let sheet = ContactSheet(plan.streams.flatMap { stream in sections(of: few[stream.name], stream, names) })
        return PixelClip(frames: 1, height: sheet.height, width: sheet.width, pixels: sheet.pixels)
    }

    /// Pixels of one clip of each stream.
    private static func pixels(ofClips plan: ViewPlan) -> Int {
        let shapes = plan.streams.flatMap { stream in stream.views.map { stream.shape(of: $0) } }.filter { $0.count == 4 }
        return shapes.reduce(0) { $0 + min($1[1], frameCount) * $1[2] * $1[3] }
    }

    private static func sections(
        of batch: StreamBatch, _ stream: StreamRequest, _ names: [Int: String]
    ) -> [ContactSheet.Section] {
        let views = stream.views.map { view in
            let shape = stream.shape(of: view), isExcerpt = shape.count == 4 && shape[1] > frameCount
            let note = isExcerpt ? ", \(frameCount) of \(shape[1]) frames" : ""
            return ViewPictures.rows(of: batch, view).map { $0.map { (caption: $0.caption + note, clip: $0.clip) } }
        }
        return batch.sampleIndices.enumerated().map { clip, index in
            ContactSheet.Section(
                title: "\(stream.name): \(names[index] ?? "clip \(index)")", rows: views.flatMap { $0[clip] })
        }
    }
}
