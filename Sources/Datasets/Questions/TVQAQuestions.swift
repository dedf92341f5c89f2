import Files

/// Questions of TVQA: `qid`, `q`, `a0` ... `a4`, `answer_idx` (missing in the public test part), `ts` ("begin-end", may be
/// "nan-nan") and `vid_name`.
struct TVQAQuestions: QuestionReader {
    private static let types: Set<String> = ["what", "who", "where", "why", "how"]
    private var texts = SharedTexts()
    /// The groups of the clips met so far: several questions are about each.
    private var clips: [String: (name: String, groups: [String: String])] = [:]

    mutating func read(_ record: QuestionRecord) throws -> (AnsweredQuestion, QuestionPlace) {
        var record = record
        let id = try record.identifier("qid")
        let clip = try record.text("vid_name")
        let text = try record.text("q")
        var (name, groups) = known(clip)
        groups["type"] = Self.type(of: text)
        let question = Question(id: id, clip: name, text: text, answers: try answers(record), groups: texts.shared(groups))
        return (
            AnsweredQuestion(question, answer: try record.integer("answer_idx"), span: try record.span("ts")), record.place
        )
    }

    private mutating func known(_ clip: String) -> (name: String, groups: [String: String]) {
        if let known = clips[clip] { return known }
        let found = (name: clip, groups: Self.groups(ofClip: clip))
        clips[clip] = found
        return found
    }

    /// `a0`, `a1`, ... as far as they go; none may be left out between two.
    private func answers(_ record: QuestionRecord) throws -> [String] {
        let count = record.members.count { Self.isAnswer($0.key) }
        return try (0..<count).map { try record.text("a\($0)") }
    }

    private static func isAnswer(_ field: String) -> Bool {
        let name = field.utf8
        return name.count > 1 && name.first == UInt8(ascii: "a")
            && name.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Show, season and episode of `friends_s06e12_seg02_clip_16`. A name without a show is of The Big Bang Theory (`bbt`); a name of
    /// another kind tells nothing.
    static func groups(ofClip name: String) -> [String: String] {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[parts.count - 2] == "clip", parts[parts.count - 3].hasPrefix("seg") else { return [:] }
        let number = parts[parts.count - 4]
        guard number.first == "s", let middle = number.firstIndex(of: "e"), Int(number[..<middle].dropFirst()) != nil,
            Int(number[middle...].dropFirst()) != nil
        else { return [:] }
        let show = parts.count == 4 ? "bbt" : parts.dropLast(4).joined(separator: "_")
        return ["show": show, "season": "\(show)_\(number[..<middle])", "episode": "\(show)_\(number)"]
    }

    /// The first word in small letters, where it asks for something, else `other`.
    static func type(of text: String) -> String {
        let word = text.drop { $0 == " " }.prefix { $0.isLetter }.lowercased()
        return types.contains(word) ? word : "other"
    }
}
