import Files
import Foundation

extension Motions {
    /// Where the set is kept: `motions/v2` below `$XDG_CACHE_HOME/semisup`, or below `~/.cache/semisup`.
    public static func locate() throws(Failure) -> String {
        guard let cache = UserFolder.cache() else { throw .noHome }
        return "\(cache)/motions/v\(version)"
    }

    /// The set in `folder` (by default `locate()`), made first where there is none.
    ///
    /// A finished set is only looked at: every file must be there with its size. Throws what `make` throws, and `.damaged`.
    @discardableResult
    public static func ensure(
        at folder: String? = nil, count: Count = .full, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(Failure) -> String {
        let folder = if let folder { folder } else { try locate() }
        guard access(folder, F_OK) == 0 else {
            try make(at: folder, count: count, progress: progress)
            return folder
        }
        try check(folder, count: count)
        return folder
    }

    /// Reads the overview of a finished set and sees that every file is there with its size.
    @discardableResult
    public static func check(_ folder: String, count: Count? = nil) throws(Failure) -> Overview {
        let overview = try Overview(folder: folder)
        let expected = count ?? overview.count
        guard overview.version == version && overview.count == expected else {
            throw .anotherSet(
                folder: folder, found: Overview.text(version: overview.version, count: overview.count),
                expected: Overview.text(version: version, count: expected))
        }
        for clip in overview.clips {
            guard fileSize("\(folder)/\(clip.video)") == clip.bytes else { throw .damaged(folder: folder, file: clip.video) }
        }
        for name in ["list.csv", "questions.jsonl"] where (fileSize("\(folder)/\(name)") ?? 0) == 0 {
            throw .damaged(folder: folder, file: name)
        }
        return overview
    }

    static func fileSize(_ path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    static func createFolder(_ path: String) throws(Failure) {
        do throws(FileError) { try Folder.create(at: path) } catch { throw .file(error) }
    }
}

/// A private folder beside a future one. Its owner holds a lock on it, so that what a killed process left can be told from work
/// in progress, in other containers too.
struct PrivateFolder: ~Copyable {
    /// Where it is.
    let path: String
    private let target: String
    private let descriptor: Int32
    private var isPublished = false

    private static let mark = ".making-"

    /// Creates `<target>.making-XXXXXX` and removes such folders whose owners are gone.
    init(for target: String) throws(Motions.Failure) {
        self.target = target
        let parent = (target as NSString).deletingLastPathComponent
        try Motions.createFolder(parent)
        Self.removeLeftovers(of: target, in: parent)
        while true {
            var template = Array("\(target)\(Self.mark)XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else {
                throw .file(.system(path: parent, operation: "create a folder in it", code: errno))
            }
            let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
            if let descriptor = Self.lock(path) {
                guard chmod(path, 0o755) == 0 else { throw .file(.system(path: path, operation: "set the mode", code: errno)) }
                self.path = path
                self.descriptor = descriptor
                return
            }
            // Another process took it for a leftover in the moment before the lock: try again.
        }
    }

    deinit {
        if !isPublished { try? FileManager.default.removeItem(atPath: path) }
        close(descriptor)
    }

    /// Gives the folder its name. False when another process was first: then that one's folder stands.
    ///
    /// The clips are not flushed one by one: a power failure leaves files of another size, which `Motions.check` finds.
    mutating func publish() throws(Motions.Failure) -> Bool {
        if rename(path, target) != 0 {
            guard [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno) else {
                throw .file(.system(path: target, operation: "rename", code: errno))
            }
            return false
        }
        isPublished = true
        do throws(FileError) { try AtomicFile.synchronizeFolder(of: target) } catch { throw .file(error) }
        return true
    }

    /// The open folder when its lock could be had and it still has its name.
    private static func lock(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        var (here, there) = (stat(), stat())
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &here) == 0, stat(path, &there) == 0,
            here.st_ino == there.st_ino, here.st_dev == there.st_dev
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func removeLeftovers(of target: String, in parent: String) {
        let prefix = (target as NSString).lastPathComponent + mark
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        for name in names where name.hasPrefix(prefix) {
            guard let descriptor = lock("\(parent)/\(name)") else { continue }
            try? FileManager.default.removeItem(atPath: "\(parent)/\(name)")
            close(descriptor)
        }
    }
}
