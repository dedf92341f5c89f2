import Files

/// The questions of one file, in its order.
public struct QuestionFile: Sendable {
    /// The formats that are read, each recognised by the fields of the first element.
    public enum Format: String, Sendable, CaseIterable, CustomStringConvertible {
        /// JSON lines of this project, such as the questions of `motions`.
        case own
        /// The JSON lines of TVQA.
        case tvqa
        /// The array of TVQA+.
        case tvqaPlus
        /// The array of DramaQA.
        case dramaQA

        public var description: String {
            switch self {
            case .own: "semisup's own"
            case .tvqa: "TVQA"
            case .tvqaPlus: "TVQA+"
            case .dramaQA: "DramaQA"
            }
        }

        /// The fields that only this format has together.
        var marks: [String] {
            switch self {
            case .own: ["video", "question", "answers"]
            case .tvqa: ["vid_name", "q", "a0"]
            case .tvqaPlus: ["vid_name", "q", "a0 in an array"]
            case .dramaQA: ["vid", "que", "answers"]
            }
        }
    }

    /// What becomes of a question to which two equal candidates are the right answer.
    public enum Ambiguity: Sendable {
        /// It is an error.
        case refused
        /// It is left out and counted: the published sets hold some.
        case leftOut
    }

    /// The file.
    public let path: String
    /// Which format it was taken for.
    public let format: Format
    /// The questions.
    public private(set) var questions: [AnsweredQuestion] = []
    /// The subtitles and objects that the file itself gives.
    public private(set) var contexts = ClipContexts()
    /// The names of the questions that were left out.
    public private(set) var leftOut: [String] = []

    /// Reads the file at `path`, whose format the first element tells, holding one element at a time beside the questions.
    ///
    /// Throws a `QuestionError` that names the file, the line or element, and the question.
    public static func open(_ path: String, ambiguity: Ambiguity = .refused) throws(QuestionError) -> QuestionFile {
        do { return try QuestionFile(path, ambiguity) } catch { throw .of(error, path: path) }
    }

    private init(_ path: String, _ ambiguity: Ambiguity) throws {
        var elements = try JSONElements(of: path)
        let isArray = elements.layout == .array
        guard let first = try elements.next() else { throw QuestionError.nothing(path: path, expected: "questions") }
        let fields = first.value.objectValue?.map(\.key) ?? []
        guard let format = Self.recognise(fields, isArray: isArray) else {
            throw QuestionError.unknownFormat(path: path, found: fields)
        }
        self.path = path
        self.format = format
        var reader = format.reader
        var lines: [String: Int] = [:]
        var element: JSONElements.Element? = first
        while let found = element {
            let place = QuestionPlace(path: path, line: found.line, number: isArray ? found.number : nil)
            let (question, whole) = try reader.read(QuestionRecord(found.value, at: place))
            let earlier = lines.updateValue(isArray ? found.number : found.line, forKey: question.question.id)
            if let earlier { throw QuestionError.duplicate(whole, first: earlier) }
            try add(question, at: whole, ambiguity)
            element = try elements.next()
        }
        contexts = reader.contexts
    }

    private static func recognise(_ fields: [String], isArray: Bool) -> Format? {
        let fields = Set(fields)
        if fields.isSuperset(of: Format.own.marks) { return .own }
        if fields.isSuperset(of: Format.dramaQA.marks) { return .dramaQA }
        guard fields.isSuperset(of: Format.tvqa.marks) else { return nil }
        return isArray || fields.contains("bbox") ? .tvqaPlus : .tvqa
    }

    /// Sees to what every format must hold to.
    private mutating func add(_ question: AnsweredQuestion, at place: QuestionPlace, _ ambiguity: Ambiguity) throws {
        let answers = question.question.answers
        guard answers.count >= 2 else { throw QuestionError.tooFewCandidates(place, count: answers.count) }
        if let answer = question.answer {
            guard answers.indices.contains(answer) else {
                throw QuestionError.noSuchCandidate(place, answer: answer, count: answers.count)
            }
            let right = comparable(answers[answer])
            let equal = answers.indices.filter { $0 == answer || comparable(answers[$0]) == right }
            if equal.count > 1 {
                guard ambiguity == .leftOut else {
                    throw QuestionError.twoRightAnswers(place, text: answers[answer], places: equal)
                }
                leftOut.append(question.question.id)
                return
            }
        }
        questions.append(question)
    }
}

/// A text as it is compared: blanks at the ends and case say nothing, for the tokens of the text are the same.
func comparable(_ text: String) -> String { text.trimmed.lowercased() }

/// Reads the elements of one format.
protocol QuestionReader {
    /// The contexts that the elements read so far gave.
    var contexts: ClipContexts { get }

    /// The question of one element, and its place with its name.
    mutating func read(_ record: QuestionRecord) throws -> (AnsweredQuestion, QuestionPlace)
}

extension QuestionReader {
    var contexts: ClipContexts { ClipContexts() }
}

extension QuestionFile.Format {
    fileprivate var reader: any QuestionReader {
        switch self {
        case .own: OwnQuestions()
        case .tvqa: TVQAQuestions()
        case .tvqaPlus: TVQAPlusQuestions()
        case .dramaQA: DramaQAQuestions()
        }
    }
}
