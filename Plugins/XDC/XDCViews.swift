import Datasets
import Training

/// The views of XDC, and the streams in which they come.
struct XDCViews {
    let standard: StandardViews
    let sound: ViewRequest.Sound

    /// A clip under a random crop, called `clip`.
    private var clip: ViewRequest { ViewRequest(name: "clip", source: .weak(standard.window, standard.weak)) }

    /// The sound of the time of an earlier view, as a log-mel picture called `sound`.
    func sound(with view: String) -> ViewRequest {
        ViewRequest(name: "sound", kind: .logMel(sound), source: .aligned(with: view))
    }

    /// Each encoder has a stream of its own, in an order of its own: streams `video` and `sound`.
    func separate(video: StreamRequest.Source, sound: StreamRequest.Source) -> ViewPlan {
        let alone = ViewRequest(name: "sound", kind: .logMel(self.sound), source: .weak(standard.window, standard.weak))
        return ViewPlan(
            [
                StreamRequest(name: "video", source: video, batchSize: standard.unlabeled, views: [clip]),
                StreamRequest(name: "sound", source: sound, batchSize: standard.unlabeled, views: [alone]),
            ], isForOneEpoch: true)
    }

    /// Both encoders see the same clips: a stream called `clips`.
    func shared(_ source: StreamRequest.Source) -> ViewPlan {
        let views = [clip, sound(with: "clip")]
        return ViewPlan(
            [StreamRequest(name: "clips", source: source, batchSize: standard.unlabeled, views: views)], isForOneEpoch: true)
    }
}
