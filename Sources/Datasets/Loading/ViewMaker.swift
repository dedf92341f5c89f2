import Augment
import Media
import Tensor

/// Makes the views of a sample out of its frames: geometry, operations, normalisation.
struct ViewMaker {
    /// Where the views lie in their videos, in order.
    private(set) var placements: [ClipPlacement] = []
    /// The pixels of each view that shows pictures.
    private var pictures: [PixelClip] = []
    /// Of each view that shows residuals, by frame, whether the vectors that lead to it can be trusted.
    private var trust: [Int: [Bool]] = [:]
    private var selected = PixelClip(frames: 0, height: 1, width: 1), selectedVectors = VectorClip()
    private var values: [Float] = [], mask: [Float] = []
    private var scratch = AugmentScratch()
    private var tracer = PlaceTracer()

    /// Makes all views and hands the values of each over, in the memory order `[T, H, W, C]`, with its mask `[T, H, W]` where it
    /// shows motion vectors.
    mutating func make(
        _ draw: SampleDraw, _ request: StreamRequest, of frames: borrowing SampleFrames, _ normalization: ChannelNormalization,
        _ finished: (_ view: Int, _ values: ArraySlice<Float>, _ mask: ArraySlice<Float>?) -> Void
    ) {
        while pictures.count < request.views.count { pictures.append(PixelClip(frames: 0, height: 1, width: 1)) }
        placements = []
        trust = [:]
        tracer.forget()
        for (number, view) in request.views.enumerated() {
            var source = number
            switch view.source {
            case .stored:
                guard let found = frames.stored[number] else { continue }
                placements.append(found.placement)
                finished(number, found.values[...], found.mask[...])
                continue
            case .clip(let window, _) where view.kind.sound != nil:
                let owner = request.owners(of: number).window
                if case .same(let other) = window, let other = request.index(of: other) {
                    placements.append(placements[other])
                } else {
                    placements.append(frames.placement(ofWindow: owner, .whole(frames.size)))
                }
                guard let sound = frames.sounds[number] else { continue }
                finished(number, sound.values[...], nil)
                continue
            case .clip(_, let geometry):
                let owners = request.owners(of: number)
                let shown = self.geometry(geometry, draw, view: number, owner: owners.geometry, size: frames.size)
                placements.append(frames.placement(ofWindow: owners.window, shown))
                guard let window = frames.shown[owners.window] else { continue }
                if view.kind.cellSide != nil {
                    let count = show(view.kind, window.frames, of: frames, through: shown)
                    finished(number, values[..<(2 * count)], mask[..<count])
                    continue
                }
                cut(view.kind, window.frames, of: frames, through: shown, into: number)
            case .view(let origin):
                source = request.index(of: origin) ?? number
                placements.append(placements[source])
            }
            // Straight from the source: a copy in `pictures[number]` would have to be allocated anew.
            let pixels = pictures[source]
            if let operations = operations(of: number, draw, request) {
                operations.apply(to: pixels, into: &pictures[number], scratch: &scratch)
            } else {
                pictures[number] = pixels
            }
            let count = normalize(number, view.values == .levels ? .none : view.kind.normalization(normalization))
            if view.kind.showsVectors {
                trust[number] = trust[source] ?? [Bool](repeating: true, count: pictures[number].frames)
            }
            finished(number, values[..<count], trust[number].map { fillMask($0, count: count / 3) })
        }
    }

    private func geometry(
        _ geometry: ViewRequest.Geometry, _ draw: SampleDraw, view: Int, owner: Int, size: PictureSize
    ) -> ClipGeometry {
        switch geometry {
        case .random(let augmentation):
            var stream = draw.key(.geometry, view: view).stream
            return augmentation.draw(frame: size, using: &stream)
        case .evaluation(let crops, let crop): return crops.geometries(of: size)[crop]
        case .same: return placements[owner].geometry
        }
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

    /// The pictures of `shown`, cropped and resized, in `pictures[view]`.
    private mutating func cut(
        _ kind: ViewRequest.Kind, _ shown: [Int], of frames: borrowing SampleFrames, through geometry: ClipGeometry,
        into view: Int
    ) {
        let places = frames.pixelPlaces(of: shown), pixels = frames.decoded.pixels
        switch kind {
        case .temporalGradient:
            selected.takeTemporalGradients(of: pixels, at: places, next: frames.pixelPlaces(of: shown.map { $0 + 1 }))
        case .residual(let residual): trust[view] = takeResiduals(residual, shown, of: frames)
        case .rgb where places == Array(0..<pixels.frames):
            return geometry.apply(to: pixels, into: &pictures[view], scratch: &scratch)
        case .rgb, .motionVectors, .blocks, .waveform, .logMel, .stored: selected.select(places, of: pixels)
        }
        geometry.apply(to: selected, into: &pictures[view], scratch: &scratch)
    }

    /// The residuals of `shown` in `selected`; returns by frame whether the vectors that lead to it can be trusted.
    private mutating func takeResiduals(
        _ residual: ViewRequest.Residual, _ shown: [Int], of frames: borrowing SampleFrames
    ) -> [Bool] {
        let pixels = frames.decoded.pixels
        var isTrusted = [Bool](repeating: false, count: shown.count)
        selected.resize(frames: shown.count, height: pixels.height, width: pixels.width)
        for (number, frame) in shown.enumerated() {
            let reference =
                residual == .oneStep ? frames.index?.referencePicture(of: frame) : frames.index?.predictionChain(of: frame).intra
            // An intra picture leaves nothing of itself.
            let places = frames.pixelPlaces(of: [frame, reference ?? frame])
            guard places.count == 2 else { continue }
            tracer.trace(to: frame, isOneStep: residual == .oneStep, of: frames)
            tracer.places.writeResidual(of: pixels, places[0], from: places[1], to: &selected, frame: number)
            isTrusted[number] = tracer.places.isTrusted
        }
        return isTrusted
    }

    /// A mask of `count` places in which each frame is valid or not as a whole.
    private mutating func fillMask(_ isValid: [Bool], count: Int) -> ArraySlice<Float> {
        if mask.count < count { mask = [Float](repeating: 0, count: count) }
        let places = count / max(1, isValid.count)
        for (frame, valid) in isValid.enumerated() {
            for place in frame * places..<(frame + 1) * places { mask[place] = valid ? 1 : 0 }
        }
        return mask[..<count]
    }

    /// The vectors or blocks of `shown` in `values` and `mask`; returns how many places they have.
    private mutating func show(
        _ kind: ViewRequest.Kind, _ shown: [Int], of frames: borrowing SampleFrames, through geometry: ClipGeometry
    ) -> Int {
        var scaling = VectorScaling.asCoded, factor: Float = 1
        if case .motionVectors(let vectors) = kind {
            select(vectors.form, shown, of: frames)
            (scaling, factor) = (vectors.scaling, vectors.sign.rawValue)
        } else {
            selectedVectors.select(frames.blockPlaces(of: shown), of: frames.decoded.blocks)
        }
        let side = kind.cellSide ?? 1, grid = geometry.output.cells(of: side)
        geometry.apply(
            to: selectedVectors, cellSide: side, scaling: scaling, factor: factor, values: &values, mask: &mask, scratch: &scratch
        )
        return shown.count * grid.height * grid.width
    }

    /// The vectors of `shown` in `selectedVectors`.
    private mutating func select(_ form: ViewRequest.MotionVectors.Form, _ shown: [Int], of frames: borrowing SampleFrames) {
        switch form {
        case .perFrame: selectedVectors.select(frames.vectorPlaces(of: shown), of: frames.decoded.vectors)
        case .coded: selectedVectors.select(frames.codedVectorPlaces(of: shown), of: frames.decoded.codedVectors)
        case .accumulated:
            selectedVectors.resize(
                frames: shown.count, height: frames.decoded.pixels.height, width: frames.decoded.pixels.width, cellSide: 1)
            for (number, frame) in shown.enumerated() {
                tracer.trace(to: frame, isOneStep: false, of: frames)
                tracer.places.write(to: &selectedVectors, frame: number)
            }
        }
    }

    private mutating func normalize(_ view: Int, _ normalization: ChannelNormalization) -> Int {
        let count = pictures[view].pixels.count
        if values.count < count { values = [Float](repeating: 0, count: count) }
        normalization.normalize(pictures[view], into: &values)
        return count
    }
}

extension PixelClip {
    /// Becomes the pictures of `clip` at `places`, which may repeat.
    mutating func select(_ places: [Int], of clip: PixelClip) {
        var chosen: [UInt8] = []
        chosen.reserveCapacity(places.count * clip.bytesPerFrame)
        for place in places { chosen += clip.frame(place) }
        self = PixelClip(frames: places.count, height: clip.height, width: clip.width, pixels: chosen)
    }
}

extension VectorClip {
    /// Becomes the vectors of `clip` at `places`, which may repeat.
    mutating func select(_ places: [Int], of clip: VectorClip) {
        resize(frames: places.count, height: clip.height, width: clip.width, cellSide: clip.cellSide)
        let cells = cellsPerFrame
        for (slot, place) in places.enumerated() {
            vectors.replaceSubrange(
                2 * slot * cells..<2 * (slot + 1) * cells, with: clip.vectors[2 * place * cells..<2 * (place + 1) * cells])
            validity.replaceSubrange(slot * cells..<(slot + 1) * cells, with: clip.validity[place * cells..<(place + 1) * cells])
            isTrusted[slot] = clip.isTrusted[place]
        }
    }
}
