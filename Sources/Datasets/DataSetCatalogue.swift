import Files

/// The data sets that `--data` can name.
public enum DataSetCatalogue {
    /// The built-in data sets.
    public static let names = ["motions"]

    /// The training options that the built-in data set `name` recommends, with their values as on the command line; none for others.
    public static func recommendedSettings(for name: String, of kind: SampleKind = .clips) -> [(option: String, value: String)] {
        guard name == "motions" else { return [] }
        return switch kind {
        case .clips: Motions.recommendedSettings
        case .questions: Motions.recommendedSettingsForQuestions
        }
    }

    /// The built-in data set called `nameOrPath`, made first where it is not there yet, or the folder or list file of that path.
    ///
    /// A name wins over a path; `./motions` is always a path; `purpose` says how strictly a path is read. A folder that is a data set of
    /// the installed split lists, as it is downloaded, is read by its official lists. `progress` is told how many clips are made. Throws
    /// `Motions.Failure` and `DataSetError`, `.unknownDataSet` where it is neither.
    public static func open(
        _ nameOrPath: String, for purpose: DataSet.Purpose = .training,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> DataSet {
        guard !names.contains(nameOrPath) else { return try make(nameOrPath, progress: progress) }
        do throws(DataSetError) {
            let isFolder = FolderListing.kind(of: nameOrPath) == .folder
            return try DataSet.open(nameOrPath, for: purpose, catalogue: isFolder ? installedLists() : nil)
        } catch .file(.missing) where !nameOrPath.contains("/") {
            throw DataSetError.unknownDataSet(name: nameOrPath, nearest: NearestName.likely(nameOrPath, among: names))
        }
    }

    /// The data set called `nameOrPath`, whose samples are of `kind`: clips as above, or the questions about the clips of a built-in set,
    /// or those at that path (`DataSet.init(questions:)`).
    ///
    /// Throws the same, and `QuestionError`.
    public static func open(
        _ nameOrPath: String, of kind: SampleKind, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> DataSet {
        switch kind {
        case .clips: return try open(nameOrPath, progress: progress)
        case .questions:
            guard names.contains(nameOrPath) else { return try DataSet(questions: nameOrPath) }
            return try DataSet(questions: Motions.ensure(progress: progress)).named(nameOrPath)
        }
    }

    /// Whether there are questions about clips at `path`, and not clips alone: a question file, or a folder with one by its name.
    public static func holdsQuestions(_ path: String) -> Bool {
        guard !names.contains(path) else { return false }
        return FolderListing.kind(of: path) == .folder
            ? (try? QuestionFolder(path)) != nil : [".jsonl", ".json"].contains { path.hasSuffix($0) }
    }

    /// The split lists beside the program; nil where there are none.
    private static func installedLists() throws(DataSetError) -> SplitCatalogue? {
        do throws(DataSetError) {
            return try SplitCatalogue.standard()
        } catch .noCatalogue {
            return nil
        }
    }

    private static func make(_ name: String, progress: (Int, Int) -> Void) throws -> DataSet {
        try DataSet.open(Motions.ensure(progress: progress) + "/list.csv").named(name)
    }
}
