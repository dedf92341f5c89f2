import Foundation

/// Folders on the disk.
public enum Folder {
    /// Makes the folder `path` and those above it that are not there. Throws `FileError` with the system's reason.
    public static func create(at path: String) throws(FileError) {
        if let problem = firstProblem(path) { throw problem }
    }

    /// It does not throw: Swift 6.3.1 miscompiles a typed throw out of this loop with -O.
    private static func firstProblem(_ path: String) -> FileError? {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
            guard mkdir(made, 0o755) != 0 else { continue }
            let code = errno
            var status = stat()
            guard stat(made, &status) == 0 else { return .system(path: made, operation: "create the folder", code: code) }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                return .system(path: made, operation: "create a folder below it", code: ENOTDIR)
            }
        }
        return nil
    }
}
