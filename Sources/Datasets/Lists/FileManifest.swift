import Files

/// The lines of a `sha256sum` file.
public struct FileManifest: Sendable, Equatable {
    /// SHA-256 in lower case by name; names are without `.` and double slashes.
    public let digests: [String: String]

    /// Reads a manifest: lines of 64 hexadecimal digits, two spaces (or a space and `*`) and a name, ended by LF or CR LF. A line that
    /// begins with a backslash has one before every backslash of the name, and `\n` and `\r` for ends of line.
    ///
    /// Throws `FileError`, `malformed` with the line that is none, that names a file twice, or where there is none.
    public init(path: String) throws(FileError) {
        var digests: [String: String] = [:], mistake: String?
        for line in TextLines.lines(of: try FileReader.text(of: path)) where !line.text.isEmpty {
            guard let (digest, name) = FileManifest.parse(line.text) else {
                mistake = "line \(line.number): expected 64 hexadecimal digits, two spaces and a file"
                break
            }
            if let known = digests.updateValue(digest, forKey: name), known != digest {
                mistake = "line \(line.number): \(name) stands there a second time with another digest"
                break
            }
        }
        if let mistake { throw .malformed(path: path, reason: mistake) }
        guard !digests.isEmpty else {
            throw .malformed(
                path: path, reason: "an empty manifest; expected 64 hexadecimal digits, two spaces and a file a line")
        }
        self.digests = digests
    }

    private static func parse(_ line: String) -> (digest: String, name: String)? {
        let isEscaped = line.hasPrefix("\\")
        let parts = isEscaped ? line.dropFirst() : line[...]
        let digest = parts.prefix(64), mark = parts.dropFirst(64).prefix(2), written = parts.dropFirst(66)
        guard digest.utf8.count == 64, digest.allSatisfy(\.isHexDigit), mark == "  " || mark == " *", !written.isEmpty,
            let name = isEscaped ? unescaped(written) : String(written)
        else { return nil }
        return (digest.lowercased(), Paths.normalised(name))
    }

    /// nil where a backslash stands before anything else.
    private static func unescaped(_ text: Substring) -> String? {
        var result = "", isAfterBackslash = false
        for character in text {
            if isAfterBackslash {
                guard let meant = ["\\": "\\", "n": "\n", "r": "\r"][character] as String? else { return nil }
                result += meant
                isAfterBackslash = false
            } else if character == "\\" {
                isAfterBackslash = true
            } else {
                result.append(character)
            }
        }
        return isAfterBackslash ? nil : result
    }

    /// The line of a file, as `sha256sum` writes it.
    static func line(digest: String, name: String) -> String {
        guard name.utf8.contains(where: { [0x5C, 0x0A, 0x0D].contains($0) }) else { return "\(digest)  \(name)\n" }
        let escaped = name.unicodeScalars.map { scalar in
            switch scalar {
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\r": "\\r"
            default: String(scalar)
            }
        }
        return "\\\(digest)  \(escaped.joined())\n"
    }
}
