import Files

/// Data sets that are looked at file by file, and need be nothing that can be trained on.
extension DataSet {
    /// Whether it was read for its files alone, because it cannot be trained on as it is: all are then training clips of a class that is
    /// their label or the name of their folder.
    public var isFilesAlone: Bool {
        notes.contains { if case .filesAlone = $0 { true } else { false } }
    }

    /// The videos of a folder and all folders below it, where they are not laid out as `init(folder:catalogue:)` wants them.
    init(filesBelow folder: String, catalogue: SplitCatalogue?) throws(DataSetError) {
        let reason: String
        do throws(DataSetError) {
            self = try DataSet(folder: folder, catalogue: catalogue)
            return
        } catch {
            if case .file = error { throw error }
            reason = error.description
        }
        let root = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        var search = VideoSearch()
        try search.run(root)
        guard !search.videos.isEmpty else { throw .noVideo(path: root, otherFiles: search.findings.otherFiles.count) }
        let rows = search.videos.map { path in
            ClipRow(
                path: path, relative: Paths.relative(path, to: root),
                className: Paths.lastComponent(Paths.absolute(Paths.folder(of: path))), part: .train)
        }
        self = DataSet(files: rows, root: root, source: root, notes: [.filesAlone(reason: reason)] + search.findings.notes)
    }

    /// The videos that a list names, whether they are there or not, where it is not one that `init(list:)` takes; or the one video itself.
    init(filesOf path: String) throws(DataSetError) {
        let folder = Paths.folder(of: path), className = Paths.lastComponent(Paths.absolute(folder))
        if VideoFile.isVideo(path) {
            let row = ClipRow(path: path, relative: Paths.lastComponent(path), className: className, part: .train)
            self = DataSet(files: [row], root: folder, source: path, notes: [.filesAlone(reason: "it is one video")])
            return
        }
        let reason: String
        do throws(DataSetError) {
            self = try DataSet(list: path)
            return
        } catch {
            if case .file = error { throw error }
            reason = error.description
        }
        let list = try DataListFile(path, for: .files)
        let rows = list.rows.map { row in
            ClipRow(
                path: row.path, relative: row.relative, className: row.className ?? className, part: .train, group: row.group,
                start: row.start, end: row.end)
        }
        self = DataSet(files: rows, root: folder, source: path, notes: [.filesAlone(reason: reason)] + list.notes)
    }

    private init(files rows: [ClipRow], root: String, source: String, notes: [DataSetNote]) {
        let classes = ClassList(sorting: rows.compactMap(\.className))
        var seen: Set<String> = []
        let samples = rows.filter { seen.insert($0.identity).inserted }.enumerated().map { index, row in
            VideoSample(
                index: index, path: row.path, name: row.longName, label: row.className.flatMap { classes.index(of: $0) },
                group: row.group, start: row.start, end: row.end)
        }
        self.init(
            name: VideoFile.stem(Paths.lastComponent(Paths.absolute(source))), root: root,
            train: VideoList(part: .train, samples: samples, classes: classes),
            test: VideoList(part: .test, samples: [], classes: classes), notes: notes)
    }
}

/// Finds all videos below a folder; each folder is listed once, so that looping links cannot trap it.
private struct VideoSearch {
    private(set) var videos: [String] = []
    private(set) var findings = ScanFindings()

    mutating func run(_ root: String) throws(DataSetError) {
        var open = [root], seen: Set<String> = []
        while let folder = open.popLast() {
            guard seen.insert(Paths.resolved(folder)).inserted else { continue }
            let listing = try FolderListing(folder)
            findings.add(listing, path: folder, foldersAreUsed: true)
            videos += listing.files.filter(VideoFile.isVideo).map { Paths.join(folder, $0) }
            open += listing.folders.reversed().map { Paths.join(folder, $0) }
        }
    }
}
