import Augment
import Media
import Tensor

/// One thread of a loader: decodes the frames of a sample once and makes all its views.
final class LoaderWorker: @unchecked Sendable {
    private let assembly: BatchAssembly
    private let media: MediaSettings
    // Kept from sample to sample, so that a steady loader allocates nothing large. Only this worker's thread touches them.
    private var frames = SampleFrames()
    private var maker = ViewMaker()

    init(assembly: BatchAssembly, media: MediaSettings) {
        self.assembly = assembly
        self.media = media
    }

    func run() {
        while let place = assembly.take() {
            do {
                var damage: [DamageLedger.Note] = []
                let filled = try fill(place, &damage)
                assembly.finish(place, filled, damage: damage)
            } catch {
                assembly.fail(error)
            }
        }
    }

    /// Fills a place; a damaged sample is noted and replaced where the source says so.
    private func fill(_ place: BatchAssembly.Place, _ damage: inout [DamageLedger.Note]) throws -> FilledSample? {
        let request = assembly.source.streams[place.stream]
        for attempt in 0..<media.replacementLimit {
            guard let draw = assembly.source.sample(step: place.step, stream: place.stream, slot: place.slot, attempt: attempt)
            else { return nil }
            do throws(Unshowable) {
                try frames.decode(draw, request, media)
                maker.make(draw, request, of: frames, media.normalization) { view, values, mask in
                    place.batch.write(values, mask: mask, stream: place.stream, view: view, slot: place.slot)
                }
                return FilledSample(
                    sampleIndex: draw.sample.index, label: draw.sample.label, placements: maker.placements,
                    presence: frames.sounds.mapValues(\.presence))
            } catch {
                if case .plan(let mistake) = error { throw mistake }
                damage.append(DamageLedger.Note(path: draw.sample.path, reason: error.description))
            }
            guard assembly.source.replacesDamaged else { return nil }
        }
        throw TooMuchDamage(stream: request.name, examples: damage.prefix(3).map(\.reason))
    }
}
