import Datasets
import Files
import Foundation

/// A folder of the test's own that goes away with it.
final class TemporaryFolder {
    let path: String
    private var folders: Set<String> = []

    /// `inMemory` puts it where thousands of files are made quickly, on systems that have such a place.
    init(inMemory: Bool = false) throws {
        let parent = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm/" : NSTemporaryDirectory()
        path = parent + "semisup-lists-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Creates an empty file (lists open no video) and the folders above it; returns its path.
    @discardableResult func touch(_ name: String) throws -> String {
        let file = "\(path)/\(name)"
        let above = (name as NSString).deletingLastPathComponent
        if !folders.contains(above) { try folder(above) }
        folders.insert(above)
        close(open(file, O_CREAT | O_WRONLY, 0o644))
        return file
    }

    @discardableResult func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try folder((name as NSString).deletingLastPathComponent)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }

    @discardableResult func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
        return "\(path)/\(name)"
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }

    /// Creates an empty file whose name is given in bytes.
    func touch(bytes: [UInt8], in folder: String) {
        let name = (Array("\(path)/\(folder)/".utf8) + bytes + [0]).map { CChar(bitPattern: $0) }
        let file = open(name, O_CREAT | O_WRONLY, 0o644)
        close(file)
    }
}

/// The folder `splits` of the repository.
let shippedSplits = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("splits").path

/// A training list of clips by name, without files.
func trainingList(_ clips: [ListedClip], classes: ClassList) -> VideoList {
    let samples = clips.enumerated().map { index, clip in
        VideoSample(
            index: index, path: clip.name, name: clip.name, label: classes.index(of: clip.className),
            group: GroupKey.recognise(className: clip.className, stem: clip.stem)?.group)
    }
    return VideoList(part: .train, samples: samples, classes: classes)
}

/// What `body` throws as a `DataSetError`, or nil.
func failure(_ body: () throws -> Void) -> DataSetError? {
    do { try body() } catch { return error as? DataSetError }
    return nil
}
