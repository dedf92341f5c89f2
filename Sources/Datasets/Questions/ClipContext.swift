/// One sentence that is said in a clip.
public struct Subtitle: Sendable, Equatable {
    /// When it begins in seconds from the beginning of the clip; negative where it began before.
    public let begin: Double
    /// When it ends, not before `begin`.
    public let end: Double
    /// What is said.
    public let text: String
    /// Who says it, or nil where nobody knows.
    public let speaker: String?

    /// A sentence; an end before the beginning becomes the beginning.
    public init(begin: Double, end: Double, text: String, speaker: String? = nil) {
        self.begin = begin
        self.end = max(begin, end)
        self.text = text
        self.speaker = speaker
    }
}

/// What is known of a clip beside its frames.
public struct ClipContext: Sendable, Equatable {
    /// What is said, in order.
    public let subtitles: [Subtitle]
    /// The names of the objects that a detector found.
    public let objects: [String]

    /// A context; subtitles are put in the order of their beginnings, those that begin together stay in the order given.
    public init(subtitles: [Subtitle] = [], objects: [String] = []) {
        let order = subtitles.indices.sorted { (subtitles[$0].begin, $0) < (subtitles[$1].begin, $1) }
        self.subtitles = order.map { subtitles[$0] }
        self.objects = objects
    }

    /// The context of a clip in which nothing is said: a full stop, so that there is one sentence.
    static func silent(until end: Double = 0) -> ClipContext {
        ClipContext(subtitles: [Subtitle(begin: 0, end: end, text: ".")])
    }
}

/// The contexts of clips.
public struct ClipContexts: Sendable {
    private var known: [Question.ClipKey: ClipContext] = [:]
    /// What a clip has that is not among them, or nil where that means nothing is known.
    private let others: ClipContext?

    /// No context yet; `others` is that of every clip without one of its own.
    init(others: ClipContext? = nil) { self.others = others }

    /// How many clips have a context of their own.
    public var count: Int { known.count }

    /// The context of the clip that `question` is about, or nil where there is none.
    public subscript(question: Question) -> ClipContext? { known[question.clipKey] ?? others }

    /// Adds the context of a clip; false where it has another one already.
    mutating func add(_ context: ClipContext, for clip: Question.ClipKey) -> Bool {
        if let earlier = known[clip] { return earlier == context }
        known[clip] = context
        return true
    }

    /// The same for a clip that is a whole video.
    mutating func add(_ context: ClipContext, for clip: String) -> Bool {
        add(context, for: .init(clip: clip, start: nil, end: nil))
    }
}
