import Files

/// Something about a data set that is no error and that a user should know; a run prints each of them.
public enum DataSetNote: Sendable, Equatable, CustomStringConvertible {
    /// The data names no such part, so one was drawn from the training clips.
    case partDrawn(part: VideoList.Part, clips: Int, of: Int, byGroup: Bool)
    /// A folder that is a data set of the catalogue as downloaded, read by its official lists; `beyond` clips are in none of them.
    case officialSplit(folder: String, dataSet: String, split: Int, train: Int, test: Int, beyond: Int)
    /// A folder of validation clips beside no test folder; it is the test part.
    case validationFolderIsTest(path: String)
    /// Validation questions where there is no test part; they are the test part.
    case validationIsTest(path: String)
    /// Questions of a part that is scored whose answers are not known; they are left out.
    case questionsWithoutAnswer(part: VideoList.Part, count: Int)
    /// Questions to which two equal candidates are the right answer; they are left out.
    case ambiguousQuestions(path: String, count: Int)
    /// The data cannot be trained on as it is, and was read for its files alone.
    case filesAlone(reason: String)
    /// File names that are no UTF-8 text or hold control characters; shown escaped.
    case unusableNames(count: Int, first: [String])
    /// Entries that could not be reached: broken links, loops of links.
    case unreachable(count: Int, first: [String])
    /// Entries that are neither files nor folders, each with what it is: FIFOs, sockets, devices.
    case specialFiles(count: Int, first: [String])
    /// Files without a video's extension.
    case otherFiles(count: Int, first: [String])
    /// A list that lies in the folder and was not read, because the folder was given.
    case listInFolder(path: String)
    /// Folders that are not part of the layout.
    case unusedFolders(count: Int, first: [String])
    /// Classes without a clip; they are left out.
    case emptyClasses([String])
    /// Classes without a clip in the test part.
    case classesWithoutTestClips([String])
    /// Only one class: every answer is right.
    case oneClass(String)
    /// Rows that say the same as an earlier row; they are left out.
    case repeatedRows(count: Int, first: [String])
    /// A column of the list that nothing reads.
    case unusedColumn(String)
    /// Clips of a published list that are not in the folder of videos.
    case clipsNotFound(count: Int, of: Int, first: [String])
    /// The label numbers of a published list follow neither the class index nor the index plus one; the names decide.
    case ownLabelOrder(list: String)
    /// Clips of a published list whose label number is not that of the other clips of their class.
    case misnumbered(list: String, count: Int, first: [String])
    /// The groups and which rule found them.
    case groupsRecognised(count: Int, rule: String)

    public var description: String {
        switch self {
        case .partDrawn(let part, let clips, let total, let byGroup):
            "no \(part.rawValue) part is given: \(clips) of \(total) clips were drawn for it, "
                + (byGroup ? "whole groups at a time" : "clip by clip (no groups are known)") + ", the same on every machine"
        case .officialSplit(let folder, let dataSet, let split, let train, let test, let beyond):
            "\(folder) is \(dataSet), read by its official split \(split): \(counted(train, "clip")) to train, \(test) to test"
                + (beyond > 0 ? ", \(beyond) in neither left out (--extras train would train on them)" : "")
                + "; for another: semisup data split import \(dataSet) --videos \(folder) --split \(split + 1) "
                + "--out \(dataSet)-\(split + 1).csv"
        case .validationFolderIsTest(let path): "no test folder is given: \(path) is scored as the test part"
        case .validationIsTest(let path): "\(path): no test part is given: the validation part is scored in its place"
        case .questionsWithoutAnswer(let part, let count):
            "\(counted(count, "question")) of the \(part.rawValue) part without an answer, left out"
        case .ambiguousQuestions(let path, let count):
            "\(path): \(counted(count, "question")) to which two equal candidates are the right answer, left out"
        case .filesAlone(let reason): "read as files alone, for it cannot be trained on as it is: \(reason)"
        case .unusableNames(let count, let first):
            "\(counted(count, "name")) with bytes that are not UTF-8 or control characters, left out: \(listed(first, of: count))"
        case .unreachable(let count, let first):
            "\(counted(count, "entry", "entries")) that cannot be reached (broken or looping links), left out: "
                + listed(first, of: count)
        case .specialFiles(let count, let first):
            "\(counted(count, "entry", "entries")) of another kind than files and folders, left out: \(listed(first, of: count))"
        case .otherFiles(let count, let first):
            "\(counted(count, "file")) without the extension of a video, left out: \(listed(first, of: count))"
        case .listInFolder(let path): "\(path) is not read; give its path instead of the folder's to use its labels and split"
        case .unusedFolders(let count, let first):
            "\(counted(count, "folder")) outside the layout, not searched: \(listed(first, of: count))"
        case .emptyClasses(let names):
            "\(counted(names.count, "class folder")) without a video, left out: \(listed(Array(names.prefix(5)), of: names.count))"
        case .classesWithoutTestClips(let names):
            "\(counted(names.count, "class", "classes")) without a test clip: "
                + listed(Array(names.prefix(5)), of: names.count)
        case .oneClass(let name): "there is only one class, \(name): every answer is right"
        case .repeatedRows(let count, let first):
            "\(counted(count, "row")) that repeat an earlier one, left out: \(listed(first, of: count))"
        case .unusedColumn(let name): "the column \(name) is not used"
        case .clipsNotFound(let count, let total, let first):
            "\(count) of \(total) listed clips have no video, left out: \(listed(first, of: count))"
        case .ownLabelOrder(let list):
            "the label numbers of \(list) follow an order of their own; classes are taken by name"
        case .misnumbered(let list, let count, let first):
            "\(list): \(counted(count, "clip")) with the label number of another class; the folder decides: "
                + listed(first, of: count)
        case .groupsRecognised(let count, let rule): "\(counted(count, "group")) recognised from the names (\(rule))"
        }
    }
}

/// `3 clips`, `1 clip`.
func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? singular : plural ?? singular + "s")"
}

/// `a, b, ... (7 more)`.
func listed(_ first: [String], of count: Int) -> String {
    first.joined(separator: ", ") + (count > first.count ? ", ... (\(count - first.count) more)" : "")
}
