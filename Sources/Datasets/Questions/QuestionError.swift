import Files

/// Where a question or a clip's subtitles stand.
public struct QuestionPlace: Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// The line in which the element begins, from 1.
    public let line: Int
    /// Its place among the elements of an array or the members of an object, from 1; nil where each has a line.
    public let number: Int?
    /// The name of the question or clip, once it is known.
    public let id: String?

    /// A place; see the properties.
    public init(path: String, line: Int, number: Int? = nil, id: String? = nil) {
        self.path = path
        self.line = line
        self.number = number
        self.id = id
    }

    public var description: String {
        "\(path), line \(line)" + (number.map { ", element \($0)" } ?? "") + (id.map { " (\($0))" } ?? "")
    }
}

/// What can be wrong with questions and subtitles.
public enum QuestionError: ReportedError, Equatable {
    /// A file or folder could not be read.
    case file(FileError)
    /// The first element is that of no format.
    case unknownFormat(path: String, found: [String])
    /// A folder without a file of questions.
    case noQuestionFile(path: String, expected: [String])
    /// A file without a question, or without subtitles.
    case nothing(path: String, expected: String)
    /// A field that is not there.
    case missingField(QuestionPlace, field: String, expected: String)
    /// A field that holds something else than it should.
    case field(QuestionPlace, field: String, found: String, expected: String)
    /// A field that nothing reads.
    case unknownField(QuestionPlace, field: String, nearest: String?)
    /// Fewer than two candidates.
    case tooFewCandidates(QuestionPlace, count: Int)
    /// The right answer names no candidate.
    case noSuchCandidate(QuestionPlace, answer: Int, count: Int)
    /// Another candidate reads like the right one.
    case twoRightAnswers(QuestionPlace, text: String, places: [Int])
    /// A name that stands twice; `first` is the line, or the number of the element, of the one before.
    case duplicate(QuestionPlace, first: Int)
    /// A clip that has other subtitles or objects here than before.
    case twoContexts(QuestionPlace, clip: String)
    /// A subtitle file that cannot be read.
    case subtitles(path: String, line: Int, reason: String)

    public var exitCode: ExitCode { if case .file(let error) = self { error.exitCode } else { .badData } }

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .unknownFormat(let path, let found):
            "\(path): its first element has the fields \(found.isEmpty ? "(none)" : found.joined(separator: ", ")); expected those "
                + "of \(QuestionFile.Format.allCases.map { "\($0) (\($0.marks.joined(separator: ", ")))" }.joined(separator: ", "))"
        case .noQuestionFile(let path, let expected):
            "\(path): there are no questions in the folder; expected \(expected.joined(separator: " or "))"
        case .nothing(let path, let expected): "\(path): there is nothing in it; expected \(expected)"
        case .missingField(let place, let field, let expected): "\(place): no field \(field); expected \(expected)"
        case .field(let place, let field, let found, let expected):
            "\(place), \(field): found \(found), expected \(expected)"
        case .unknownField(let place, let field, let nearest):
            "\(place): nothing reads the field \(field)" + (nearest.map { "; did you mean \($0)?" } ?? "; remove it")
        case .tooFewCandidates(let place, let count):
            "\(place): \(count == 0 ? "no candidate answer" : "one candidate answer only"); a question needs two or more"
        case .noSuchCandidate(let place, let answer, let count):
            "\(place): the answer is \(answer); expected the place of one of the \(count) candidates, 0 to \(count - 1)"
        case .twoRightAnswers(let place, let text, let places):
            "\(place): the candidates \(places.map { "\($0)" }.joined(separator: " and ")) both read \"\(text)\", and one of them is "
                + "the right answer; reword one, or leave such questions out"
        case .duplicate(let place, let first):
            "\(place): \(place.number == nil ? "line" : "element") \(first) has this name already; each question needs its own"
        case .twoContexts(let place, let clip):
            "\(place): the clip \(clip) has other subtitles or objects in an earlier line; give it the same in each"
        case .subtitles(let path, let line, let reason): "\(path), line \(line): \(reason)"
        }
    }

    /// `error` as one of these; anything else tells of the file at `path`.
    static func of(_ error: any Error, path: String) -> QuestionError {
        switch error {
        case let error as QuestionError: error
        case let error as FileError: .file(error)
        default: .file(.malformed(path: path, reason: "\(error)"))
        }
    }
}
