import Media

/// Follows pixels along the predictions of a video, from the picture that is moved to the one that is shown; goes on from where it
/// was, where the next picture lies on the same way.
struct PlaceTracer {
    /// Where the pixels of the picture that was traced to last were in the one that it was traced from.
    private(set) var places = PixelPlaces()
    private var intra = -1, followed: [Int] = []

    /// Another video begins.
    mutating func forget() { (intra, followed) = (-1, []) }

    /// Traces to `frame`: from the intra picture before it, or with `isOneStep` from the picture that its vectors refer to.
    mutating func trace(to frame: Int, isOneStep: Bool, of frames: borrowing SampleFrames) {
        let chain = frames.index?.predictionChain(of: frame) ?? (intra: frame, predicted: [])
        let steps = isOneStep ? (chain.intra == frame ? [] : [frame]) : chain.predicted
        let isOnTheWay = !isOneStep && chain.intra == intra && steps.starts(with: followed)
        if !isOnTheWay {
            places.stay(
                height: frames.decoded.codedVectors.height, width: frames.decoded.codedVectors.width,
                isTrusted: frames.index?.info.hasMotionVectors ?? true)
            followed = []
        }
        for place in frames.codedVectorPlaces(of: Array(steps.dropFirst(followed.count))) {
            places.follow(frames.decoded.codedVectors, frame: place)
        }
        (intra, followed) = isOneStep ? (-1, []) : (chain.intra, steps)
    }
}
