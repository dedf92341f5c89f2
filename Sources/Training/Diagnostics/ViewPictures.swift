import Augment
import Datasets
import Foundation
import Media
import Tensor

/// Views as pictures for people.
enum ViewPictures {
    /// One clip of a view: what is seen, in words where that is not plain, and the pictures.
    typealias Row = (caption: String, clip: PixelClip)

    /// The rows of each clip of a view: pictures as they are, motion vectors as colours, blocks as their sizes and quantizers, sound as
    /// its spectrum or its loudness.
    static func rows(of batch: StreamBatch, _ view: ViewRequest) -> [[Row]] {
        let clips = batch[view.name]
        switch view.kind {
        case .rgb, .temporalGradient: return pictures(clips, .imageNet).map { [(view.name, $0)] }
        case .residual:
            let mask = batch.mask(of: view.name)
            return zip(pictures(clips, .residual), validShares(mask)).map { [("\(view.name)\(note($1))", $0)] }
        case .motionVectors: return vectors(clips, batch.mask(of: view.name), view.name).map { [$0] }
        case .blocks: return blocks(clips, batch.mask(of: view.name), view.name)
        case .logMel: return sound(spectra(clips), batch, view.name)
        case .waveform: return sound(waves(clips), batch, view.name)
        case .stored: return zip(batch.mask(of: view.name).rows, clips.rows).map { [features($1, mask: $0, view.name)] }
        }
    }

    /// The levels of normalised clips `[N, 3, T, H, W]`.
    private static func pictures(_ clips: Tensor, _ normalization: ChannelNormalization) -> [PixelClip] {
        let values = clips.permuted([0, 2, 3, 4, 1]).values(as: Float.self)
        let (mean, deviation) = (normalization.mean, normalization.standardDeviation)
        let levels = values.enumerated().map { index, value in level(value * deviation[index % 3] + mean[index % 3]) }
        return split(levels, clips.shape)
    }

    /// The share of each clip's mask `[N, 1, T, H, W]` that is 1.
    private static func validShares(_ mask: Tensor) -> [Float] {
        let values = mask.values(as: Float.self), count = values.count / max(1, mask.shape[0])
        return (0..<mask.shape[0]).map { clip in
            values[clip * count..<(clip + 1) * count].reduce(0, +) / Float(max(1, count))
        }
    }

    /// What a caption says of the share that is valid.
    private static func note(_ share: Float) -> String {
        share == 0 ? ": no motion vectors" : share == 1 ? "" : String(format: " (%.0f %% valid)", 100 * share)
    }

    // MARK: Vectors

    /// Directions as colours, lengths as their strength: white is at rest, full colour what only one vector of a hundred of the clip
    /// is longer than. Places without a vector are grey.
    private static func vectors(_ clips: Tensor, _ mask: Tensor, _ name: String) -> [Row] {
        let values = clips.permuted([0, 2, 3, 4, 1]).values(as: Float.self), known = mask.values(as: Float.self)
        let count = known.count / max(1, clips.shape[0]), shares = validShares(mask)
        var captions: [String] = [], levels: [UInt8] = []
        levels.reserveCapacity(3 * known.count)
        for clip in 0..<clips.shape[0] {
            let places = clip * count..<(clip + 1) * count
            let lengths = places.filter { known[$0] > 0 }.map { hypotf(values[2 * $0], values[2 * $0 + 1]) }.sorted()
            let longest = lengths.isEmpty ? 0 : lengths[min(lengths.count - 1, lengths.count * 99 / 100)]
            let scale = longest > 0 ? longest : max(lengths.last ?? 0, 1e-6)
            captions.append(
                lengths.isEmpty
                    ? "\(name): no motion vectors"
                    : "\(name): full colour \(String(format: "%.3g", (lengths.last ?? 0) > 0 ? scale : 0)) px\(note(shares[clip]))"
            )
            for place in places {
                levels += known[place] > 0 ? colour(values[2 * place], values[2 * place + 1], longest: scale) : [128, 128, 128]
            }
        }
        return Array(zip(captions, split(levels, clips.shape)))
    }

    private static func colour(_ x: Float, _ y: Float, longest: Float) -> [UInt8] {
        let strength = min(1, hypotf(x, y) / longest), turn = atan2f(y, x) / (2 * Float.pi)
        return (0..<3).map { level(255 * (1 - strength * (1 - share(ofColour: $0, atTurn: turn)))) }
    }

    /// How much of red, green or blue the full colour at a part of a turn has; each is strongest a third of a turn from the others.
    private static func share(ofColour number: Int, atTurn turn: Float) -> Float {
        let place = turn + Float(number) / 3, rest = place - place.rounded(.down)
        return min(1, max(0, abs(6 * rest - 3) - 1))
    }

    // MARK: Blocks

    /// Two rows: the larger a block the lighter, what is not predicted black; and the coarser its quantizer the lighter.
    private static func blocks(_ clips: Tensor, _ mask: Tensor, _ name: String) -> [[Row]] {
        let values = clips.permuted([0, 2, 3, 4, 1]).values(as: Float.self), places = stride(from: 0, to: values.count, by: 2)
        let sides = split(places.flatMap { [UInt8](repeating: level(15 * values[$0]), count: 3) }, clips.shape)
        let quantizers = places.map { values[$0 + 1] }, count = quantizers.count / max(1, clips.shape[0])
        var levels: [UInt8] = [], captions: [String] = []
        for clip in 0..<clips.shape[0] {
            let own = quantizers[clip * count..<(clip + 1) * count], told = own.filter { $0 >= 0 }
            let low = told.min() ?? 0, high = told.max() ?? 0
            captions.append(
                told.isEmpty
                    ? "quantizers: not told by the decoder"
                    : high == low
                        ? String(format: "quantizers: all %.0f", low)
                        : String(format: "quantizers: black %.0f to white %.0f", low, high))
            for value in own {
                let share = value < 0 || high == low ? 0.5 : (value - low) / (high - low)
                levels += [UInt8](repeating: level(255 * share), count: 3)
            }
        }
        let shares = validShares(mask), pictures = split(levels, clips.shape)
        return sides.indices.map { clip in
            [("\(name): lightest 16 px\(note(shares[clip]))", sides[clip]), (captions[clip], pictures[clip])]
        }
    }

    // MARK: Stored features

    /// A column for each frame of a clip `[features, T, 1, 1]`, the least of its values black and the greatest white.
    private static func features(_ clip: Tensor, mask: Tensor, _ name: String) -> Row {
        let values = clip.values(as: Float.self), frames = mask.values(as: Float.self).count { $0 > 0 }
        let low = values.min() ?? 0, range = max((values.max() ?? 0) - low, 1e-6)
        let levels = values.flatMap { [UInt8](repeating: level(255 * ($0 - low) / range), count: 3) }
        return (
            "\(name): \(frames) frames", PixelClip(frames: 1, height: clip.shape[0], width: clip.shape[1], pixels: levels)
        )
    }

    // MARK: Sound

    private static func sound(_ pictures: [(clip: PixelClip, isSilent: Bool)], _ batch: StreamBatch, _ name: String) -> [[Row]] {
        zip(pictures, batch.presence(of: name).values(as: Float.self)).map { picture, presence in
            [(presence == 0 ? "\(name): no sound" : picture.isSilent ? "\(name): silence" : name, picture.clip)]
        }
    }

    /// Values `[N, 1, bands, columns]` between the least and the greatest, high bands above, as one grey picture a clip.
    private static func spectra(_ clips: Tensor) -> [(clip: PixelClip, isSilent: Bool)] {
        let (bands, columns) = (clips.shape[2], clips.shape[3]), values = clips.values(as: Float.self)
        return (0..<clips.shape[0]).map { clip in
            let own = values[clip * bands * columns..<(clip + 1) * bands * columns]
            let low = own.min() ?? 0, high = own.max() ?? 1, range = max(high - low, 1e-6)
            let levels = (0..<bands).reversed().flatMap { band in
                (0..<columns).flatMap { column -> [UInt8] in
                    let value = own[own.startIndex + band * columns + column]
                    return [UInt8](repeating: level(255 * (value - low) / range), count: 3)
                }
            }
            return (PixelClip(frames: 1, height: bands, width: columns, pixels: levels), high == low)
        }
    }

    /// Samples `[N, 1, S]` as bars in black, of which each is as high as its part of the clip is loud beside the loudest.
    private static func waves(_ clips: Tensor) -> [(clip: PixelClip, isSilent: Bool)] {
        let count = clips.shape[2], columns = min(count, 400), half = 20, values = clips.values(as: Float.self)
        return (0..<clips.shape[0]).map { clip in
            let heights = (0..<columns).map { column in
                let own = clip * count + column * count / columns..<clip * count + (column + 1) * count / columns
                return values[own].reduce(0) { max($0, abs($1)) }
            }
            let loudest = heights.max() ?? 0, scale = Float(half) / max(loudest, 1e-6)
            let levels = (-half...half).flatMap { line in
                heights.flatMap { [UInt8](repeating: Float(abs(line)) <= $0 * scale ? 0 : 255, count: 3) }
            }
            return (PixelClip(frames: 1, height: 2 * half + 1, width: columns, pixels: levels), loudest == 0)
        }
    }

    // MARK: Levels

    private static func level(_ value: Float) -> UInt8 { UInt8(min(255, max(0, value + 0.5))) }

    /// RGB levels of clips of the shape `[N, C, T, H, W]`, a clip each.
    private static func split(_ levels: [UInt8], _ shape: [Int]) -> [PixelClip] {
        let count = levels.count / max(1, shape[0])
        return (0..<shape[0]).map { clip in
            PixelClip(
                frames: shape[2], height: shape[3], width: shape[4], pixels: Array(levels[clip * count..<(clip + 1) * count]))
        }
    }
}

extension Tensor {
    /// What stands along the first axis, one after the other.
    fileprivate var rows: [Tensor] { (0..<shape[0]).map { sliced($0..<$0 + 1).reshaped(to: Array(shape.dropFirst())) } }
}
