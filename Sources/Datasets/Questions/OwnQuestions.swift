import Files

/// Questions of this project: one object a line.
///
/// | field | holds |
/// |---|---|
/// | `id` | the name of the question |
/// | `video` | the path of the video, relative to the file |
/// | `question`, `answers` | the text, and two or more candidates |
/// | `answer` | the place of the right one, from 0; may be missing |
/// | `split` | `train`, `validation`, `test` or `unlabelled` |
/// | `kind` | what accuracy is told by |
/// | `start`, `end` | the clip inside the video in seconds |
/// | `span` | `[begin, end]` of what is needed to answer, in seconds from the beginning of the clip |
/// | `subtitles` | objects with `start`, `end` (seconds from the beginning of the clip), `text` and optionally `speaker` |
/// | `objects` | the names of detected objects |
struct OwnQuestions: QuestionReader {
    private static let fields = [
        "id", "video", "question", "answers", "answer", "split", "kind", "start", "end", "span", "subtitles", "objects",
    ]
    private static let subtitleFields = ["start", "end", "text", "speaker"]

    private(set) var contexts = ClipContexts()
    private var texts = SharedTexts()

    mutating func read(_ record: QuestionRecord) throws -> (AnsweredQuestion, QuestionPlace) {
        var record = record
        let id = try record.identifier("id")
        try Self.refuseUnknown(record, Self.fields)
        let (start, end) = try stretch(record)
        let kind: [String: String] = record["kind"] == nil ? [:] : ["kind": try record.text("kind")]
        let answers = try record.texts("answers")
        let question = Question(
            id: id, clip: texts.shared(try record.text("video")), start: start, end: end, text: try record.text("question"),
            answers: (answers ?? []).map { texts.shared($0) }, groups: texts.shared(kind), part: try part(record))
        try addContext(record, of: question)
        return (AnsweredQuestion(question, answer: try record.integer("answer"), span: try span(record)), record.place)
    }

    private static func refuseUnknown(_ record: QuestionRecord, _ fields: [String]) throws {
        guard let unknown = record.members.first(where: { !fields.contains($0.key) })?.key else { return }
        throw QuestionError.unknownField(record.place, field: unknown, nearest: NearestName.likely(unknown, among: fields))
    }

    private func part(_ record: QuestionRecord) throws -> VideoList.Part? {
        try record.optional("split", expected: "train, validation, test or unlabelled") { found in
            found.stringValue.flatMap { VideoList.Part(named: $0) }
        }
    }

    private func stretch(_ record: QuestionRecord) throws -> (start: Double?, end: Double?) {
        let start = try record.number("start"), end = try record.number("end")
        if let start, start < 0 { throw record.wrong("start", .real(start), expected: "a time of 0 seconds or more") }
        if let end, end <= start ?? 0 { throw record.wrong("end", .real(end), expected: "a time after the start") }
        return (start, end)
    }

    /// Unlike in the published sets, a span that ends before it begins is a mistake that the user can mend.
    private func span(_ record: QuestionRecord) throws -> ClosedRange<Double>? {
        let span = try record.span("span")
        if span == nil, let found = record["span"], let times = found.arrayValue?.compactMap(\.realValue), times.count == 2,
            times[0] > times[1]
        {
            throw record.wrong("span", found, expected: "a beginning before the end")
        }
        return span
    }

    private mutating func addContext(_ record: QuestionRecord, of question: Question) throws {
        let objects = try record.texts("objects")
        let listed: [JSON]? = try record.optional("subtitles", expected: "an array of objects", \.arrayValue)
        guard objects != nil || listed != nil else { return }
        let subtitles = try (listed ?? []).map { value in
            let fields = try record.inside(value)
            try Self.refuseUnknown(fields, Self.subtitleFields)
            return Subtitle(
                begin: try fields.requiredNumber("start"), end: try fields.requiredNumber("end"), text: try fields.text("text"),
                speaker: fields["speaker"] == nil ? nil : try fields.text("speaker"))
        }
        guard contexts.add(ClipContext(subtitles: subtitles, objects: objects ?? []), for: question.clipKey) else {
            throw QuestionError.twoContexts(record.place, clip: question.clip)
        }
    }
}
