import Foundation

/// A new file; what exists is never overwritten.
public enum NewFile {
    /// Throws `FileError.exists` where there is something at `path`: before the work whose result should go there.
    public static func requireFree(_ path: String) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) != 0 else { throw .exists(path: path) }
    }

    /// Creates `path` with the UTF-8 of `text`. Throws `exists` or `system`.
    public static func write(_ text: String, to path: String) throws(FileError) {
        try requireFree(path)
        try AtomicFile.write(text, to: path)
    }
}
