import Files
import Foundation

/// The right to write into a run directory: one process at a time.
///
/// A lock of the kernel on the file `lock`: it ends with its process, however that ends, so no lock is ever stale.
public final class RunLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock of `folder`. Throws `locked` with the owner's process number when another process has it.
    public init(folder: String) throws(RunError) {
        let path = folder + "/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .file(.system(path: path, operation: "open", code: errno)) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else { throw .file(.system(path: path, operation: "lock", code: code)) }
            throw .locked(path: folder, owner: Self.owner(path))
        }
        let owner = Array("process \(getpid()) on \(RunRecord.hostName)\n".utf8)
        // The words are for people: a part of them will do.
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, owner, owner.count, 0) > 0 else {
            let code = errno
            close(descriptor)
            throw .file(.system(path: path, operation: "write", code: code))
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Throws `file` unless `folder` is still the one whose lock this is: another run may have taken its name.
    func requireHeld(on folder: String) throws(RunError) {
        var mine = stat(), there = stat()
        guard fstat(descriptor, &mine) == 0, stat(folder + "/lock", &there) == 0, mine.st_ino == there.st_ino,
            mine.st_dev == there.st_dev
        else { throw .file(.system(path: folder, operation: "find the folder of this run", code: ENOENT)) }
    }

    private static func owner(_ path: String) -> String? {
        let text = try? FileReader.text(of: path).trimmingCharacters(in: .whitespacesAndNewlines)
        return text?.isEmpty == false ? text : nil
    }
}
