/// How a loader reads videos.
public struct VideoAccess: Sendable {
    /// Which frames of a video a window counts.
    public enum Timing: String, Sendable, CaseIterable {
        /// Each frame, however long it is shown.
        case frames
        /// The frames that are shown at even times, as many as there are frames: where the rate varies, those that stay long come
        /// more often.
        case time
    }

    /// Where files are, and where their frames are in them.
    public var indices: VideoIndexStore
    /// Who is told of damage, and says what is done about it.
    public var ledger: DamageLedger
    /// Which frames a window counts.
    public var timing: Timing
    /// Threads that decode.
    public var workers: Int
    /// What has been computed of clips before; nil: nothing.
    public var features: (any FeatureSource)?
    /// The longest that the reading of a clip may take, in seconds; then `ClipHangs` ends the work.
    public var clipSeconds: Double

    /// Access; see the properties.
    public init(
        indices: VideoIndexStore = VideoIndexStore(), ledger: DamageLedger = DamageLedger(), timing: Timing = .frames,
        workers: Int = 1, clipSeconds: Double = 120
    ) {
        self.clipSeconds = clipSeconds
        self.indices = indices
        self.ledger = ledger
        self.timing = timing
        self.workers = workers
    }
}
