import Files

/// The subtitles of TVQA as JSON lines: `vid_name`, and `sub` with `text`, `start` and `end` in seconds.
enum TVQASubtitles {
    static func contexts(_ path: String) throws -> ClipContexts {
        var contexts = ClipContexts()
        var texts = SharedTexts()
        var elements = try JSONElements(of: path, layout: .lines)
        while let element = try elements.next() {
            var record = try QuestionRecord(element.value, at: QuestionPlace(path: path, line: element.line))
            let clip = try record.identifier("vid_name")
            let listed: [JSON] = try record.required("sub", expected: "an array of subtitles", \.arrayValue)
            let context = ClipContext(subtitles: try listed.compactMap { try subtitle(record.inside($0), &texts) })
            guard contexts.add(context, for: clip) else { throw QuestionError.twoContexts(record.place, clip: clip) }
        }
        return contexts
    }

    /// Nil where nothing is said.
    private static func subtitle(_ record: QuestionRecord, _ texts: inout SharedTexts) throws -> Subtitle? {
        let begin = try record.requiredNumber("start"), end = try record.requiredNumber("end")
        let text: String = try record.required("text", expected: "a text", \.stringValue)
        let spoken = SpokenText(text)
        guard !spoken.text.isEmpty else { return nil }
        return Subtitle(begin: begin, end: end, text: spoken.text, speaker: spoken.speaker.map { texts.shared($0) })
    }
}

/// A sentence of a TVQA subtitle, which names its speaker first: `(Ross:)Hi.` in the SubRip files, ` Ross : Hi.` in the JSON lines,
/// which were made from them with blanks for the parentheses.
struct SpokenText {
    /// Who speaks, or nil.
    let speaker: String?
    /// What is said, without blanks at the ends and line ends inside.
    let text: String

    init(_ raw: String) {
        let line = Self.onOneLine(raw).utf8
        let opening = line.first
        guard opening == UInt8(ascii: "(") || opening == UInt8(ascii: " "), let colon = line.firstIndex(of: UInt8(ascii: ":")),
            let speaker = Self.name(Substring(line[..<colon].dropFirst())),
            let said = Self.said(line[colon...].dropFirst(), isInParentheses: opening == UInt8(ascii: "("))
        else {
            (speaker, text) = (nil, Substring(line[...]).trimmed)
            return
        }
        self.speaker = speaker == "<UNKNAME>" ? nil : speaker
        text = said
    }

    private static func onOneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) else { return text }
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// One to four words without parentheses.
    private static func name(_ text: Substring) -> String? {
        let name = text.trimmed
        let words = name.utf8.split(separator: UInt8(ascii: " ")).count
        let hasParentheses = name.utf8.contains { $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: ")") }
        return (1...4).contains(words) && !hasParentheses ? name : nil
    }

    /// What follows the colon, and the closing parenthesis where one was opened.
    private static func said(_ text: Substring.UTF8View, isInParentheses: Bool) -> String? {
        let rest = text.drop { $0 == UInt8(ascii: " ") }
        guard isInParentheses else { return rest.count < text.count ? Substring(rest).trimmed : nil }
        return rest.first == UInt8(ascii: ")") ? Substring(rest.dropFirst()).trimmed : nil
    }
}
