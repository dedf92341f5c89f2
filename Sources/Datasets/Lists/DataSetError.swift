import Files

/// What can be wrong with a data set, a list or a label rate.
public enum DataSetError: ReportedError, Equatable {
    /// A file or folder could not be read or written.
    case file(FileError)
    /// Neither a built-in data set nor a path.
    case unknownDataSet(name: String, nearest: String?)
    /// The folder holds no folder of a class.
    case noClassFolders(path: String, videosInside: Int)
    /// Neither class folders nor anything else with a video.
    case noVideo(path: String, otherFiles: Int)
    /// A test or validation part cannot be cut because a class has too few clips or groups.
    case cannotCut(source: String, className: String, clips: Int, groups: Int)
    /// A class has clips to test and none to train on.
    case classWithoutTrainingClips(source: String, className: String)
    /// A list that has no training clip at all.
    case noTrainingClips(source: String)
    /// `--labels` that is no rate.
    case labelRate(text: String, reason: String)
    /// More labels a class than it has clips.
    case notEnoughClips(className: String, wanted: Int, available: Int)
    /// A draw that labels nothing.
    case emptyDraw(rate: String, clips: Int)
    /// Files that a list names and that are not there, with those that are no files.
    case missingVideos(list: String, count: Int, of: Int, first: [String])
    /// What a list names is there, but is no file: folders, FIFOs, loops of links, each with what it is.
    case noFiles(list: String, count: Int, of: Int, first: [String])
    /// Clips of a published list without a video in the folder.
    case videosNotFound(folder: String, count: Int, of: Int, first: [String])
    /// A folder that is a data set of the catalogue as downloaded, but for clips of its official split.
    case incompleteDownload(folder: String, dataSet: String, split: Int, count: Int, of: Int, first: [String])
    /// Clips named twice with two labels.
    case conflictingLabels(list: String, count: Int, first: [String])
    /// Clips that stand in two parts, such as train and test.
    case inTwoParts(list: String, count: Int, first: [String])
    /// A header that does not say what the columns are.
    case header(list: String, found: [String], reason: String)
    /// A field of a list that cannot be read.
    case field(list: String, line: Int, column: String, found: String, expected: String)
    /// A list that is not in the format it should have.
    case malformedList(path: String, line: Int?, reason: String)
    /// A list whose content is not what its digest says.
    case digestMismatch(path: String, expected: String, found: String)
    /// Names of a labelled list that are not among the training clips.
    case unknownClips(list: String, count: Int, of: Int, first: [String])
    /// No list of this name is shipped.
    case unknownList(name: String, nearest: String?)
    /// No published result has this name.
    case unknownResult(name: String, nearest: String?)
    /// A list that may not be shipped and must be given as a file.
    case notShipped(name: String, source: String, licence: String)
    /// The folder of shipped lists is not where it should be.
    case noCatalogue(searched: [String])

    public var exitCode: ExitCode {
        switch self {
        case .file(let error): error.exitCode
        case .labelRate: .usage
        case .unknownDataSet, .missingVideos, .videosNotFound, .incompleteDownload, .unknownList, .notShipped, .unknownResult:
            .inputMissing
        case .noCatalogue: .unavailable
        default: .badData
        }
    }

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .unknownDataSet, .noClassFolders, .noVideo, .cannotCut, .classWithoutTrainingClips, .noTrainingClips: describeData
        case .labelRate, .notEnoughClips, .emptyDraw: describeLabels
        case .unknownClips, .unknownList, .unknownResult, .notShipped, .noCatalogue, .digestMismatch: describeSplit
        default: describeList
        }
    }

    private var describeData: String {
        switch self {
        case .unknownDataSet(let name, let nearest):
            "\(name): no data set of this name and no such folder or list file"
                + (nearest.map { "; did you mean \($0)?" } ?? "; built-in: \(DataSetCatalogue.names.joined(separator: ", "))")
        case .noClassFolders(let path, let videos):
            "\(path): expected class folders (\(path)/<class>/*.mp4), found "
                + (videos > 0 ? "\(counted(videos, "video")) directly in it; move them into a folder for each class" : "none")
        case .noVideo(let path, let others):
            "\(path): no video in it" + (others > 0 ? " (\(counted(others, "file")) of other kinds)" : "")
                + "; expected \(path)/<class>/*.mp4 (extensions: \(VideoFile.extensions.sorted().joined(separator: ", ")))"
        case .cannotCut(let source, let name, let clips, let groups):
            "\(source): class \(name) has \(counted(clips, "clip")) in \(counted(groups, "group")): no part of it can be held out "
                + "and some kept for training; add clips, or give a list with the column split"
        case .classWithoutTrainingClips(let source, let name):
            "\(source): class \(name) has clips to test and none to train on; add some, or remove the class"
        case .noTrainingClips(let source):
            "\(source): no clip to train on; give at least one row the split train"
        default: ""
        }
    }

    private var describeLabels: String {
        switch self {
        case .labelRate(let text, let reason):
            "labels=\(text): \(reason); expected a percentage (1%), a fraction (0.01), a number a class (4/class) or all"
        case .notEnoughClips(let name, let wanted, let available):
            "class \(name): \(counted(wanted, "label")) wanted, it has \(counted(available, "training clip")); ask for fewer"
        case .emptyDraw(let rate, let clips):
            "\(rate) of \(counted(clips, "clip")) over all classes is less than one clip; ask for more, or draw by class"
        default: ""
        }
    }

    private var describeSplit: String {
        switch self {
        case .unknownClips(let list, let count, let total, let first):
            "\(list): \(count) of \(total) clips are not among the training clips: \(listed(first, of: count)); "
                + "use the data set and split that the list was made for"
        case .unknownList(let name, let nearest):
            "\(name): no list of this name and no such file" + (nearest.map { "; did you mean \($0)?" } ?? "")
        case .unknownResult(let name, let nearest):
            "\(name): no published result of this name" + (nearest.map { "; did you mean \($0)?" } ?? "")
                + "; they are in splits/published-results"
        case .notShipped(let name, let source, let licence):
            "\(name): under \(licence), so only its digest is shipped; get the file from \(source) and give its path"
        case .noCatalogue(let searched):
            "the folder of split lists was not found (searched \(searched.joined(separator: ", "))); set SEMISUP_HOME"
        case .digestMismatch(let path, let expected, let found):
            "\(path): its content has the digest \(found.prefix(16)), expected \(expected.prefix(16)); it was changed or cut off: "
                + "get or draw it again"
        default: ""
        }
    }

    private var describeList: String {
        switch self {
        case .missingVideos(let list, let count, let total, let first):
            "\(list): \(count) of \(total) videos are not there: \(listed(first, of: count)); "
                + "paths are relative to the folder of the list"
        case .noFiles(let list, let count, let total, let first):
            "\(list): \(count) of \(total) videos are no files: \(listed(first, of: count)); take their rows out of the list"
        case .videosNotFound(let folder, let count, let total, let first):
            "\(folder): \(count) of \(total) listed clips have no video in it: \(listed(first, of: count)); "
                + "check the folder, or allow missing clips"
        case .incompleteDownload(let folder, let dataSet, let split, let count, let total, let first):
            "\(folder): has the classes of \(dataSet) and lacks \(count) of the \(total) clips of its official split \(split): "
                + "\(listed(first, of: count)); complete it, or make a list of what is there: semisup data split import "
                + "\(dataSet) --videos \(folder) --allow-missing --out \(dataSet).csv"
        case .conflictingLabels(let list, let count, let first):
            "\(list): \(counted(count, "clip")) named twice with two labels: \(listed(first, of: count)); keep one row a clip"
        case .inTwoParts(let list, let count, let first):
            "\(list): \(counted(count, "clip")) in two parts: \(listed(first, of: count)); a clip must be in one part only"
        case .header(let list, let found, let reason):
            "\(list): \(reason) (the first line reads: \(found.joined(separator: " | "))); expected a header naming video, label "
                + "and optionally split, group, start, end"
        case .field(let list, let line, let column, let found, let expected):
            "\(list), line \(line), \(column): found \(found.isEmpty ? "nothing" : "\"\(found)\""), expected \(expected)"
        case .malformedList(let path, let line, let reason):
            "\(path)\(line.map { ", line \($0)" } ?? ""): \(reason)"
        default: ""
        }
    }
}
