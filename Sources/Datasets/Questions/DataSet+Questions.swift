import Files

extension DataSet {
    /// Reads the questions at `path` as samples, each with the place of its right answer as its label.
    ///
    /// `path` is a question file (`QuestionFile`), or a folder with `questions.jsonl` or with the files of TVQA, TVQA+ or DramaQA under the
    /// names that they are distributed under (`QuestionFolder`). Training questions without an answer are unlabelled; others without
    /// one are left out. Where no test part is given, the validation part is scored in its place, or clips are drawn for it.
    ///
    /// Throws `QuestionError`, and `DataSetError.noTrainingClips`.
    public init(questions path: String) throws {
        let folder = try QuestionFolder(path)
        var parts: [VideoList.Part: [AnsweredQuestion]] = [:], notes: [DataSetNote] = [], contexts = ClipContexts()
        for (file, part) in folder.files {
            let found = try QuestionFile.open(file, ambiguity: folder.isPublished ? .leftOut : .refused)
            if !found.leftOut.isEmpty { notes.append(.ambiguousQuestions(path: file, count: found.leftOut.count)) }
            for question in found.questions { parts[question.question.part ?? part, default: []].append(question) }
            contexts = found.contexts
        }
        if let subtitles = folder.subtitles { contexts = try ClipContexts.open(subtitles) }
        notes += Self.moveUnanswered(&parts)
        if parts[.test] == nil, let validation = parts.removeValue(forKey: .validation) {
            parts[.test] = validation
            notes.append(.validationIsTest(path: path))
        }
        self = try QuestionDataSet(folder, parts, contexts, notes).dataSet()
    }

    /// Puts training questions without an answer among the unlabelled ones and leaves the others out.
    private static func moveUnanswered(_ parts: inout [VideoList.Part: [AnsweredQuestion]]) -> [DataSetNote] {
        var notes: [DataSetNote] = []
        for part in [VideoList.Part.train, .validation, .test] {
            let (answered, open) = (parts[part] ?? []).separated { $0.answer != nil }
            guard !open.isEmpty else { continue }
            parts[part] = answered.isEmpty ? nil : answered
            if part == .train {
                parts[.unlabelled, default: []] += open
            } else {
                notes.append(.questionsWithoutAnswer(part: part, count: open.count))
            }
        }
        return notes
    }
}

/// Questions on their way to a data set.
private struct QuestionDataSet {
    let folder: QuestionFolder
    let contexts: ClipContexts
    let classes: ClassList
    private var parts: [VideoList.Part: [AnsweredQuestion]]
    private var notes: [DataSetNote]
    private var questions: [Question] = []

    init(
        _ folder: QuestionFolder, _ parts: [VideoList.Part: [AnsweredQuestion]], _ contexts: ClipContexts, _ notes: [DataSetNote]
    ) {
        (self.folder, self.parts, self.contexts, self.notes) = (folder, parts, contexts, notes)
        let most = parts.values.joined().map(\.question.answers.count).max() ?? 0
        classes = ClassList((0..<most).map { "answer \($0 + 1)" })
    }

    func dataSet() throws -> DataSet {
        var work = self
        var train = work.samples(.train)
        guard !train.isEmpty else { throw DataSetError.noTrainingClips(source: folder.path) }
        let validation = work.samples(.validation)
        var test = work.samples(.test)
        let unlabelled = work.samples(.unlabelled)
        if test.isEmpty {
            let all = train.count
            (train, test) = try GroupCut.test.split(train, classes: classes, source: folder.path)
            work.notes.append(.partDrawn(part: .test, clips: test.count, of: all, byGroup: true))
        }
        func list(_ part: VideoList.Part, _ samples: [VideoSample]) -> VideoList {
            VideoList(part: part, samples: samples, classes: classes)
        }
        return DataSet(
            name: folder.name, root: folder.root, train: list(.train, train), test: list(.test, test),
            validation: list(.validation, validation), unlabelled: list(.unlabelled, unlabelled),
            questions: QuestionTable(
                work.questions, contexts: work.questions.map { contexts[$0] ?? ClipContext() },
                trainingSamples: (train + unlabelled).map(\.index)),
            notes: work.notes)
    }

    /// The samples of a part, numbered on from those before. Questions about one clip are of one group.
    private mutating func samples(_ part: VideoList.Part) -> [VideoSample] {
        (parts[part] ?? []).map { answered in
            let question = answered.question
            defer { questions.append(question) }
            return VideoSample(
                index: questions.count, path: Paths.join(folder.root, question.clip), name: question.id,
                label: part == .unlabelled ? nil : answered.answer, group: question.clip, start: question.start,
                end: question.end, span: part == .unlabelled ? nil : answered.span)
        }
    }
}

extension Array {
    /// The elements for which `isFirst` holds, and the others, both in order.
    fileprivate func separated(_ isFirst: (Element) -> Bool) -> ([Element], [Element]) {
        (filter(isFirst), filter { !isFirst($0) })
    }
}
