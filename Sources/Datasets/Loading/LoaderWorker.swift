import Augment
import Files
import Media
import Tensor

/// One thread of a loader: decodes the frames of a sample once and makes all its views.
final class LoaderWorker: @unchecked Sendable {
    private let assembly: BatchAssembly
    private let media: MediaSettings
    // Kept from sample to sample, so that a steady loader allocates nothing large. Only this worker's thread touches them.
    private var decoded = PixelClip(frames: 0, height: 1, width: 1)
    private var selected = PixelClip(frames: 0, height: 1, width: 1)
    private var views: [PixelClip] = []
    private var values: [Float] = []
    private var scratch = AugmentScratch()

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
            do throws(Damage) {
                try decode(draw, request)
                makePixels(draw, request)
                for view in request.views.indices { write(view, to: place) }
                return FilledSample(sampleIndex: draw.sample.index, label: draw.sample.label)
            } catch {
                damage.append(DamageLedger.Note(path: draw.sample.path, reason: error.description))
            }
            guard assembly.source.replacesDamaged else { return nil }
        }
        throw TooMuchDamage(stream: request.name, examples: damage.prefix(3).map(\.reason))
    }

    private func write(_ view: Int, to place: BatchAssembly.Place) {
        let count = views[view].pixels.count
        if values.count < count { values = [Float](repeating: 0, count: count) }
        media.normalization.normalize(views[view], into: &values)
        place.batch.write(values[..<count], stream: place.stream, view: view, slot: place.slot)
    }

    // MARK: Frames

    /// The frames that each view with a window of its own shows, as places in `decoded`.
    private var windows: [Int: [Int]] = [:]
    private var report = DecodeReport()

    /// Decodes every frame that some view shows, each once.
    private func decode(_ draw: SampleDraw, _ request: StreamRequest) throws(Damage) {
        let isShown: Bool
        do throws(MediaError) { isShown = try decodeFrames(draw, request) } catch { throw .media(error) }
        guard isShown else {
            throw .frames(path: draw.sample.path, "there is no picture between the start and the end of the clip")
        }
        if let problem = report.problem { throw .frames(path: draw.sample.path, problem) }
    }

    /// False where the clip's stretch lies outside the video.
    private func decodeFrames(_ draw: SampleDraw, _ request: StreamRequest) throws(MediaError) -> Bool {
        let (reader, index) = try media.indices.open(draw.sample.path)
        let range = index.frameRange(from: draw.sample.start, to: draw.sample.end)
        guard !range.isEmpty else { return false }
        var positions: [Int: [Int]] = [:]
        for (number, view) in request.views.enumerated() {
            guard let window = view.window else { continue }
            var stream = draw.key(.clipStart, view: number).stream
            let first = window.firstFrame(of: range.count, using: &stream)
            positions[number] = window.positions(from: first, frameCount: range.count).map { $0 + range.lowerBound }
        }
        let wanted = Set(positions.values.joined()).sorted()
        report = try reader.frames(at: wanted, using: index, into: &decoded)
        media.counter.add(report.decodedFrames, in: request.name)
        let place = Dictionary(uniqueKeysWithValues: wanted.enumerated().map { ($1, $0) })
        windows = positions.mapValues { $0.compactMap { place[$0] } }
        return true
    }

    // MARK: Views

    private func makePixels(_ draw: SampleDraw, _ request: StreamRequest) {
        while views.count < request.views.count { views.append(PixelClip(frames: 0, height: 1, width: 1)) }
        for (number, view) in request.views.enumerated() {
            var source = number
            switch view.source {
            case .weak(_, let augmentation):
                var stream = draw.key(.geometry, view: number).stream
                resize(augmentation.draw(frame: decoded.size, using: &stream), view: number)
            case .evaluation(_, let crops, let crop):
                let geometries = crops.geometries(of: decoded.size)
                resize(geometries[min(crop, geometries.count - 1)], view: number)
            case .view(let origin):
                guard let found = request.views.firstIndex(where: { $0.name == origin }) else { continue }
                source = found
            }
            // Straight from the source: a copy in `views[number]` would have to be allocated anew.
            let pixels = views[source]
            if let photometry = view.photometry {
                var stream = draw.key(.photometry, view: number).stream
                photometry.draw(using: &stream).apply(to: pixels, into: &views[number], scratch: &scratch)
            } else {
                views[number] = pixels
            }
        }
    }

    private func resize(_ geometry: ClipGeometry, view: Int) {
        let places = windows[view] ?? []
        if places == Array(0..<decoded.frames) {
            geometry.apply(to: decoded, into: &views[view], scratch: &scratch)
        } else {
            selected.select(places, of: decoded)
            geometry.apply(to: selected, into: &views[view], scratch: &scratch)
        }
    }
}

/// Why a sample cannot be shown.
private enum Damage: Error, CustomStringConvertible {
    case media(MediaError)
    case frames(path: String, String)

    var description: String {
        switch self {
        case .media(let error): error.description
        case .frames(let path, let problem): "\(path): \(problem)"
        }
    }
}

extension ViewRequest {
    /// The view's own window; nil where it is made from another view.
    var window: TemporalWindow? {
        switch source {
        case .weak(let window, _), .evaluation(let window, _, _): window
        case .view: nil
        }
    }
}

extension PixelClip {
    /// Becomes the pictures of `clip` at `places`, which may repeat.
    mutating func select(_ places: [Int], of clip: PixelClip) {
        let picture = clip.height * clip.width * 3
        var chosen: [UInt8] = []
        chosen.reserveCapacity(places.count * picture)
        for place in places { chosen += clip.pixels[place * picture..<(place + 1) * picture] }
        self = PixelClip(frames: places.count, height: clip.height, width: clip.width, pixels: chosen)
    }
}
