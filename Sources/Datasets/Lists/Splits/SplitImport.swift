import Files

/// Joins published lists with a folder of videos into one list file that `--data` takes.
public struct SplitImport: Sendable {
    /// What to do with videos on the disk that no list names.
    public enum Extras: String, Sendable, CaseIterable {
        /// Leave them out.
        case ignore
        /// Put them into the unlabelled stream.
        case unlabelled
        /// Train on them, as the pool of the VideoSSL lists of HMDB51 does (it holds siblings of test clips).
        case train
    }

    /// The name of the data set, such as `ucf101`.
    public let dataSet: String
    /// The classes in index order.
    public let classes: ClassList
    /// What a user should know.
    public let notes: [DataSetNote]
    /// How many clips each part got.
    public var counts: [(part: VideoList.Part, clips: Int)] {
        VideoList.Part.allCases.map { part in (part: part, clips: rows.count { $0.part == part }) }
    }
    private let rows: [Row]

    private struct Row: Sendable {
        let name: String
        let path: String
        let className: String
        let part: VideoList.Part
        let group: String?
    }

    /// Finds every clip of `parts` among the videos in the folder `videos`.
    ///
    /// - Parameters:
    ///   - classes: The index order, against which the label numbers are checked; nil sorts the names.
    ///   - allowMissing: Leave out listed clips that have no video (as with Kinetics) instead of throwing `videosNotFound`.
    public init(
        dataSet: String, parts: [(part: VideoList.Part, list: PublishedList)], videos: String, classes: ClassList? = nil,
        extras: Extras = .ignore, allowMissing: Bool = false
    ) throws(DataSetError) {
        let classes = classes ?? ClassList(sorting: parts.flatMap(\.list.clips).map(\.className))
        let index = try VideoFolder(videos)
        let finder = ClipFinder(index.videos.map { ($0.name, $0.path) })
        var notes = index.findings.notes
        var rows: [Row] = []
        var taken: [String: VideoList.Part] = [:]
        var missing: [String] = []
        var torn: [String] = []
        for (part, list) in parts {
            if try list.numbering(against: classes) == .ownOrder { notes.append(.ownLabelOrder(list: list.source)) }
            let misnumbered = ListedClip.misnumbered(list.clips).map(\.name)
            if !misnumbered.isEmpty {
                notes.append(
                    .misnumbered(list: list.source, count: misnumbered.count, first: Array(misnumbered.prefix(5))))
            }
            for clip in list.clips {
                guard let path = finder[clip.name] else {
                    missing.append(clip.name)
                    continue
                }
                if let other = taken.updateValue(part, forKey: path) {
                    if other != part { torn.append(clip.name) }
                    continue
                }
                rows.append(SplitImport.row(clip, path, part, classes))
            }
        }
        let total = rows.count + missing.count
        if !missing.isEmpty {
            let first = Array(missing.prefix(5))
            guard allowMissing, !rows.isEmpty else {
                throw .videosNotFound(folder: videos, count: missing.count, of: total, first: first)
            }
            notes.append(.clipsNotFound(count: missing.count, of: total, first: first))
        }
        let source = parts.first?.list.source ?? videos
        guard torn.isEmpty else { throw .inTwoParts(list: source, count: torn.count, first: Array(torn.prefix(5))) }
        if extras != .ignore {
            let part: VideoList.Part = extras == .train ? .train : .unlabelled
            for video in index.videos where taken[video.path] == nil {
                let parts = video.name.split(separator: "/", maxSplits: 1).map(String.init)
                guard parts.count == 2, classes.index(of: parts[0]) != nil else { continue }
                rows.append(SplitImport.row(ListedClip(className: parts[0], stem: parts[1], line: 0), video.path, part, classes))
            }
        }
        self.dataSet = dataSet
        self.classes = classes
        self.notes = notes
        self.rows = rows
    }

    /// UCF101 or HMDB51 as downloaded, by the official lists that are shipped.
    ///
    /// - Parameters:
    ///   - lists: The folder of the lists as downloaded (`ucfTrainTestlist`, `testTrainMulti_7030_splits`); given, they
    ///     must name the same clips as the shipped ones.
    /// - Throws: `unknownList` for a data set or split without an official list, and what `init` throws.
    public static func official(
        _ dataSet: String, split: Int, videos: String, lists: String? = nil, catalogue: SplitCatalogue,
        extras: Extras = .ignore, allowMissing: Bool = false
    ) throws(DataSetError) -> SplitImport {
        guard let train = catalogue.official(dataSet, split: split, part: .train),
            let test = catalogue.official(dataSet, split: split, part: .test)
        else {
            let known = catalogue.entries.filter { $0.family == "official" && $0.part == .train }.map(\.name)
            throw .unknownList(name: "\(dataSet), split \(split)", nearest: known.first { $0.hasPrefix(dataSet) } ?? known.first)
        }
        let parts = [(VideoList.Part.train, try catalogue.list(train)), (.test, try catalogue.list(test))]
        if let lists {
            let found = try downloaded(dataSet, split: split, folder: lists)
            for (list, part) in zip([found.train, found.test], parts) { try compare(list, with: part.1) }
        }
        return try SplitImport(
            dataSet: dataSet, parts: parts, videos: videos, classes: try catalogue.classes(of: dataSet), extras: extras,
            allowMissing: allowMissing)
    }

    private static func downloaded(
        _ dataSet: String, split: Int, folder: String
    ) throws(DataSetError) -> (train: PublishedList, test: PublishedList) {
        if dataSet == "hmdb51" {
            let lists = try PublishedList.hmdb51(folder: folder, split: split)
            return (lists.train, lists.test)
        }
        let number = split < 10 ? "0\(split)" : "\(split)"
        return (
            try PublishedList(contentsOf: Paths.join(folder, "trainlist\(number).txt")),
            try PublishedList(contentsOf: Paths.join(folder, "testlist\(number).txt"))
        )
    }

    private static func compare(_ list: PublishedList, with known: PublishedList) throws(DataSetError) {
        let (found, expected) = (Set(list.clips.map(\.name)), Set(known.clips.map(\.name)))
        guard found != expected else { return }
        let example = found.symmetricDifference(expected).min(by: precedesBytewise) ?? ""
        throw .malformedList(
            path: list.source, line: nil,
            reason: "names other clips than the official list (\(found.subtracting(expected).count) more, "
                + "\(expected.subtracting(found).count) fewer, such as \(example)); leave it away to use the shipped one")
    }

    private static func row(_ clip: ListedClip, _ path: String, _ part: VideoList.Part, _ classes: ClassList) -> Row {
        let className = classes.index(of: clip.className).map { classes[$0] } ?? clip.className
        let group = GroupKey.recognise(className: clip.className, stem: clip.stem)?.group
        return Row(
            name: "\(className)/\(VideoFile.stem(Paths.lastComponent(path)))", path: path, className: className, part: part,
            group: group)
    }

    /// The clips of all parts in the folder `root`.
    func clipRows(from root: String) -> [ClipRow] {
        rows.map { row in
            ClipRow(
                path: row.path, relative: Paths.relative(row.path, to: root), className: row.className, part: row.part,
                group: row.group)
        }
    }

    /// The list file as it would stand at `path`: paths inside its folder are relative to it, others absolute.
    public func text(at path: String) -> String {
        let folder = Paths.folder(of: path)
        let sorted = rows.sorted { precedesBytewise($0.name, $1.name) }
        func digest(_ part: VideoList.Part) -> String {
            VideoList.digest(ofNames: sorted.lazy.filter { $0.part == part }.map(\.name))
        }
        var lines = [
            "# semisup data list 1",
            "# data set: \(dataSet)",
            "# classes: \(JSON.array(classes.names.map { .string($0) }).serialized())",
            "# train sha256: \(digest(.train))",
            "# test sha256: \(digest(.test))",
            "video,label,split,group",
        ]
        for row in sorted {
            let video = Paths.relative(row.path, to: folder)
            lines.append(DelimitedText.line([video, row.className, row.part.rawValue, row.group ?? ""]))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Writes the list file. Throws `FileError.exists` where there is something: nothing is overwritten.
    public func write(to path: String) throws(DataSetError) {
        do throws(FileError) { try NewFile.write(text(at: path), to: path) } catch { throw .file(error) }
    }
}

extension SplitImport {
    /// The object of `data split import --json`; `path` is where the list was written.
    public func json(path: String) -> JSON {
        .object([
            ("event", .string("import")), ("list", .string(path)), ("dataSet", .string(dataSet)),
            ("classes", .integer(classes.count)), ("clips", .object(counts.map { ($0.part.rawValue, .integer($0.clips)) })),
            ("notes", .array(notes.map { .string("\($0)") })),
        ])
    }
}
