import Files

/// One clip as a folder or a list names it.
struct ClipRow {
    /// As it is opened.
    var path: String
    /// As it stands in the list, or from the root of the folder.
    var relative: String
    /// The class, or nil where it is not told.
    var className: String?
    var part: VideoList.Part
    var group: String?
    var start: Double?
    var end: Double?

    /// File and stretch: two rows of one identity are the same clip, however the list spells the way to it.
    var identity: String { Paths.resolved(path) + stretch }

    /// `@2.5-4.0` for a stretch, nothing for a whole video.
    var stretch: String {
        start == nil && end == nil ? "" : "@\(start.map { "\($0)" } ?? "")-\(end.map { "\($0)" } ?? "")"
    }

    /// The file's name without folder and extension.
    var stem: String { VideoFile.stem(Paths.lastComponent(relative)) }

    /// `Class/stem`, or `unlabelled/stem` where no class is told.
    var name: String { "\(className ?? "unlabelled")/\(stem)\(stretch)" }

    /// For clips that would share a name: `Class/` and the whole path.
    var longName: String { "\(className ?? "unlabelled")/\(relative)\(stretch)" }
}

/// Turns the rows of a folder or a list into a data set, or says what is wrong with them.
struct DataSetBuilder {
    let name: String
    let root: String
    /// What errors name: the folder or the list.
    let source: String
    var rows: [ClipRow]
    /// The classes in index order where the list gives them, else nil.
    let classOrder: [String]?
    var notes: [DataSetNote]

    func build() throws(DataSetError) -> DataSet {
        var builder = self
        try builder.removeRepeatedRows()
        builder.recogniseGroups()
        let labelled = builder.rows.filter { $0.part != .unlabelled }
        guard labelled.contains(where: { $0.part == .train }) else { throw .noTrainingClips(source: source) }
        let classes = classOrder.map { ClassList($0) } ?? ClassList(sorting: labelled.compactMap(\.className))
        if classes.count == 1 { builder.notes.append(.oneClass(classes[0])) }
        return try builder.assemble(classes)
    }

    /// Rows that agree are kept once; rows that contradict each other are errors.
    private mutating func removeRepeatedRows() throws(DataSetError) {
        var first: [String: ClipRow] = [:]
        var kept: [ClipRow] = []
        var (repeated, conflicts, torn): ([String], [String], [String]) = ([], [], [])
        for row in rows {
            guard let earlier = first.updateValue(row, forKey: row.identity) else {
                kept.append(row)
                continue
            }
            if let a = earlier.className, let b = row.className, a != b {
                conflicts.append("\(row.relative)\(row.stretch) (\(a), \(b))")
            } else if earlier.part != row.part {
                torn.append("\(row.relative)\(row.stretch) (\(earlier.part.rawValue), \(row.part.rawValue))")
            } else {
                repeated.append(row.relative + row.stretch)
            }
        }
        if !conflicts.isEmpty {
            throw .conflictingLabels(list: source, count: conflicts.count, first: Array(conflicts.prefix(5)))
        }
        if !torn.isEmpty { throw .inTwoParts(list: source, count: torn.count, first: Array(torn.prefix(5))) }
        if !repeated.isEmpty { notes.append(.repeatedRows(count: repeated.count, first: Array(repeated.prefix(5)))) }
        rows = kept
    }

    /// Fills in groups where no row has one: from the names, else stretches of one video belong together.
    private mutating func recogniseGroups() {
        guard rows.allSatisfy({ $0.group == nil }) else { return }
        var groups: [GroupKey.Rule: Set<String>] = [:]
        for index in rows.indices {
            let row = rows[index]
            if let found = row.className.flatMap({ GroupKey.recognise(className: $0, stem: row.stem) }) {
                rows[index].group = found.group
                groups[found.rule, default: []].insert(found.group)
            } else if !row.stretch.isEmpty {
                rows[index].group = row.relative
            }
        }
        for rule in GroupKey.Rule.allCases {
            if let found = groups[rule] { notes.append(.groupsRecognised(count: found.count, rule: rule.rawValue)) }
        }
    }

    private func assemble(_ classes: ClassList) throws(DataSetError) -> DataSet {
        var diagnostics: [Int: Int] = [:]
        var count = 0
        func samples(_ part: VideoList.Part) -> [VideoSample] {
            let chosen = rows.filter { $0.part == part }
            let shared = Dictionary(chosen.map { ($0.name, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }
            let named = chosen.map { (name: shared[$0.name] == nil ? $0.name : $0.longName, row: $0) }
            return named.sorted { precedesBytewise($0.name, $1.name) }.map { name, row in
                defer { count += 1 }
                let label = row.className.flatMap { classes.index(of: $0) }
                if part == .unlabelled { diagnostics[count] = label }
                return VideoSample(
                    index: count, path: row.path, name: name, label: part == .unlabelled ? nil : label, group: row.group,
                    start: row.start, end: row.end)
            }
        }
        var train = samples(.train)
        let validation = samples(.validation)
        var test = samples(.test)
        let unlabelled = samples(.unlabelled)
        var notes = notes
        if test.isEmpty {
            let all = train.count
            let byGroup = train.contains { $0.group != nil }
            (train, test) = try GroupCut.test.split(train, classes: classes, source: source)
            notes.append(.partDrawn(part: .test, clips: test.count, of: all, byGroup: byGroup))
        }
        notes += try coverage(classes, train: train, held: validation + test, test: test)
        return DataSet(
            name: name, root: root, train: VideoList(part: .train, samples: train, classes: classes),
            test: VideoList(part: .test, samples: test, classes: classes),
            validation: VideoList(part: .validation, samples: validation, classes: classes),
            unlabelled: VideoList(part: .unlabelled, samples: unlabelled, classes: classes),
            diagnosticLabels: DiagnosticLabels(diagnostics), notes: notes)
    }

    /// Every class that is scored must be trained; classes that are never scored are worth a note.
    private func coverage(
        _ classes: ClassList, train: [VideoSample], held: [VideoSample], test: [VideoSample]
    ) throws(DataSetError) -> [DataSetNote] {
        let trained = Set(train.map(\.label))
        let scored = Set(test.map(\.label))
        for case let label? in held.lazy.map(\.label) where !trained.contains(label) {
            throw .classWithoutTrainingClips(source: source, className: classes[label])
        }
        let unscored = classes.names.indices.filter { trained.contains($0) && !scored.contains($0) }.map { classes[$0] }
        return unscored.isEmpty ? [] : [.classesWithoutTestClips(unscored)]
    }
}
