import Files

extension DataSet {
    /// Reads a list (`.csv`, `.tsv`, `.txt`) whose header names `video`, `label` and optionally `split`, `group`, `start`,
    /// `end` (seconds); paths are relative to the list.
    ///
    /// `split` is `train`, `validation`, `test` or `unlabelled`. The label may be missing in unlabelled rows; where it
    /// stands there, it feeds diagnostics only. Lines `# key: value` may precede the header: `classes` (a JSON array, the
    /// index order), `data set`, `train sha256`, `test sha256`; `data split import` writes them.
    public init(list path: String) throws(DataSetError) {
        let list = try DataListFile(path)
        let builder = DataSetBuilder(
            name: list.comments["data set"] ?? DataSet.name(ofList: path), root: Paths.folder(of: path), source: path,
            rows: list.rows, classOrder: list.classes, notes: list.notes)
        self = try builder.build()
        for part in [train, test] {
            guard let expected = list.comments["\(part.part.rawValue) sha256"] else { continue }
            guard expected == part.digest else {
                throw .digestMismatch(path: path, expected: expected, found: part.digest)
            }
        }
    }
}

extension DataSet {
    /// `mine` for `mine.csv`; the folder's name for `list.csv`, which says nothing.
    private static func name(ofList path: String) -> String {
        let file = Paths.lastComponent(path)
        let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
        return stem == "list" ? Paths.lastComponent(Paths.folder(of: Paths.absolute(path))) : stem
    }
}

/// A parsed list of videos; read for training, every file in it is there.
struct DataListFile {
    let path: String
    let comments: HeaderComments
    private let purpose: DataSet.Purpose
    private(set) var classes: [String]?
    private(set) var rows: [ClipRow] = []
    private(set) var notes: [DataSetNote] = []

    private static let columns = ["video", "label", "split", "group", "start", "end"]

    init(_ path: String, for purpose: DataSet.Purpose = .training) throws(DataSetError) {
        self.path = path
        self.purpose = purpose
        guard !VideoFile.isVideo(path) else {
            throw .malformedList(path: path, line: nil, reason: "a video; expected a list of videos or a folder of them")
        }
        let text = try TextLines.text(of: path)
        let lines = TextLines.lines(of: text)
        comments = HeaderComments(lines)
        guard let header = lines.dropFirst(comments.lineCount).first(where: { !$0.text.trimmed.isEmpty }) else {
            throw .malformedList(path: path, line: nil, reason: "an empty list; expected a header and one row a clip")
        }
        let body = lines.dropFirst(comments.lineCount).map(\.text).joined(separator: "\n")
        let separator = DataListFile.separator(of: header.text)
        let table = try DelimitedText(body.utf8, separator: separator, path: path, firstLine: comments.lineCount + 1)
        try readClasses()
        try read(table)
        if purpose == .training { try checkFiles() }
    }

    private static func separator(of header: String) -> Character {
        for candidate: Character in ["\t", ",", ";"] where header.contains(candidate) { return candidate }
        return " "
    }

    private mutating func readClasses() throws(DataSetError) {
        guard comments["classes"] != nil else { return }
        let names = try comments.value("classes", path: path, expected: "a JSON array of distinct names") { text in
            guard let names = (try? JSON(parsing: Array(text.utf8)))?.arrayValue?.map(\.stringValue) else {
                return [String]?.none
            }
            let distinct = names.compactMap { $0 }
            return distinct.count == names.count && Set(distinct).count == names.count ? distinct : nil
        }
        classes = names
    }

    private mutating func read(_ table: DelimitedText) throws(DataSetError) {
        guard let header = table.rows.first else { return }
        let columns = try self.columns(of: header)
        for row in table.rows.dropFirst() {
            guard row.fields.count == header.fields.count else {
                throw .malformedList(
                    path: path, line: row.line,
                    reason: "\(counted(row.fields.count, "field")), the header has \(header.fields.count); "
                        + "quote a field that holds the separator")
            }
            rows.append(try clip(row) { name in columns[name].map { row.fields[$0] } })
        }
        guard !rows.isEmpty else {
            throw .malformedList(path: path, line: nil, reason: "a header and no row; expected one row a clip")
        }
    }

    /// Where each known column stands.
    private mutating func columns(of header: DelimitedText.Row) throws(DataSetError) -> [String: Int] {
        let names = header.fields.map { $0.lowercased() }
        if names.contains("youtube_id") {
            throw .header(
                list: path, found: header.fields,
                reason: "this is a Kinetics list; run `semisup data split import` on it with --videos")
        }
        var columns: [String: Int] = [:]
        for (position, name) in names.enumerated() {
            if DataListFile.columns.contains(name) {
                guard columns.updateValue(position, forKey: name) == nil else {
                    throw .header(list: path, found: header.fields, reason: "the column \(name) stands twice")
                }
            } else if names.contains("video"), let meant = NearestName.likely(name, among: DataListFile.columns) {
                throw .header(list: path, found: header.fields, reason: "unknown column \(name), did you mean \(meant)?")
            } else {
                notes.append(.unusedColumn(header.fields[position]))
            }
        }
        for required in purpose == .training ? ["video", "label"] : ["video"] where columns[required] == nil {
            throw .header(
                list: path, found: header.fields,
                reason: "no column \(required); a published list without a header is read by `semisup data split import`")
        }
        return columns
    }

    private func clip(
        _ row: DelimitedText.Row, _ field: (String) -> String?
    ) throws(DataSetError) -> ClipRow {
        func wrong(_ column: String, _ expected: String) -> DataSetError {
            .field(list: path, line: row.line, column: column, found: field(column) ?? "", expected: expected)
        }
        let video = field("video") ?? ""
        let label = field("label") ?? ""
        guard !video.isEmpty else { throw wrong("video", "the path of a video") }
        guard let part = DataListFile.part(field("split")) else {
            throw wrong("split", "train, validation, test or unlabelled")
        }
        guard !label.isEmpty || part == .unlabelled || purpose == .files else {
            throw wrong("label", "a class (or the split unlabelled)")
        }
        if !label.isEmpty, let classes, !classes.contains(label) {
            throw wrong("label", "one of the \(classes.count) classes of the header")
        }
        let start = try seconds("start", field("start"), wrong)
        let end = try seconds("end", field("end"), wrong)
        if let end, end <= start ?? 0 { throw wrong("end", "a time after the start") }
        return ClipRow(
            path: Paths.join(Paths.folder(of: path), video), relative: video, className: label.isEmpty ? nil : label,
            part: part, group: field("group").flatMap { $0.isEmpty ? nil : $0 }, start: start, end: end)
    }

    private static func part(_ text: String?) -> VideoList.Part? {
        text.map { VideoList.Part(named: $0) } ?? .train
    }

    private func seconds(
        _ column: String, _ text: String?, _ wrong: (String, String) -> DataSetError
    ) throws(DataSetError) -> Double? {
        guard let text, !text.isEmpty else { return nil }
        guard let value = Double(text), value.isFinite, value >= 0 else { throw wrong(column, "seconds, such as 12.5") }
        return value
    }

    private func checkFiles() throws(DataSetError) {
        var absent: [String] = []
        var seen: Set<String> = [], isMissing = false
        for row in rows where seen.insert(row.path).inserted {
            let kind = FolderListing.kind(of: row.path)
            guard kind != .file else { continue }
            absent.append(row.relative + (kind.deviation.map { " (\($0))" } ?? ""))
            isMissing = isMissing || kind.deviation == nil
        }
        guard !absent.isEmpty else { return }
        let first = Array(absent.prefix(5))
        throw isMissing
            ? .missingVideos(list: path, count: absent.count, of: seen.count, first: first)
            : .noFiles(list: path, count: absent.count, of: seen.count, first: first)
    }
}
