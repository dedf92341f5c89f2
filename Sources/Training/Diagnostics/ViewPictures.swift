import Augment
import Datasets
import Glibc
import Media
import Tensor

/// Views as pictures for people.
enum ViewPictures {
    /// Each clip of a view: pictures as they are, motion vectors as colours, sound as its spectrum.
    static func clips(of batch: StreamBatch, _ view: ViewRequest) -> [PixelClip] {
        switch view.kind {
        case .rgb, .temporalGradient: pictures(batch[view.name], .imageNet)
        case .residual: pictures(batch[view.name], .residual)
        case .motionVectors: vectors(batch[view.name], batch.mask(of: view.name))
        case .blocks: sides(batch[view.name])
        case .logMel: spectra(batch[view.name])
        case .waveform(let sound): spectra(batch[view.name].reshaped(to: [batch.count, 1, 1, sound.samples]))
        }
    }

    /// The levels of normalised clips `[N, 3, T, H, W]`.
    private static func pictures(_ clips: Tensor, _ normalization: ChannelNormalization) -> [PixelClip] {
        let values = clips.permuted([0, 2, 3, 4, 1]).values(as: Float.self)
        let levels = values.enumerated().map { index, value in
            let channel = index % 3
            return level(value * normalization.standardDeviation[channel] + normalization.mean[channel])
        }
        return split(levels, clips.shape)
    }

    /// The larger a block the lighter; what is not predicted is black.
    private static func sides(_ clips: Tensor) -> [PixelClip] {
        let values = clips.permuted([0, 2, 3, 4, 1]).values(as: Float.self)
        let levels = stride(from: 0, to: values.count, by: 2).flatMap { place in
            [UInt8](repeating: level(values[place] / 16), count: 3)
        }
        return split(levels, clips.shape)
    }

    /// Directions as colours, lengths as their strength: white is at rest, full colour an eighth of the side or more. Places without
    /// a vector are grey.
    private static func vectors(_ clips: Tensor, _ mask: Tensor) -> [PixelClip] {
        let values = clips.permuted([0, 2, 3, 4, 1]).values(as: Float.self), known = mask.values(as: Float.self)
        let longest = Float(clips.shape[4]) / 8
        let levels = known.indices.flatMap { place -> [UInt8] in
            guard known[place] > 0 else { return [128, 128, 128] }
            let (x, y) = (values[2 * place], values[2 * place + 1])
            let strength = min(1, hypotf(x, y) / longest), turn = atan2f(y, x) / (2 * Float.pi)
            return (0..<3).map { level(255 * (1 - strength * (1 - share(ofColour: $0, atTurn: turn)))) }
        }
        return split(levels, clips.shape)
    }

    /// How much of red, green or blue the full colour at a part of a turn has; each is strongest a third of a turn from the others.
    private static func share(ofColour number: Int, atTurn turn: Float) -> Float {
        let place = turn + Float(number) / 3, rest = place - place.rounded(.down)
        return min(1, max(0, abs(6 * rest - 3) - 1))
    }

    /// Values `[N, 1, bands, columns]` between the least and the greatest, high bands above, as one grey picture a clip.
    private static func spectra(_ clips: Tensor) -> [PixelClip] {
        let (bands, columns) = (clips.shape[2], clips.shape[3]), values = clips.values(as: Float.self)
        return (0..<clips.shape[0]).map { clip in
            let own = values[clip * bands * columns..<(clip + 1) * bands * columns]
            let low = own.min() ?? 0, range = max((own.max() ?? 1) - low, 1e-6)
            let levels = (0..<bands).reversed().flatMap { band in
                (0..<columns).flatMap { column -> [UInt8] in
                    let value = own[own.startIndex + band * columns + column]
                    return [UInt8](repeating: level(255 * (value - low) / range), count: 3)
                }
            }
            return PixelClip(frames: 1, height: bands, width: columns, pixels: levels)
        }
    }

    private static func level(_ value: Float) -> UInt8 { UInt8(min(255, max(0, value.rounded()))) }

    /// RGB levels of clips of the shape `[N, C, T, H, W]`, a clip each.
    private static func split(_ levels: [UInt8], _ shape: [Int]) -> [PixelClip] {
        let count = levels.count / max(1, shape[0])
        return (0..<shape[0]).map { clip in
            PixelClip(
                frames: shape[2], height: shape[3], width: shape[4], pixels: Array(levels[clip * count..<(clip + 1) * count]))
        }
    }
}
