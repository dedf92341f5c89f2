import Files
import Foundation

/// Path arithmetic on text; nothing here looks at the disk except `absolute` and `resolved`.
enum Paths {
    /// `folder/name`, or `name` where it is absolute.
    static func join(_ folder: String, _ name: String) -> String {
        if name.hasPrefix("/") || folder.isEmpty { return name }
        return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    /// The folder that holds `path`, "." for a bare name.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// What follows the last slash.
    static func lastComponent(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// Without double slashes, `.` and, where a name precedes it, `..`.
    static func normalised(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        let body = parts.joined(separator: "/")
        return path.hasPrefix("/") ? "/" + body : (body.isEmpty ? "." : body)
    }

    /// From the root of the file system, normalised.
    static func absolute(_ path: String) -> String {
        normalised(path.hasPrefix("/") ? path : join(FileManager.default.currentDirectoryPath, path))
    }

    /// From the root of the file system, through all links; `absolute` where nothing is there.
    static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return absolute(path) }
        defer { free(real) }
        return String(cString: real)
    }

    /// `path` as seen from `folder` where it lies inside, else absolute.
    static func relative(_ path: String, to folder: String) -> String {
        let (path, folder) = (absolute(path), absolute(folder))
        let prefix = folder == "/" ? folder : folder + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }
}

/// What counts as a video by its name.
public enum VideoFile {
    /// The extensions, lower case.
    public static let extensions: Set<String> = [
        "3gp", "avi", "flv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "ogv", "ts", "webm", "wmv",
    ]

    /// True for a name with one of the extensions, in upper or lower case.
    public static func isVideo(_ name: String) -> Bool { split(name) != nil }

    /// The name of a video without its extension; other names stay whole.
    public static func stem(_ name: String) -> String { split(name) ?? name }

    private static func split(_ name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex,
            extensions.contains(name[name.index(after: dot)...].lowercased())
        else { return nil }
        return String(name[..<dot])
    }
}

/// A new file; what exists is never overwritten.
public enum NewFile {
    /// Throws `FileError.exists` where there is something at `path`: before the work whose result should go there.
    public static func requireFree(_ path: String) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) != 0 else { throw .exists(path: path) }
    }

    static func write(_ text: String, to path: String) throws(DataSetError) {
        do throws(FileError) {
            try requireFree(path)
            try AtomicFile.write(text, to: path)
        } catch {
            throw .file(error)
        }
    }
}
