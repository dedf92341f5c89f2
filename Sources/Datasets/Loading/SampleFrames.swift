import Augment
import Media
import Tensor

/// What the views of one sample show, decoded once, in buffers that are used again for the next sample.
struct SampleFrames {
    /// A window, and where its frames lie in what was decoded.
    struct Shown {
        let window: ClipWindow
        /// Places of its pictures and of the pictures behind them, and of its vectors; empty where nobody wants them.
        fileprivate(set) var pixels: [Int] = [], successors: [Int] = [], vectors: [Int] = []
    }

    private(set) var decoded = DecodedFrames()
    /// By view that owns a window.
    private(set) var shown: [Int: Shown] = [:]
    private var stretch = Stretch(index: nil, range: 0..<0)

    /// The frames of a video that a sample consists of.
    private struct Stretch {
        let index: VideoIndex?, range: Range<Int>
        func seconds(_ frame: Int) -> Double { index?.seconds(of: range.lowerBound + frame) ?? .nan }
    }

    /// Decodes every frame that some view shows, each once.
    mutating func decode(_ draw: SampleDraw, _ request: StreamRequest, _ media: MediaSettings) throws(Unshowable) {
        let reader: VideoReader, index: VideoIndex
        do throws(MediaError) { (reader, index) = try media.indices.open(draw.sample.path) } catch { throw .media(error) }
        stretch = Stretch(index: index, range: index.frameRange(from: draw.sample.start, to: draw.sample.end))
        // The last frame has no successor, so that no window shows it where successors are needed.
        let next = request.needsSuccessors ? 1 : 0, count = stretch.range.count - next
        guard count > 0 else {
            let problem =
                stretch.range.isEmpty
                ? "there is no picture between the start and the end of the clip" : "one picture alone has no temporal gradient"
            throw .frames(path: draw.sample.path, problem)
        }
        try drawWindows(draw, request, frameCount: count)
        let wanted = place(request, frameCount: count)
        let report: DecodeReport
        do throws(MediaError) { report = try reader.read(wanted, using: index, into: &decoded) } catch { throw .media(error) }
        media.counter.add(report.decodedFrames, in: request.name)
        if let problem = report.problem { throw .frames(path: draw.sample.path, problem) }
    }

    /// Where the window of view `owner` lies, seen through `geometry`.
    func placement(ofWindow owner: Int, _ geometry: ClipGeometry) -> ClipPlacement {
        let window = shown[owner]?.window ?? ClipWindow(first: 0, length: 1, stride: 1), count = stretch.range.count
        return ClipPlacement(
            firstFrame: window.first, stride: window.stride, frameCount: count,
            times: window.positions(frameCount: count).map(stretch.seconds), geometry: geometry)
    }

    /// The size of the video's pictures.
    var size: PictureSize { PictureSize(height: max(1, decoded.vectors.height), width: max(1, decoded.vectors.width)) }

    // MARK: Windows

    private mutating func drawWindows(_ draw: SampleDraw, _ request: StreamRequest, frameCount: Int) throws(Unshowable) {
        var stream = draw.key(.clipStart, view: 0).derived("sampler").stream
        let sampled = request.sampler?.windows(frameCount: frameCount, using: &stream) ?? []
        if let mistake = request.mistake(in: sampled, frameCount: frameCount) { throw .plan(mistake) }
        shown = [:]
        for (number, view) in request.views.enumerated() {
            guard case .clip(let window, _) = view.source else { continue }
            var stream = draw.key(.clipStart, view: number).stream
            switch window {
            case .drawn(let window):
                let room = max(1, frameCount - request.framesBehind(number))
                let first = window.firstFrame(of: room, using: &stream)
                shown[number] = Shown(window: ClipWindow(first: first, length: window.length, stride: window.stride))
            case .sampled(let place): shown[number] = Shown(window: sampled[place])
            case .following(let other, let gap, let length):
                let first = self.window(of: other, request).last + gap + 1
                shown[number] = Shown(window: ClipWindow(first: first, length: length, stride: 1))
            case .keyframe(let other, let margin):
                let place = try keyframe(near: self.window(of: other, request), margin: margin, draw, using: &stream)
                shown[number] = Shown(window: ClipWindow(first: place, length: 1, stride: 1))
            case .same: continue
            }
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
        let keyframes = stretch.range.indices.filter { stretch.index?.isKeyFrame($0) ?? false }.map {
            $0 - stretch.range.lowerBound
        }
        let near = keyframes.filter { (window.first - margin...window.last + margin).contains($0) }
        if !near.isEmpty { return near[stream.integer(below: near.count)] }
        let middle = (window.first + window.last) / 2
        guard let nearest = keyframes.min(by: { abs($0 - middle) < abs($1 - middle) }) else {
            throw .frames(path: draw.sample.path, "there is no keyframe between the start and the end of the clip")
        }
        return nearest
    }

    // MARK: Places

    /// What must be decoded; notes where each window's frames will lie.
    private mutating func place(_ request: StreamRequest, frameCount: Int) -> FrameRequest {
        let next = request.needsSuccessors ? 1 : 0, first = stretch.range.lowerBound
        func positions(_ owners: Set<Int>) -> Set<Int> {
            Set(owners.flatMap { shown[$0]?.window.positions(frameCount: frameCount) ?? [] })
        }
        let owners = request.windowOwners, pictures = positions(owners.pixels)
        let pixels = pictures.union(next > 0 ? pictures.map { $0 + 1 } : []).sorted(),
            vectors = positions(owners.vectors).sorted()
        let pixelPlace = Dictionary(uniqueKeysWithValues: pixels.enumerated().map { ($1, $0) })
        let vectorPlace = Dictionary(uniqueKeysWithValues: vectors.enumerated().map { ($1, $0) })
        for (owner, entry) in shown {
            let frames = entry.window.positions(frameCount: frameCount)
            shown[owner]?.pixels = frames.compactMap { pixelPlace[$0] }
            shown[owner]?.successors = frames.compactMap { pixelPlace[$0 + next] }
            shown[owner]?.vectors = frames.compactMap { vectorPlace[$0] }
        }
        return FrameRequest(
            pixels: pixels.map { $0 + first }, vectors: vectors.map { $0 + first }, form: request.vectorForm ?? .perFrame)
    }
}

extension ClipWindow {
    /// The position of the last frame, where the video is long enough.
    var last: Int { first + (length - 1) * stride }
}

/// Why a sample cannot be shown: its video is damaged or does not hold what is wanted, or the stream was asked for wrongly.
enum Unshowable: Error, CustomStringConvertible {
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
