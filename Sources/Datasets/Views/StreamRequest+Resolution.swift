import Augment
import Media

/// Names resolved to the views that they lead to.
extension StreamRequest {
    func index(of view: String) -> Int? { views.firstIndex { $0.name == view } }

    /// The view whose window, and the view whose geometry, view `number` shows in the end.
    func owners(of number: Int) -> (window: Int, geometry: Int) {
        switch views[number].source {
        case .view(let origin): return index(of: origin).map(owners) ?? (number, number)
        case .stored: return (number, number)
        case .clip(let window, let geometry):
            var result = (window: number, geometry: number)
            if case .same(let other) = window, let other = index(of: other) { result.window = owners(of: other).window }
            if case .same(let other) = geometry, let other = index(of: other) { result.geometry = owners(of: other).geometry }
            return result
        }
    }

    /// Whether some view shows what is decoded.
    var decodes: Bool { views.contains { $0.kind.stored == nil } }

    /// Whether some view shows temporal gradients, so that every frame of a window needs a successor.
    var needsSuccessors: Bool { views.contains { $0.kind == .temporalGradient } }

    /// Frames of the window that view `number` owns.
    private func length(ofWindow number: Int) -> Int {
        guard case .clip(let window, _) = views[number].source else { return 0 }
        return switch window {
        case .drawn(let window): window.length
        case .sampled(let place): sampler.map { $0.windowLengths[place] } ?? 0
        case .following(_, _, let length): length
        case .keyframe: 1
        case .same: 0
        }
    }

    private func output(ofGeometry number: Int) -> PictureSize? {
        guard case .clip(_, let geometry) = views[number].source else { return nil }
        return switch geometry {
        case .random(let augmentation): augmentation.output
        case .evaluation(let crops, _): crops.output
        case .same: nil
        }
    }

    /// The shape of one sample's view, `[C, T, H, W]` with 3 channels of pictures and 2 of vectors; of sound `[1, S]` or `[1, 40, P]`,
    /// of stored features `[features, T, 1, 1]`.
    public func shape(of view: ViewRequest) -> [Int] {
        guard let number = index(of: view.name) else { return [] }
        switch view.kind {
        case .waveform(let sound): return [1, sound.samples]
        case .logMel(let sound): return [1, LogMel.bands, LogMel.columns(samples: sound.samples)]
        case .stored(let vectors): return [vectors.features, vectors.length, 1, 1]
        default: break
        }
        let owners = owners(of: number), output = output(ofGeometry: owners.geometry)?.cells(of: view.kind.cellSide ?? 1)
        return [view.kind.channels, length(ofWindow: owners.window), output?.height ?? 0, output?.width ?? 0]
    }

    /// Frames that must follow the window that view `number` owns, for the views that follow it.
    func framesBehind(_ number: Int) -> Int {
        views.map { view in
            guard case .clip(.following(let other, let gap, let length), _) = view.source,
                index(of: other).map({ owners(of: $0).window }) == number
            else { return 0 }
            return gap + length
        }.max() ?? 0
    }
}

// MARK: Validation

extension StreamRequest {
    /// Why the stream cannot be loaded, whatever the videos.
    var problem: ViewPlanError? {
        if batchSize < 1 { return ViewPlanError(view: name, reason: "a stream needs at least one sample in a step") }
        if views.isEmpty { return ViewPlanError(view: name, reason: "the stream has no view") }
        return views.indices.lazy.compactMap { number in
            problem(of: number).map { ViewPlanError(view: "\(name).\(views[number].name)", reason: $0) }
        }.first
    }

    private func problem(of number: Int) -> String? {
        let view = views[number], earlier = views[..<number]
        func missing(_ name: String) -> String? {
            earlier.contains { $0.name == name } ? nil : "refers to \(name), which is no earlier view of the stream"
        }
        if earlier.contains(where: { $0.name == view.name }) { return "two views have this name" }
        if case .same(let other) = view.photometry {
            if let reason = missing(other) { return reason }
            if case .none? = index(of: other).map({ views[$0].photometry }) {
                return "wants the operations of \(other), which has none"
            }
        }
        if let side = view.kind.cellSide, let reason = problem(ofCells: side, in: number) { return reason }
        if let sound = view.kind.sound, let reason = problem(ofSound: sound, in: number) { return reason }
        if let reason = problem(ofStored: view) { return reason }
        switch view.source {
        case .stored: return nil
        case .view(let origin):
            if let reason = missing(origin) { return reason }
            let kind = index(of: origin).map { views[$0].kind }
            return kind == view.kind ? nil : "is \(view.kind.name) and made from pixels that are not"
        case .clip(let window, let geometry):
            if case .same(let other) = window, let reason = missing(other) { return reason }
            if case .same(let other) = geometry, let reason = missing(other) { return reason }
            switch window {
            case .following(let other, let gap, let length):
                if let reason = missing(other) { return reason }
                if gap < 0 || length < 1 { return "wants \(length) frames, \(gap) frames behind \(other)" }
            case .keyframe(let other, let margin):
                if let reason = missing(other) { return reason }
                if margin < 0 { return "wants a keyframe within \(margin) frames of \(other)" }
            default: break
            }
            return problem(of: window) ?? problem(of: geometry)
        }
    }

    /// Why view `number` cannot be sound.
    private func problem(ofSound sound: ViewRequest.Sound, in number: Int) -> String? {
        let view = views[number]
        guard (0.025...600).contains(sound.seconds) else { return "wants \(sound.seconds) s of sound, expected 0.025 to 600" }
        if view.values == .levels { return "wants levels, and sound has none" }
        guard case .clip = view.source else { return "is made from another view's pixels, and sound is not" }
        if case .none = view.photometry { return nil }
        return "wants operations on pixels, and is sound"
    }

    /// Why `view` cannot be what was computed before.
    private func problem(ofStored view: ViewRequest) -> String? {
        guard let vectors = view.kind.stored else {
            if case .stored = view.source { return "is \(view.kind.name), which is decoded, and wants what is stored" }
            return nil
        }
        guard case .stored = view.source else { return "is \(view.kind.name), and wants to be decoded" }
        if vectors.features < 1 || vectors.length < 1 { return "wants \(vectors.length) frames of \(vectors.features) values" }
        if view.values == .levels { return "wants levels, and \(view.kind.name) have none" }
        if case .none = view.photometry { return nil }
        return "wants operations on pixels, and shows \(view.kind.name)"
    }

    /// Why view `number` cannot show motion vectors, or their blocks.
    private func problem(ofCells side: Int, in number: Int) -> String? {
        let view = views[number], kind = view.kind.name
        if side < 1 { return "wants \(kind) by squares of \(side) pixels" }
        if view.values == .levels { return "wants levels, and \(kind) have none" }
        guard case .clip = view.source else { return "is made from another view's pixels, and \(kind) are not" }
        if case .none = view.photometry { return nil }
        return "wants operations on pixels, and shows \(kind)"
    }

    private func problem(of window: ViewRequest.Window) -> String? {
        guard case .sampled(let place) = window else { return nil }
        guard let sampler else { return "wants a sampled window, and the stream has no sampler" }
        let count = sampler.windowLengths.count
        guard (0..<count).contains(place) else { return "wants sampled window \(place) of \(count)" }
        return sampler.windowLengths[place] > 0 ? nil : "has a sampler with a window of \(sampler.windowLengths[place]) frames"
    }

    /// How the windows that the sampler has drawn differ from what it had said of them, or nil.
    func mistake(in windows: [ClipWindow], frameCount: Int) -> ViewPlanError? {
        guard let sampler else { return nil }
        let lengths = windows.map(\.length)
        guard lengths != sampler.windowLengths else { return nil }
        return ViewPlanError(
            view: name,
            reason: "its sampler drew windows of \(lengths) frames in a video of \(frameCount), "
                + "and had said \(sampler.windowLengths)")
    }

    private func problem(of geometry: ViewRequest.Geometry) -> String? {
        guard case .evaluation(let crops, let crop) = geometry else { return nil }
        let count = crops.layout.rawValue
        return (0..<count).contains(crop) ? nil : "wants crop \(crop) of \(count)"
    }
}
