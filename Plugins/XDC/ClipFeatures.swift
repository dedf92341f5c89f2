import Datasets
import Tensor
import Training

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
            samples += batch.sampleIndices
            videoValues += video.values(as: Float.self)
            soundValues += heard.values(as: Float.self)
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
