import Files

/// What can be wrong with a vocabulary, or with the texts that one is built from.
public enum VocabularyError: ReportedError, Equatable {
    /// The file could not be read or written.
    case file(FileError)
    /// A line without a token before the last; lines count from 1.
    case emptyLine(source: String, line: Int)
    /// A token that stands in two lines.
    case duplicate(source: String, token: String, line: Int, first: Int)
    /// A token that no line can hold.
    case lineBreak(source: String, token: String)
    /// Special tokens that are not there.
    case missingSpecials(source: String, tokens: [String])
    /// The texts that a vocabulary should be built from hold no word.
    case noWords
    /// A vocabulary so small that the special tokens and the characters alone fill it.
    case tooSmall(size: Int, needed: Int)

    public var exitCode: ExitCode {
        switch self {
        case .file(let error): error.exitCode
        case .tooSmall: .configuration
        default: .badData
        }
    }

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .emptyLine(let source, let line):
            "\(source), line \(line): expected a token, found an empty line; the number of a line is the id of its token, so "
                + "take the vocabulary as it was published"
        case .duplicate(let source, let token, let line, let first):
            "\(source), line \(line): the token \(token) stands in line \(first) already; each token has one line"
        case .lineBreak(let source, let token):
            "\(source): the token \(token.debugDescription) holds a line break or ends in a carriage return; a vocabulary has a "
                + "token a line"
        case .missingSpecials(let source, let tokens):
            "\(source): no line is \(tokens.joined(separator: ", ")); expected the vocabulary of a BERT model, a token a line, with "
                + Vocabulary.specialTokens.joined(separator: ", ")
        case .noWords: "the texts hold no word to build a vocabulary from; give texts with letters or digits"
        case .tooSmall(let size, let needed):
            "a vocabulary of \(size) tokens has no room for the special tokens and the characters of the texts, which are \(needed); "
                + "ask for more tokens, or for fewer characters"
        }
    }
}
