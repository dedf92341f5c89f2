import Files

/// Questions of TVQA+: those of TVQA in one array, with `ts` as two numbers, `answer_idx` as text, and `bbox`: frame number -> boxes in
/// pixels of 640 x 360 pictures.
struct TVQAPlusQuestions: QuestionReader {
    private var questions = TVQAQuestions()
    private var texts = SharedTexts()

    mutating func read(_ record: QuestionRecord) throws -> (AnsweredQuestion, QuestionPlace) {
        let (question, place) = try questions.read(record)
        let frames = try record.optional("bbox", expected: "an object of boxes by frame number", \.objectValue) ?? []
        var boxes: [ObjectBox] = []
        for (frame, listed) in frames {
            let expected = "arrays of boxes by frame number"
            guard let number = Int(frame), number >= 0, let listed = listed.arrayValue else {
                throw QuestionError.field(
                    place, field: "bbox", found: "\(frame): \(QuestionRecord.named(listed))", expected: expected)
            }
            for box in listed { boxes.append(try self.box(QuestionRecord(box, at: place), frame: number)) }
        }
        let order = boxes.indices.sorted { (boxes[$0].frame, $0) < (boxes[$1].frame, $1) }
        let annotated = AnsweredQuestion(
            question.question, answer: question.answer, span: question.span, boxes: order.map { boxes[$0] })
        return (annotated, place)
    }

    private mutating func box(_ record: QuestionRecord, frame: Int) throws -> ObjectBox {
        func pixels(_ field: String) throws -> Int {
            try record.required(field, expected: "a number of pixels") { $0.realValue.flatMap { Int(exactly: $0.rounded()) } }
        }
        return ObjectBox(
            frame: frame, label: texts.shared(try record.text("label")), left: try pixels("left"), top: try pixels("top"),
            width: try pixels("width"), height: try pixels("height"))
    }
}
