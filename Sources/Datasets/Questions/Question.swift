/// A multiple-choice question about a clip, as a stage may see it that must not know the answer: it has no such field.
public struct Question: Sendable, Equatable {
    /// Its name, unique in its file.
    public let id: String
    /// The clip it is about: the name by which the set knows it, or the path of a video relative to the question file.
    public let clip: String
    /// Where the clip begins in its video in seconds, or nil for the start of the file.
    public let start: Double?
    /// Where the clip ends in its video in seconds, or nil for the end of the file.
    public let end: Double?
    /// What is asked.
    public let text: String
    /// The candidates, two or more.
    public let answers: [String]
    /// What accuracy is told by and negatives are drawn by, as far as the set knows it: `show`, `episode`, `type`, `level`, ...
    public let groups: [String: String]
    /// The part of the data it belongs to, where the file says so.
    public let part: VideoList.Part?

    /// A question; see the properties.
    public init(
        id: String, clip: String, start: Double? = nil, end: Double? = nil, text: String, answers: [String],
        groups: [String: String] = [:], part: VideoList.Part? = nil
    ) {
        self.id = id
        self.clip = clip
        self.start = start
        self.end = end
        self.text = text
        self.answers = answers
        self.groups = groups
        self.part = part
    }

    /// What tells clips apart: two stretches of one video are two.
    struct ClipKey: Hashable {
        let clip: String
        let start: Double?
        let end: Double?
    }

    var clipKey: ClipKey { ClipKey(clip: clip, start: start, end: end) }
}

/// A question with what annotators say about it.
public struct AnsweredQuestion: Sendable, Equatable {
    /// What a stage may see that must not know the answer.
    public let question: Question
    /// The place of the right candidate, or nil where it is withheld.
    public let answer: Int?
    /// When the clip shows what is needed to answer, in seconds from its beginning, or nil where nobody said.
    public let span: ClosedRange<Double>?
    /// Boxes round what the question and its right answer speak of, by frame.
    ///
    /// They are labelled with words of the right answer: a network that reads the labels as input reads the answer.
    public let boxes: [ObjectBox]

    /// An annotated question; see the properties.
    public init(_ question: Question, answer: Int? = nil, span: ClosedRange<Double>? = nil, boxes: [ObjectBox] = []) {
        self.question = question
        self.answer = answer
        self.span = span
        self.boxes = boxes
    }
}

/// A box round an object in one frame.
public struct ObjectBox: Sendable, Equatable {
    /// The frame, from 1, at 3 frames a second: frame n shows about second (n - 1) / 3.
    public let frame: Int
    /// What is in the box.
    public let label: String
    /// The left edge and the upper edge in pixels.
    public let left: Int, top: Int
    /// The size in pixels.
    public let width: Int, height: Int

    /// A box; see the properties.
    public init(frame: Int, label: String, left: Int, top: Int, width: Int, height: Int) {
        self.frame = frame
        self.label = label
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }
}
