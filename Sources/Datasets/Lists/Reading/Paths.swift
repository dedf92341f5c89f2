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
