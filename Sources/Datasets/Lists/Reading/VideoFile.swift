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
