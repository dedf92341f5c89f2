import Files

/// Where the files of a set of questions are.
struct QuestionFolder {
    /// What was asked for.
    let path: String
    /// A short name, from the folder or the file.
    let name: String
    /// What the paths of clips are relative to.
    let root: String
    /// The question files, each with the part of those of its questions that name none.
    let files: [(path: String, part: VideoList.Part)]
    /// Where the subtitles are that the question files do not hold; nil: nowhere.
    let subtitles: String?
    /// Whether it is one of the published sets, whose questions nobody can mend.
    let isPublished: Bool

    /// The files of a published set, under the names that they are distributed under.
    private struct Published {
        let files: [(name: String, part: VideoList.Part)]
        /// The names of what holds its subtitles, the first that is there.
        let subtitles: [String]
    }

    private static let published = [
        Published(
            files: [
                ("tvqa_train.jsonl", .train), ("tvqa_val.jsonl", .validation), ("tvqa_test_public.jsonl", .test),
            ], subtitles: ["tvqa_preprocessed_subtitles.jsonl", "tvqa_subtitles"]),
        Published(
            files: [("tvqa_plus_train.json", .train), ("tvqa_plus_val.json", .validation)],
            subtitles: ["tvqa_plus_subtitles.json", "tvqa_preprocessed_subtitles.jsonl", "tvqa_subtitles"]),
        Published(
            files: [
                ("AnotherMissOhQA_train_set.json", .train), ("AnotherMissOhQA_val_set.json", .validation),
                ("AnotherMissOhQA_test_set.json", .test),
            ], subtitles: ["AnotherMissOh_script.json"]),
    ]
    private static let own = "questions.jsonl"

    /// Looks at `path`. Throws `FileError.missing`, and `QuestionError.noQuestionFile` of a folder without any.
    init(_ path: String) throws {
        self.path = path
        guard FolderListing.kind(of: path) == .folder else {
            guard FolderListing.kind(of: path) == .file else { throw QuestionError.file(.missing(path: path)) }
            let file = Paths.lastComponent(path), stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
            (name, root, files) = (stem, Paths.folder(of: path), [(path, .train)])
            (subtitles, isPublished) = (nil, false)
            return
        }
        (name, root) = (Paths.lastComponent(Paths.absolute(path)), path)
        func isThere(_ name: String) -> Bool {
            switch FolderListing.kind(of: Paths.join(path, name)) {
            case .file, .folder: true
            default: false
            }
        }
        if isThere(Self.own) {
            (files, subtitles, isPublished) = ([(Paths.join(path, Self.own), .train)], nil, false)
            return
        }
        guard let set = Self.published.first(where: { isThere($0.files[0].name) }) else {
            throw QuestionError.noQuestionFile(path: path, expected: [Self.own] + Self.published.map { $0.files[0].name })
        }
        files = set.files.filter { isThere($0.name) }.map { (Paths.join(path, $0.name), $0.part) }
        subtitles = set.subtitles.first(where: isThere).map { Paths.join(path, $0) }
        isPublished = true
    }
}
