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
        var found = try QuestionDataSet(path)
        found.notes += Self.moveUnanswered(&found.parts)
        if found.parts[.test] == nil, let validation = found.parts.removeValue(forKey: .validation) {
            found.parts[.test] = validation
            found.notes.append(.validationIsTest(path: path))
        }
        self = try found.dataSet()
    }

    /// Reads the questions at `path` as above, all of them as the test part, answered or not: to be answered by a network.
    ///
    /// Throws `QuestionError`.
    public init(answering path: String) throws {
        var found = try QuestionDataSet(path)
        found.parts = [.test: [.train, .validation, .test, .unlabelled].flatMap { found.parts[$0] ?? [] }]
        self = try found.dataSet(train: [])
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
    var parts: [VideoList.Part: [AnsweredQuestion]] = [:]
    var notes: [DataSetNote] = []
    private let folder: QuestionFolder
    private let contexts: ClipContexts
    private var questions: [Question] = []

    /// Reads the questions at `path`, by the parts that they are of. Throws `QuestionError`.
    init(_ path: String) throws {
        folder = try QuestionFolder(path)
        var contexts = ClipContexts()
        for (file, part) in folder.files {
            let found = try QuestionFile.open(file, ambiguity: folder.isPublished ? .leftOut : .refused)
            if !found.leftOut.isEmpty { notes.append(.ambiguousQuestions(path: file, count: found.leftOut.count)) }
            for question in found.questions { parts[question.question.part ?? part, default: []].append(question) }
            contexts = found.contexts
        }
        self.contexts = try folder.subtitles.map { try ClipContexts.open($0) } ?? contexts
    }

    private var classes: ClassList {
        let most = parts.values.joined().map(\.question.answers.count).max() ?? 0
        return ClassList((0..<most).map { "answer \($0 + 1)" })
    }

    /// All parts, of which a test part is drawn where there is none. Throws `DataSetError.noTrainingClips`.
    func dataSet() throws -> DataSet {
        var work = self
        let train = work.samples(.train)
        guard !train.isEmpty else { throw DataSetError.noTrainingClips(source: folder.path) }
        return try work.dataSet(train: train)
    }

    /// The parts beside `train`, which is numbered already.
    func dataSet(train: [VideoSample]) throws -> DataSet {
        var work = self, train = train
        let validation = work.samples(.validation)
        var test = work.samples(.test)
        let unlabelled = work.samples(.unlabelled)
        if test.isEmpty, !train.isEmpty {
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
