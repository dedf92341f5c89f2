import Files
import Glibc

/// A data set ready for training: where its clips are, which are for what, and what a user should know about it.
public struct DataSet: Sendable {
    /// A short name, from the folder, the file or the list itself.
    public let name: String
    /// The folder that was read, or the folder of the list.
    public let root: String
    /// The classes in index order.
    public let classes: ClassList
    /// All training clips with their true labels. Training itself gets `TrainingLists`, which hide those that are not drawn.
    public let train: VideoList
    /// Held-out training clips for choosing settings; empty unless the data or a `GroupCut` makes one.
    public let validation: VideoList
    /// Clips for the final score only.
    public let test: VideoList
    /// Further clips without a label; their `label` is nil.
    public let unlabelled: VideoList
    /// True classes of `unlabelled` clips where the list told them.
    public let diagnosticLabels: DiagnosticLabels
    /// What is asked about the clips, where each sample is a question; nil where it is a clip of a class.
    public let questions: QuestionTable?
    /// What a run must print about this data.
    public let notes: [DataSetNote]

    /// A data set of these parts; see the properties.
    public init(
        name: String, root: String, train: VideoList, test: VideoList, validation: VideoList? = nil,
        unlabelled: VideoList? = nil, diagnosticLabels: DiagnosticLabels = DiagnosticLabels(),
        questions: QuestionTable? = nil, notes: [DataSetNote] = []
    ) {
        self.name = name
        self.root = root
        self.classes = train.classes
        self.train = train
        self.test = test
        self.validation = validation ?? VideoList(part: .validation, samples: [], classes: train.classes)
        self.unlabelled = unlabelled ?? VideoList(part: .unlabelled, samples: [], classes: train.classes)
        self.diagnosticLabels = diagnosticLabels
        self.questions = questions
        self.notes = notes
    }

    /// What a data set is read for.
    public enum Purpose: Sendable {
        /// To train and to test: classes, and clips of each for both.
        case training
        /// To look at its files, whatever they are for: what cannot be trained on is read as a folder or a list of files alone.
        case files
    }

    /// Reads a folder (`init(folder:catalogue:)`) or a list file (`init(list:)`), whichever `path` is; for its files alone also a single
    /// video.
    ///
    /// Throws `DataSetError.file(.missing)` where there is nothing at `path`.
    public static func open(
        _ path: String, for purpose: Purpose = .training, catalogue: SplitCatalogue? = nil
    ) throws(DataSetError) -> DataSet {
        switch FolderListing.kind(of: path) {
        case .folder where purpose == .files: try DataSet(filesBelow: path, catalogue: catalogue)
        case .file where purpose == .files: try DataSet(filesOf: path)
        case .folder: try DataSet(folder: path, catalogue: catalogue)
        case .file: try DataSet(list: path)
        case .special: throw .file(.notAFile(path: path))
        case .unreachable(ENOENT), .unreachable(ENOTDIR): throw .file(.missing(path: path))
        case .unreachable(ELOOP): throw .file(.malformed(path: path, reason: "a link that leads to itself"))
        case .unreachable(let code): throw .file(.system(path: path, operation: "look at it", code: code))
        }
    }

    /// The files of all parts, each once, in order.
    public var videoPaths: [String] {
        var seen: Set<String> = []
        return parts.flatMap(\.samples).map(\.path).filter { seen.insert($0).inserted }
    }

    /// The same data set under another name.
    public func named(_ name: String) -> DataSet {
        DataSet(
            name: name, root: root, train: train, test: test, validation: validation, unlabelled: unlabelled,
            diagnosticLabels: diagnosticLabels, questions: questions, notes: notes)
    }

    /// All parts that hold clips, in a fixed order.
    public var parts: [VideoList] { [train, validation, test, unlabelled].filter { !$0.isEmpty } }

    /// The same data set with a validation part cut from the training clips, always by group (protocol card, section 7).
    ///
    /// The test part does not change. Throws `cannotCut` where a class would lose all its training clips.
    public func withValidation(_ cut: GroupCut) throws(DataSetError) -> DataSet {
        let (kept, held) = try cut.split(train.samples, classes: classes, source: root)
        return DataSet(
            name: name, root: root, train: VideoList(part: .train, samples: kept, classes: classes), test: test,
            validation: VideoList(part: .validation, samples: held, classes: classes), unlabelled: unlabelled,
            diagnosticLabels: diagnosticLabels, questions: questions,
            notes: notes + [.partDrawn(part: .validation, clips: held.count, of: train.count, byGroup: !train.groups.isEmpty)])
    }
}
