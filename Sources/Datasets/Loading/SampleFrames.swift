import Augment
import Media
import Tensor

/// What the views of one sample show, decoded once, in buffers that are used again for the next sample.
struct SampleFrames {
    /// What the video gave.
    private(set) var decoded = DecodedFrames()
    /// Where the frames of the video are.
    private(set) var index: VideoIndex?
    /// By view that owns a window: the window, and its frames in the video.
    private(set) var shown: [Int: (window: ClipWindow, frames: [Int])] = [:]
    /// By view that is sound: its values, and the share of it that the file has.
    private(set) var sounds: [Int: (values: [Float], presence: Float)] = [:]
    /// By view that shows what was computed before.
    private(set) var stored: [Int: StoredView] = [:]
    /// Made when the first sound comes.
    private var logMel: LogMel?
    /// What is wrong with the frames, though all are there; nil where nothing is.
    private(set) var problem: String?
    /// The frames of the video that the sample consists of.
    private var stretch = 0..<0
    /// Those that windows count, in order.
    private var timeline: [Int] = []
    /// Where frames of the video lie among the pictures and among the vectors of each kind.
    private var places = Places()

    private struct Places {
        var pixels: [Int: Int] = [:], vectors: [Int: Int] = [:], codedVectors: [Int: Int] = [:], blocks: [Int: Int] = [:]
    }

    /// Decodes every frame that some view shows, each once.
    mutating func decode(_ draw: SampleDraw, _ request: StreamRequest, _ media: MediaSettings) throws(Unshowable) {
        stored = try StoredView.all(of: request, draw.sample, media.access.features)
        guard request.decodes else {
            (problem, shown, sounds) = (nil, [:], [:])
            return
        }
        let reader: VideoReader, index: VideoIndex
        do throws(MediaError) { (reader, index) = try media.access.indices.open(draw.sample.path) } catch { throw .media(error) }
        self.index = index
        stretch = index.frameRange(from: draw.sample.start, to: draw.sample.end)
        // The last frame has no successor, so that no window shows it where successors are needed.
        let shownFrames = request.needsSuccessors ? stretch.dropLast() : stretch
        guard !shownFrames.isEmpty else {
            let problem =
                stretch.isEmpty
                ? "there is no picture between the start and the end of the clip" : "one picture alone has no temporal gradient"
            throw .frames(path: draw.sample.path, problem)
        }
        timeline = media.access.timing == .time ? index.framesAtEvenTimes(in: shownFrames) : Array(shownFrames)
        try drawWindows(draw, request)
        var wanted = wanted(request, index)
        wanted.vectorsAreOptional = !request.views.contains { $0.kind.showsVectors && $0.absence == .leftOut }
        places = Places(
            pixels: SampleFrames.places(wanted.pixels), vectors: SampleFrames.places(wanted.vectors),
            codedVectors: SampleFrames.places(wanted.codedVectors), blocks: SampleFrames.places(wanted.blocks))
        let report: DecodeReport
        do throws(MediaError) { report = try reader.read(wanted, using: index, into: &decoded) } catch { throw .media(error) }
        media.counter.add(report.decodedFrames, in: request.name)
        // Where the end of the file is missing, so is that of whatever reaches to it.
        problem = report.problem ?? (stretch.upperBound == index.frameCount ? index.truncation : nil)
        if let problem, !report.missingPositions.isEmpty { throw .frames(path: draw.sample.path, problem) }
        sounds = [:]
        for (number, view) in request.views.enumerated() {
            guard let sound = view.kind.sound else { continue }
            let owner = request.owners(of: number).window
            let span: SoundSpan
            do throws(MediaError) { span = try read(sound, ofWindow: owner, from: reader, index) } catch { throw .media(error) }
            if span.present == 0, sound.absence == .leftOut { throw .silence(path: draw.sample.path) }
            if span.errors > 0, problem == nil { problem = "errors of the sound's decoder: \(span.errors)" }
            sounds[number] = (try values(of: span, view.kind), Float(span.present) / Float(max(1, span.samples.count)))
        }
    }

    /// The sound from the first frame of a window on.
    private func read(
        _ sound: ViewRequest.Sound, ofWindow owner: Int, from reader: VideoReader, _ index: VideoIndex
    ) throws(MediaError) -> SoundSpan {
        let first = shown[owner]?.frames.first ?? stretch.lowerBound
        let start = index.seconds(of: first) ?? Double(first) / (index.frameRate ?? 25)
        do throws(MediaError) {
            return try reader.sound(from: start, count: sound.samples, rate: LogMel.sampleRate)
        } catch {
            if sound.absence == .silent, case .noSound = error {
                return SoundSpan(samples: [Float](repeating: 0, count: sound.samples), present: 0)
            }
            throw error
        }
    }

    private mutating func values(of sound: SoundSpan, _ kind: ViewRequest.Kind) throws(Unshowable) -> [Float] {
        guard case .logMel = kind else { return sound.samples }
        if logMel == nil {
            do throws(MediaError) { logMel = try LogMel() } catch { throw .media(error) }
        }
        return logMel?.picture(of: sound.samples) ?? []
    }

    /// The size of the video's pictures.
    var size: PictureSize { PictureSize(height: max(1, decoded.pixels.height), width: max(1, decoded.pixels.width)) }

    /// Where frames of the video lie in `decoded.pixels`.
    func pixelPlaces(of frames: [Int]) -> [Int] { frames.compactMap { places.pixels[$0] } }
    /// Where frames of the video lie in `decoded.vectors`.
    func vectorPlaces(of frames: [Int]) -> [Int] { frames.compactMap { places.vectors[$0] } }
    /// Where frames of the video lie in `decoded.codedVectors`.
    func codedVectorPlaces(of frames: [Int]) -> [Int] { frames.compactMap { places.codedVectors[$0] } }

    /// Where frames of the video lie in `decoded.blocks`.
    func blockPlaces(of frames: [Int]) -> [Int] { frames.compactMap { places.blocks[$0] } }

    /// Where the window of view `owner` lies, seen through `geometry`.
    func placement(ofWindow owner: Int, _ geometry: ClipGeometry) -> ClipPlacement {
        let window = shown[owner]?.window ?? ClipWindow(first: 0, length: 1, stride: 1)
        let frames = shown[owner]?.frames ?? []
        return ClipPlacement(
            firstFrame: (frames.first ?? stretch.lowerBound) - stretch.lowerBound, stride: window.stride,
            frameCount: stretch.count, times: frames.map { index?.seconds(of: $0) ?? .nan },
            geometry: geometry)
    }

    // MARK: What is wanted

    private static func places(_ frames: [Int]) -> [Int: Int] {
        Dictionary(uniqueKeysWithValues: frames.enumerated().map { ($1, $0) })
    }

    private func wanted(_ request: StreamRequest, _ index: VideoIndex) -> FrameRequest {
        var pixels: Set<Int> = [], vectors: Set<Int> = [], codedVectors: Set<Int> = [], blocks: Set<Int> = []
        for (number, view) in request.views.enumerated() {
            guard case .clip = view.source, let frames = shown[request.owners(of: number).window]?.frames else { continue }
            switch view.kind {
            case .rgb: pixels.formUnion(frames)
            case .temporalGradient: pixels.formUnion(frames + frames.map { $0 + 1 })
            case .motionVectors(let options):
                switch options.form {
                case .perFrame: vectors.formUnion(frames)
                case .coded: codedVectors.formUnion(frames)
                case .accumulated: codedVectors.formUnion(frames.flatMap { index.predictionChain(of: $0).predicted })
                }
            case .blocks: blocks.formUnion(frames)
            case .waveform, .logMel, .stored: break
            case .residual(.oneStep):
                pixels.formUnion(frames + frames.compactMap(index.referencePicture))
                codedVectors.formUnion(frames)
            case .residual(.accumulated):
                let chains = frames.map(index.predictionChain)
                pixels.formUnion(frames + chains.map(\.intra))
                codedVectors.formUnion(chains.flatMap(\.predicted))
            }
        }
        return FrameRequest(
            pixels: pixels.sorted(), vectors: vectors.sorted(), codedVectors: codedVectors.sorted(), blocks: blocks.sorted())
    }

    // MARK: Windows

    private mutating func drawWindows(_ draw: SampleDraw, _ request: StreamRequest) throws(Unshowable) {
        let frameCount = timeline.count
        var stream = draw.key(.clipStart, view: 0).derived("sampler").stream
        let sampled = request.sampler?.windows(frameCount: frameCount, using: &stream) ?? []
        if let mistake = request.mistake(in: sampled, frameCount: frameCount) { throw .plan(mistake) }
        shown = [:]
        for (number, view) in request.views.enumerated() {
            guard case .clip(let source, _) = view.source else { continue }
            var stream = draw.key(.clipStart, view: number).stream
            let window: ClipWindow
            switch source {
            case .drawn(let drawn):
                let room = max(1, frameCount - request.framesBehind(number))
                window = ClipWindow(first: drawn.firstFrame(of: room, using: &stream), length: drawn.length, stride: drawn.stride)
            case .sampled(let place): window = sampled[place]
            case .following(let other, let gap, let length):
                window = ClipWindow(first: self.window(of: other, request).last + gap + 1, length: length, stride: 1)
            case .keyframe(let other, let margin):
                let frame = try keyframe(near: self.window(of: other, request), margin: margin, draw, using: &stream)
                // What follows it counts from its place.
                let place = timeline.firstIndex { $0 >= frame } ?? timeline.count - 1
                shown[number] = (ClipWindow(first: place, length: 1, stride: 1), [frame])
                continue
            case .same: continue
            }
            shown[number] = (window, window.positions(frameCount: frameCount).map { timeline[$0] })
        }
    }

    /// The window that an earlier view shows.
    private func window(of view: String, _ request: StreamRequest) -> ClipWindow {
        request.index(of: view).flatMap { shown[request.owners(of: $0).window]?.window }
            ?? ClipWindow(first: 0, length: 1, stride: 1)
    }

    private func keyframe(
        near window: ClipWindow, margin: Int, _ draw: SampleDraw, using stream: inout RandomStream
    ) throws(Unshowable) -> Int {
        let keyframes = stretch.filter { index?.isKeyFrame($0) ?? false }
        func frame(_ place: Int) -> Int { timeline[min(max(place, 0), timeline.count - 1)] }
        let (first, last) = (frame(window.first), frame(window.last))
        let near = keyframes.filter { (first - margin...last + margin).contains($0) }
        if !near.isEmpty { return near[stream.integer(below: near.count)] }
        let middle = (first + last) / 2
        guard let nearest = keyframes.min(by: { abs($0 - middle) < abs($1 - middle) }) else {
            throw .frames(path: draw.sample.path, "there is no keyframe between the start and the end of the clip")
        }
        return nearest
    }
}

extension ClipWindow {
    /// The position of the last frame, where the video is long enough.
    var last: Int { first + (length - 1) * stride }
}

/// Why a sample cannot be shown: its video is damaged or does not hold what is wanted, or the stream was asked for wrongly.
enum Unshowable: Error, CustomStringConvertible {
    /// What the ledger makes of the sample.
    var verdict: ClipVerdict {
        switch self {
        case .media(.noVectors), .media(.noSound), .silence: .lacking
        default: .rejected
        }
    }

    case media(MediaError)
    case frames(path: String, String)
    case silence(path: String)
    case features(String)
    case plan(ViewPlanError)

    var description: String {
        switch self {
        case .media(let error): error.description
        case .frames(let path, let problem): "\(path): \(problem)"
        case .silence(let path): "\(path): its sound does not go on to the time of the clip"
        case .features(let problem): problem
        case .plan(let mistake): mistake.description
        }
    }
}
