import Datasets
import Media
import Tensor
import Training

/// How log-mel bands are brought to mean 0 and deviation 1.
struct BandStatistics {
    private let centre: XDCOptions.SoundMean
    /// Over the training clips, `[1, 1, 40, 1]` each; nil before the first round, where values stay as they are, and where each clip has
    /// a mean of its own.
    private var mean: Tensor?, deviation: Tensor?

    init(_ centre: XDCOptions.SoundMean) { self.centre = centre }

    /// Those of the sound of all training clips; silence in a band counts as a deviation of 1.
    init(_ centre: XDCOptions.SoundMean, _ requests: XDCViews, _ epoch: EpochContext) throws {
        self.init(centre)
        var sums = [Double](repeating: 0, count: LogMel.bands), squares = sums, count = 0.0
        let view = ViewRequest(name: "sound", kind: .logMel(requests.sound), source: epoch.plainView.source)
        try epoch.pass(over: .training, views: [view]) { batch in
            let pictures = centred(batch[view.name])
            let values = pictures.values(as: Float.self), columns = values.count / batch.count / LogMel.bands
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
        if centre == .training { mean = Tensor(means.map(Float.init), shape: [1, 1, LogMel.bands, 1]) }
        deviation = Tensor(deviations.map(Float.init), shape: [1, 1, LogMel.bands, 1])
    }

    /// Log-mel pictures `[N, 1, 40, P]` with bands of mean 0 and deviation 1.
    func standardized(_ pictures: Tensor) -> Tensor {
        guard let deviation else { return pictures }
        return centred(pictures) / deviation.converted(to: pictures.elementType)
    }

    private func centred(_ pictures: Tensor) -> Tensor {
        switch centre {
        case .training: mean.map { pictures - $0.converted(to: pictures.elementType) } ?? pictures
        case .clip: pictures - pictures.mean(axes: [3], keepingAxes: true)
        }
    }

    var state: StateTree {
        var tree = StateTree()
        tree["mean"] = mean
        tree["deviation"] = deviation
        return tree
    }

    init(_ centre: XDCOptions.SoundMean, _ state: StateTree) throws(StateError) {
        self.init(centre)
        guard !state.tensors.isEmpty else { return }
        if centre == .training { mean = try state.tensor("mean", shape: [1, 1, LogMel.bands, 1]) }
        deviation = try state.tensor("deviation", shape: [1, 1, LogMel.bands, 1])
    }
}
