import Augment
import Files
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
            var damage: [DamageLedger.Note] = []
            do {
                let filled = try fill(place, &damage)
                assembly.finish(place, filled, damage: damage)
            } catch {
                assembly.finish(place, nil, damage: damage, failure: error)
            }
        }
    }

    /// Fills a place; a sample that is not as it should be is noted, and replaced where the source says so.
    private func fill(_ place: BatchAssembly.Place, _ damage: inout [DamageLedger.Note]) throws -> FilledSample? {
        for attempt in 0..<media.replacementLimit {
            guard let draw = assembly.source.sample(step: place.step, stream: place.stream, slot: place.slot, attempt: attempt)
            else { return nil }
            assembly.begin(place, draw.sample.path)
            CrashReport.isReading(draw.sample.path)
            let (filled, note) = try show(draw, place)
            if let note { damage.append(note) }
            if let filled { return filled }
            guard assembly.source.replacesDamaged else { return nil }
        }
        let name = assembly.source.streams[place.stream].name
        let examples = damage.prefix(3).map(\.reason)
        guard damage.contains(where: { $0.verdict > .lacking }) else { throw NothingToShow(stream: name, examples: examples) }
        throw TooMuchDamage(stream: name, examples: examples)
    }

    /// Writes the views of a sample into a place. nil where it is not shown; with a note where it is not as it should be.
    private func show(
        _ draw: SampleDraw, _ place: BatchAssembly.Place
    ) throws -> (filled: FilledSample?, note: DamageLedger.Note?) {
        let request = assembly.source.streams[place.stream], path = draw.sample.path
        do throws(Unshowable) { try frames.decode(draw, request, media) } catch {
            if case .plan(let mistake) = error { throw mistake }
            return (nil, DamageLedger.Note(path: path, verdict: error.verdict, reason: error.description))
        }
        let isKept = assembly.source.replacesDamaged && media.access.ledger.tolerance.policy == .keep
        let note = frames.problem.map {
            DamageLedger.Note(path: path, verdict: .damaged, reason: "\(path): \($0)", isShown: isKept)
        }
        if note != nil, !isKept { return (nil, note) }
        maker.make(draw, request, of: frames, media.normalization) { view, values, mask in
            place.batch.write(values, mask: mask, stream: place.stream, view: view, slot: place.slot)
        }
        let filled = FilledSample(
            sampleIndex: draw.sample.index, label: draw.sample.label, span: draw.sample.span, placements: maker.placements,
            presence: frames.sounds.mapValues(\.presence))
        return (filled, note)
    }
}
