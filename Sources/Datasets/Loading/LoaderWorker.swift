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
            do throws(Unshowable) {
                try decode(draw, request)
                makePixels(draw, request)
                for (number, view) in request.views.enumerated() { write(number, view.values, to: place) }
                return FilledSample(sampleIndex: draw.sample.index, label: draw.sample.label, placements: placements)
            } catch {
                if case .plan(let mistake) = error { throw mistake }
                damage.append(DamageLedger.Note(path: draw.sample.path, reason: error.description))
            }
            guard assembly.source.replacesDamaged else { return nil }
        }
        throw TooMuchDamage(stream: request.name, examples: damage.prefix(3).map(\.reason))
    }

    private func write(_ view: Int, _ kind: ViewRequest.Values, to place: BatchAssembly.Place) {
        let count = views[view].pixels.count
        if values.count < count { values = [Float](repeating: 0, count: count) }
        let normalization = kind == .levels ? ChannelNormalization.none : media.normalization
        normalization.normalize(views[view], into: &values)
        place.batch.write(values[..<count], stream: place.stream, view: view, slot: place.slot)
    }

    // MARK: Frames

    /// The window of each view that owns one, and its frames as places in `decoded`.
    private var windows: [Int: (window: ClipWindow, places: [Int], nextPlaces: [Int])] = [:]
    private var placements: [ClipPlacement] = []
    private var stretch = Stretch(index: nil, range: 0..<0)
    private var report = DecodeReport()

    /// The frames of a video that a sample consists of.
    private struct Stretch {
        let index: VideoIndex?, range: Range<Int>
        func seconds(_ frame: Int) -> Double { index?.seconds(of: range.lowerBound + frame) ?? .nan }
    }

    /// Decodes every frame that some view shows, each once.
    private func decode(_ draw: SampleDraw, _ request: StreamRequest) throws(Unshowable) {
        let frames = try decodeFrames(draw, request)
        guard frames > 0 else {
            throw .frames(path: draw.sample.path, "there is no picture between the start and the end of the clip")
        }
        guard frames > (request.needsSuccessors ? 1 : 0) else {
            throw .frames(path: draw.sample.path, "one picture alone has no temporal gradient")
        }
        if let problem = report.problem { throw .frames(path: draw.sample.path, problem) }
    }

    /// The number of frames of the sample's stretch; nothing is decoded where there are too few.
    private func decodeFrames(_ draw: SampleDraw, _ request: StreamRequest) throws(Unshowable) -> Int {
        let reader: VideoReader, index: VideoIndex
        do throws(MediaError) { (reader, index) = try media.indices.open(draw.sample.path) } catch { throw .media(error) }
        let range = index.frameRange(from: draw.sample.start, to: draw.sample.end)
        // The last frame has no successor, so that no window shows it where successors are needed.
        let next = request.needsSuccessors ? 1 : 0, count = range.count - next
        guard count > 0 else { return range.count }
        stretch = Stretch(index: index, range: range)
        let drawn = try drawWindows(draw, request, frameCount: count)
        let positions = drawn.mapValues { $0.positions(frameCount: count).map { $0 + range.lowerBound } }
        let shown = Set(positions.values.joined())
        let wanted = shown.union(next > 0 ? shown.map { $0 + 1 } : []).sorted()
        do throws(MediaError) { report = try reader.frames(at: wanted, using: index, into: &decoded) } catch {
            throw .media(error)
        }
        media.counter.add(report.decodedFrames, in: request.name)
        let place = Dictionary(uniqueKeysWithValues: wanted.enumerated().map { ($1, $0) })
        windows = drawn.reduce(into: [:]) { windows, entry in
            let frames = positions[entry.key] ?? []
            windows[entry.key] = (entry.value, frames.compactMap { place[$0] }, frames.compactMap { place[$0 + next] })
        }
        return range.count
    }

    private func drawWindows(
        _ draw: SampleDraw, _ request: StreamRequest, frameCount: Int
    ) throws(Unshowable) -> [Int: ClipWindow] {
        var stream = draw.key(.clipStart, view: 0).derived("sampler").stream
        let sampled = request.sampler?.windows(frameCount: frameCount, using: &stream) ?? []
        if let mistake = request.mistake(in: sampled, frameCount: frameCount) { throw .plan(mistake) }
        var drawn: [Int: ClipWindow] = [:]
        for (number, view) in request.views.enumerated() {
            guard case .clip(let window, _) = view.source else { continue }
            switch window {
            case .drawn(let window):
                var stream = draw.key(.clipStart, view: number).stream
                let first = window.firstFrame(of: frameCount, using: &stream)
                drawn[number] = ClipWindow(first: first, length: window.length, stride: window.stride)
            case .sampled(let place): drawn[number] = sampled[place]
            case .same: continue
            }
        }
        return drawn
    }

    // MARK: Views

    private func makePixels(_ draw: SampleDraw, _ request: StreamRequest) {
        while views.count < request.views.count { views.append(PixelClip(frames: 0, height: 1, width: 1)) }
        placements = []
        for (number, view) in request.views.enumerated() {
            var source = number
            switch view.source {
            case .clip(_, let geometry):
                let owners = request.owners(of: number)
                placements.append(placement(owners.window, self.geometry(geometry, draw, view: number, owner: owners.geometry)))
                cut(view.kind, window: owners.window, view: number)
            case .view(let origin):
                source = request.index(of: origin) ?? number
                placements.append(placements[source])
            }
            // Straight from the source: a copy in `views[number]` would have to be allocated anew.
            let pixels = views[source]
            if let operations = operations(of: number, draw, request) {
                operations.apply(to: pixels, into: &views[number], scratch: &scratch)
            } else {
                views[number] = pixels
            }
        }
    }

    private func geometry(_ geometry: ViewRequest.Geometry, _ draw: SampleDraw, view: Int, owner: Int) -> ClipGeometry {
        switch geometry {
        case .random(let augmentation):
            var stream = draw.key(.geometry, view: view).stream
            return augmentation.draw(frame: decoded.size, using: &stream)
        case .evaluation(let crops, let crop): return crops.geometries(of: decoded.size)[crop]
        case .same: return placements[owner].geometry
        }
    }

    private func placement(_ window: Int, _ geometry: ClipGeometry) -> ClipPlacement {
        let shown = windows[window]?.window ?? ClipWindow(first: 0, length: 1, stride: 1)
        return ClipPlacement(
            firstFrame: shown.first, stride: shown.stride, frameCount: stretch.range.count,
            times: shown.positions(frameCount: stretch.range.count).map(stretch.seconds), geometry: geometry)
    }

    /// The operations drawn for view `number`, or nil.
    private func operations(of number: Int, _ draw: SampleDraw, _ request: StreamRequest) -> StrongAugmentation.Draw? {
        switch request.views[number].photometry {
        case .none: return nil
        case .drawn(let augmentation):
            var stream = draw.key(.photometry, view: number).stream
            return augmentation.draw(using: &stream)
        case .same(let other): return request.index(of: other).flatMap { operations(of: $0, draw, request) }
        }
    }

    /// The frames of a window, cropped and resized, in `views[view]`.
    private func cut(_ kind: ViewRequest.Kind, window: Int, view: Int) {
        let places = windows[window]?.places ?? [], nextPlaces = windows[window]?.nextPlaces ?? []
        let geometry = placements[view].geometry
        switch kind {
        case .rgb where places == Array(0..<decoded.frames):
            geometry.apply(to: decoded, into: &views[view], scratch: &scratch)
            return
        case .rgb: selected.select(places, of: decoded)
        case .temporalGradient: selected.takeTemporalGradients(of: decoded, at: places, next: nextPlaces)
        }
        geometry.apply(to: selected, into: &views[view], scratch: &scratch)
    }
}

/// Why a sample cannot be shown: its video is damaged, or the stream was asked for wrongly.
private enum Unshowable: Error, CustomStringConvertible {
    case media(MediaError)
    case frames(path: String, String)
    case plan(ViewPlanError)

    var description: String {
        switch self {
        case .media(let error): error.description
        case .frames(let path, let problem): "\(path): \(problem)"
        case .plan(let mistake): mistake.description
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
