import Datasets
import Tensor
import Training

/// The features of all training clips that have sound, in order.
struct ClipFeatures {
    /// Their stable indices.
    let samples: [Int]
    /// `[N, D]` each.
    private let video: Tensor, sound: Tensor

    /// Passes over all training clips in evaluation mode (card, algorithm, 1). Throws `XDCError.noSound`.
    init(of method: XDC, _ requests: XDCViews, _ bands: BandStatistics, _ epoch: EpochContext) throws {
        let plain = epoch.plainView, sound = requests.sound(with: plain.name)
        let found = try epoch.rows(over: .training, views: [plain, sound]) { batch in
            GradientRecording.off {
                [
                    method.video.features(batch[plain.name], .evaluation),
                    method.sound.features(bands.standardized(batch[sound.name]), .evaluation),
                ].map { $0.converted(to: .float32) }
            }
        }
        guard found.rows.count == 2 else { throw XDCError.noSound(clips: try epoch.count(of: .training)) }
        (samples, video, self.sound) = (found.samples, found.rows[0], found.rows[1])
    }

    /// What a clustering clusters, `[N, D]`; joint features are of length 1 on each side, else the longer side would decide
    /// (card, k-means).
    func tensor(_ clustering: Modality) -> Tensor {
        switch clustering {
        case .video: video
        case .sound: sound
        case .joint: Tensor.concatenated([video.l2Normalized(), sound.l2Normalized()], axis: 1)
        }
    }
}
