import Files
import Foundation
import Training

/// A lock of the kernel on a file that belongs to an open file and not to a process: it can be handed to a child, and ends when the last
/// process that has the file open ends, however that happens. So no lock is ever stale.
final class ProcessLock: Sendable {
    /// The open file. Children that shall hold the lock inherit it.
    let descriptor: Int32

    // Of Linux's <fcntl.h>; the module of the C library leaves them out.
    private static let getLock: Int32 = 36, setLock: Int32 = 37

    /// Takes the lock on the file at `path`, which is made where it is not there; nil where somebody else holds it.
    init?(_ path: String) throws(FileError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .system(path: path, operation: "open", code: errno) }
        var whole = Self.exclusive
        guard fcntl(file, Self.setLock, &whole) == 0 else {
            let code = errno
            close(file)
            guard code == EAGAIN || code == EACCES else { throw .system(path: path, operation: "lock", code: code) }
            return nil
        }
        descriptor = file
    }

    deinit { close(descriptor) }

    /// Whether somebody holds the lock on the file at `path`. Takes nothing.
    static func isHeld(_ path: String) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var whole = exclusive
        return fcntl(file, getLock, &whole) == 0 && whole.l_type != Int16(F_UNLCK)
    }

    /// Asks the process of this machine that has signed the lock at `path`, and holds it, to save and to end.
    static func stopHolder(_ path: String) {
        guard isHeld(path), let words = (try? FileReader.text(of: path))?.split(whereSeparator: \.isWhitespace), words.count == 4,
            words[3] == RunRecord.hostName, let process = pid_t(words[1]), process > 1
        else { return }
        kill(process, SIGUSR1)
    }

    /// Writes who holds it.
    func sign(_ text: String) {
        let bytes = Array(text.utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, bytes, bytes.count, 0) }
    }

    private static var exclusive: Glibc.flock {
        var lock = Glibc.flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        return lock
    }
}

extension SweepFolder {
    /// Takes the lock of the sweep in the folder `path`: one process at a time starts cells. Throws `locked`.
    static func lock(_ path: String) throws(SweepError) -> ProcessLock {
        let file = path + "/lock"
        guard let lock = try asSweepError({ () throws(FileError) in try ProcessLock(file) }) else {
            let owner = try? FileReader.text(of: file).trimmingCharacters(in: .whitespacesAndNewlines)
            throw .locked(path: path, owner: owner?.isEmpty == false ? owner : nil)
        }
        lock.sign("process \(getpid()) on \(RunRecord.hostName)\n")
        return lock
    }
}
