import Files

/// A folder of class folders that is a data set of the catalogue, such as UCF101 as it is downloaded: its classes are exactly those of
/// the class index, and all clips of the official lists are found.
struct DownloadedDataSet {
    private let root: String
    private let imported: SplitImport
    private let rows: [ClipRow]

    /// The split by which it is read.
    private static let split = 1

    /// Nil where the rows of the folder `root` are no data set that `catalogue` has official lists of, or none of its clips is there
    /// under its name. Throws `incompleteDownload` where only some are missing, and what the catalogue throws.
    init?(_ rows: [ClipRow], root: String, _ catalogue: SplitCatalogue) throws(DataSetError) {
        guard let dataSet = try DownloadedDataSet.dataSet(of: rows, catalogue) else { return nil }
        do throws(DataSetError) {
            imported = try .official(dataSet, split: DownloadedDataSet.split, videos: root, catalogue: catalogue)
        } catch {
            guard case .videosNotFound(_, let count, let total, let first) = error else { throw error }
            guard count < total else { return nil }
            throw .incompleteDownload(
                folder: root, dataSet: dataSet, split: DownloadedDataSet.split, count: count, of: total, first: first)
        }
        self.root = root
        self.rows = rows
    }

    /// The data set as `SplitImport.write` would put it into a list; clips that are in no official list are left out, those of the
    /// folder of unlabelled clips are not.
    func dataSet(notes: [DataSetNote]) throws(DataSetError) -> DataSet {
        let unlabelled = rows.filter { $0.part == .unlabelled }
        let listed = imported.clipRows(from: root), paths = Set(listed.map(\.path))
        let note = DataSetNote.officialSplit(
            folder: root, dataSet: imported.dataSet, split: DownloadedDataSet.split,
            train: listed.count { $0.part == .train }, test: listed.count { $0.part == .test },
            beyond: rows.count { $0.part != .unlabelled && !paths.contains($0.path) })
        return try DataSetBuilder(
            name: imported.dataSet, root: root, source: root, rows: listed + unlabelled, classOrder: imported.classes.names,
            notes: [note] + notes
        ).build()
    }

    /// The data set whose class index has the classes of `rows` and no other, or nil.
    private static func dataSet(of rows: [ClipRow], _ catalogue: SplitCatalogue) throws(DataSetError) -> String? {
        let found = Set(rows.compactMap(\.className))
        for entry in catalogue.entries where entry.family == "official" && entry.part == .train && entry.split == split {
            guard let classes = try catalogue.classes(of: entry.dataSet) else { continue }
            if classes.count == found.count, found.allSatisfy({ classes.index(of: $0) != nil }) { return entry.dataSet }
        }
        return nil
    }
}
