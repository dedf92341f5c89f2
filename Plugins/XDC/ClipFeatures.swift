import Datasets
import Media
import Tensor
import Training

/// Mean and deviation of each log-mel band over the training clips.
struct BandStatistics {
    /// `[1, 1, 40, 1]` each; nil before the first round, where values stay as they are.
    private var mean: Tensor?, deviation: Tensor?

    init() {}

    /// Those of the sound of all training clips; silence in a band counts as a deviation of 1.
    init(_ requests: XDCViews, _ epoch: EpochContext) throws {
        var sums = [Double](repeating: 0, count: LogMel.bands), squares = sums, count = 0.0
        let view = ViewRequest(name: "sound", kind: .logMel(requests.sound), source: epoch.plainView.source)
        try epoch.pass(over: .training, views: [view]) { batch in
            let values = batch[view.name].values(as: Float.self), columns = values.count / batch.count / LogMel.bands
            for (number, value) in values.enumerated() {
                let band = number / columns % LogMel.bands
                sums[band] += Double(value)
                squares[band] += Double(value) * Double(value)
            }
            count += Double(batch.count * columns)
        }
        guard count > 0 else { return }
        let means = sums.map { $0 / count }
        let deviations = zip(squares, means).map { square, mean in
            let variance = max(0, square / count - mean * mean)
            return variance > 1e-6 ? variance.squareRoot() : 1
        }
        mean = Tensor(means.map(Float.init), shape: [1, 1, LogMel.bands, 1])
        deviation = Tensor(deviations.map(Float.init), shape: [1, 1, LogMel.bands, 1])
    }

    /// Log-mel pictures `[N, 1, 40, P]` with bands of mean 0 and deviation 1.
    func standardized(_ pictures: Tensor) -> Tensor {
        guard let mean, let deviation else { return pictures }
        return (pictures - mean.converted(to: pictures.elementType)) / deviation.converted(to: pictures.elementType)
    }

    var state: StateTree {
        var tree = StateTree()
        tree["mean"] = mean
        tree["deviation"] = deviation
        return tree
    }

    init(_ state: StateTree) throws(StateError) {
        guard !state.tensors.isEmpty else { return }
        mean = try state.tensor("mean", shape: [1, 1, LogMel.bands, 1])
        deviation = try state.tensor("deviation", shape: [1, 1, LogMel.bands, 1])
    }
}

/// The features of all training clips that have sound, in order.
struct ClipFeatures {
    /// Their stable indices.
    private(set) var samples: [Int] = []
    private var videoValues: [Float] = [], soundValues: [Float] = []

    /// Passes over all training clips in evaluation mode (card, algorithm, 1). Throws `XDCError.noSound`.
    init(of method: XDC, _ requests: XDCViews, _ bands: BandStatistics, _ epoch: EpochContext) throws {
        let plain = epoch.plainView, sound = requests.sound(with: plain.name)
        try epoch.pass(over: .training, views: [plain, sound]) { batch in
            let (video, heard) = GradientRecording.off {
                (
                    method.video.features(batch[plain.name], .evaluation),
                    method.sound.features(bands.standardized(batch[sound.name]), .evaluation)
                )
            }
            // Where the sound of a file is over before the clip begins there is nothing to learn from.
            let audible = batch.presence(of: sound.name).values(as: Float.self).enumerated().filter { $0.element > 0 }.map(
                \.offset)
            guard !audible.isEmpty else { return }
            samples += audible.map { batch.sampleIndices[$0] }
            videoValues += video.rows(at: audible).values(as: Float.self)
            soundValues += heard.rows(at: audible).values(as: Float.self)
        }
        guard !samples.isEmpty else { throw XDCError.noSound(clips: try epoch.count(of: .training)) }
    }

    /// What a clustering clusters, `[N, D]`; joint features are of length 1 on each side, else the longer side would decide
    /// (card, k-means).
    func tensor(_ clustering: Modality) -> Tensor {
        func rows(_ values: [Float]) -> Tensor { Tensor(values, shape: [samples.count, values.count / samples.count]) }
        switch clustering {
        case .video: return rows(videoValues)
        case .sound: return rows(soundValues)
        case .joint:
            return Tensor.concatenated([rows(videoValues).l2Normalized(), rows(soundValues).l2Normalized()], axis: 1)
        }
    }
}
