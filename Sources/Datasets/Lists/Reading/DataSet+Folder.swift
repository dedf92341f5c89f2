import Files

extension DataSet {
    /// Reads `DIR/<class>/*.mp4`, or `DIR/train/<class>/*`, `DIR/val/<class>/*`, `DIR/test/<class>/*`; either with
    /// `DIR/unlabelled/*`.
    ///
    /// It is the second layout where `DIR/train` holds folders. `val` is the test part where there is no `test`, as with Kinetics.
    /// Class folders and files are sorted bytewise, so that the data set is the same on every machine. A folder of the first layout
    /// that is a data set of `catalogue` as downloaded is read by its official lists; any other without a test folder has a test part
    /// drawn (`GroupCut.test`).
    public init(folder: String, catalogue: SplitCatalogue? = nil) throws(DataSetError) {
        let root = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        var scan = FolderScan(root: root)
        try scan.run()
        if let catalogue, !scan.isSplit, let downloaded = try DownloadedDataSet(scan.rows, root: root, catalogue) {
            self = try downloaded.dataSet(notes: scan.notes)
            return
        }
        let builder = DataSetBuilder(
            name: Paths.lastComponent(Paths.absolute(root)), root: root, source: root, rows: scan.rows, classOrder: nil,
            notes: scan.notes)
        self = try builder.build()
    }
}

/// Walks the folders of a data set; each is listed once, so that looping links cannot trap it.
private struct FolderScan {
    let root: String
    private(set) var rows: [ClipRow] = []
    /// Whether its folders are the parts, and not the classes.
    private(set) var isSplit = false
    private var findings = ScanFindings()
    private var emptyClasses: [String] = []
    private var classFolders = 0
    private var lists: [String] = []
    private var heldOutFolders: [String] = []

    init(root: String) { self.root = root }

    /// What a user should know about the scan.
    var notes: [DataSetNote] {
        findings.notes + lists.map { .listInFolder(path: $0) } + heldOutFolders.map { .validationFolderIsTest(path: $0) }
            + (emptyClasses.isEmpty ? [] : [.emptyClasses(emptyClasses)])
    }

    private static let unlabelledNames: Set<String> = ["unlabelled", "unlabeled"]
    private static let validationNames: Set<String> = ["val", "validation"]

    mutating func run() throws(DataSetError) {
        let listing = try FolderListing(root)
        isSplit = try hasTrainAndTest(listing)
        let isTested = isSplit ? try hasClasses("test", listing) : false
        findings.add(listing, path: root, foldersAreUsed: true)
        lists = listing.files.filter { $0.hasSuffix(".csv") || $0.hasSuffix(".tsv") }.map { Paths.join(root, $0) }
        for name in listing.folders {
            if FolderScan.unlabelledNames.contains(name) {
                try addUnlabelled(name)
            } else if !isSplit {
                try addClass(name, at: name, part: .train)
            } else if name == "train" || name == "test" {
                try addPart(name, part: name == "train" ? .train : .test)
            } else if FolderScan.validationNames.contains(name) {
                try addPart(name, part: isTested ? .validation : .test)
                if !isTested { heldOutFolders.append(Paths.join(root, name)) }
            } else {
                findings.unusedFolders.append(Paths.join(root, name))
            }
        }
        if isSplit { findings.otherFiles += listing.files.filter(VideoFile.isVideo).map { Paths.join(root, $0) } }
        guard classFolders > 0 else {
            throw .noClassFolders(path: root, videosInside: listing.files.filter(VideoFile.isVideo).count)
        }
        guard rows.contains(where: { $0.part != .unlabelled }) else {
            throw .noVideo(path: root, otherFiles: findings.otherFiles.count)
        }
    }

    /// True where `train` holds folders. `train` and `test` side by side with bare videos are refused: they are no classes.
    private func hasTrainAndTest(_ listing: FolderListing) throws(DataSetError) -> Bool {
        guard listing.folders.contains("train") else { return false }
        let path = Paths.join(root, "train")
        let train = try FolderListing(path)
        if train.folders.isEmpty && listing.folders.contains("test") {
            throw .noClassFolders(path: path, videosInside: train.files.filter(VideoFile.isVideo).count)
        }
        return !train.folders.isEmpty
    }

    /// Whether the folder `name` is there and holds folders.
    private func hasClasses(_ name: String, _ listing: FolderListing) throws(DataSetError) -> Bool {
        guard listing.folders.contains(name) else { return false }
        return try !FolderListing(Paths.join(root, name)).folders.isEmpty
    }

    private mutating func addPart(_ name: String, part: VideoList.Part) throws(DataSetError) {
        let path = Paths.join(root, name)
        let listing = try FolderListing(path)
        findings.add(listing, path: path, foldersAreUsed: true)
        findings.otherFiles += listing.files.filter(VideoFile.isVideo).map { Paths.join(path, $0) }
        for className in listing.folders { try addClass(className, at: "\(name)/\(className)", part: part) }
    }

    private mutating func addClass(_ className: String, at relative: String, part: VideoList.Part) throws(DataSetError) {
        classFolders += 1
        let before = rows.count
        try addVideos(at: relative, className: className, part: part)
        if rows.count == before { emptyClasses.append(relative) }
    }

    /// Videos in the folder itself and one level below.
    private mutating func addUnlabelled(_ name: String) throws(DataSetError) {
        let listing = try FolderListing(Paths.join(root, name))
        try addVideos(at: name, className: nil, part: .unlabelled, foldersAreUsed: true)
        for folder in listing.folders { try addVideos(at: "\(name)/\(folder)", className: nil, part: .unlabelled) }
    }

    private mutating func addVideos(
        at relative: String, className: String?, part: VideoList.Part, foldersAreUsed: Bool = false
    ) throws(DataSetError) {
        let path = Paths.join(root, relative)
        let listing = try FolderListing(path)
        findings.add(listing, path: path, foldersAreUsed: foldersAreUsed)
        for file in listing.files where VideoFile.isVideo(file) {
            rows.append(
                ClipRow(path: Paths.join(path, file), relative: "\(relative)/\(file)", className: className, part: part))
        }
    }
}
