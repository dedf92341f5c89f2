import Foundation

/// A new file; what exists is never overwritten.
public enum NewFile {
    /// Throws `FileError.exists` where there is something at `path`, `noFolder` or `notAFolder` where it would be in nothing, and `system`
    /// where that may not be written to: before the work whose result should go there.
    public static func requireFree(_ path: String) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) != 0 else { throw .exists(path: path) }
        let folder = folder(of: path)
        guard stat(folder, &status) == 0 else { throw .noFolder(path: folder) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder(path: folder) }
        guard access(folder, W_OK) == 0 else { throw .system(path: path, operation: "create", code: errno) }
    }

    /// The folder that holds `path`, "." for a bare name.
    public static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Creates `path` with the UTF-8 of `text`. Throws what `requireFree` throws, and `system`.
    public static func write(_ text: String, to path: String) throws(FileError) {
        try requireFree(path)
        try AtomicFile.write(text, to: path)
    }
}
